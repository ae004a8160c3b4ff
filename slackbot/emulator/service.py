"""The whole local Slack: its workspaces, the tokens that open them, and what goes out to the app."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from slackbot.emulator import events
from slackbot.emulator.deliveries import Deliveries, Delivery, Kind, Outcome
from slackbot.emulator.load import Load
from slackbot.emulator.models import Channel, MethodError, User
from slackbot.emulator.pointers import Pointers, ResponseUrl
from slackbot.emulator.request_url import RequestUrl
from slackbot.emulator.revisions import Revisions
from slackbot.emulator.settings import EmulatorSettings
from slackbot.emulator.sockets import SocketMode
from slackbot.emulator.statuses import Statuses
from slackbot.emulator.workspace import Workspace


class Service:
    """Everything that the workspaces share. ``base_url`` is known once the port is."""

    def __init__(self, settings: EmulatorSettings) -> None:
        self.settings = settings
        self.base_url = ""
        self.revisions = Revisions()
        self.pointers = Pointers()
        self.statuses = Statuses()
        self.load = Load()
        self.workspaces: dict[str, Workspace] = {}
        self._tokens: dict[str, str] = {}
        self._refused: dict[str, str] = {}
        self.sockets = SocketMode(
            lambda: self.settings, Workspace.app_id, self._note_ack, self.revisions.bump
        )
        by_http = RequestUrl(lambda: self.settings, self._note_ack)
        self.deliveries = Deliveries(
            by_http if settings.request_url else self.sockets, lambda: self.settings, self.load.acked
        )
        for _ in range(max(1, settings.workspaces)):
            self.install(self.add_workspace())

    def add_workspace(self) -> Workspace:
        """One more workspace, in which the app is not installed yet."""
        workspace = Workspace(len(self.workspaces))
        self.workspaces[workspace.team_id] = workspace
        return workspace

    def install(self, workspace: Workspace) -> str:
        """Install the app; returns the bot token."""
        first = workspace is next(iter(self.workspaces.values()))
        token = self.settings.bot_token if first else f"xoxb-local-{workspace.team_id}-{secrets.token_hex(4)}"
        self._refused.pop(token, None)
        self._tokens[token] = workspace.team_id
        return token

    def remove(self, workspace: Workspace, code: str) -> None:
        """Take back the app's tokens of a workspace; calls with them get the error ``code`` from now on."""
        for token in self.tokens_of(workspace):
            del self._tokens[token]
            self._refused[token] = code

    def tokens_of(self, workspace: Workspace) -> list[str]:
        """The tokens that work in a workspace."""
        return [token for token, team in self._tokens.items() if team == workspace.team_id]

    def opened_by(self, token: str) -> Workspace:
        """The workspace of a bot token; raises ``invalid_auth`` or why it is no longer valid."""
        team = self._tokens.get(token)
        if team is None:
            raise MethodError(self._refused.get(token, "invalid_auth"))
        return self.workspaces[team]

    def workspace(self, team: str) -> Workspace:
        """The workspace with this id, the first one when it is empty; raises ``team_not_found``."""
        if not team:
            return next(iter(self.workspaces.values()))
        if team not in self.workspaces:
            raise MethodError("team_not_found")
        return self.workspaces[team]

    def change(self, settings: EmulatorSettings) -> None:
        """Go on with other settings."""
        if settings.log_limit != self.settings.log_limit:
            self.deliveries.log.bound(settings.log_limit)
        self.settings = settings

    async def shut(self) -> None:
        """Stop everything that runs."""
        await self.load.shut()
        await self.deliveries.shut()
        await self.sockets.shut()

    def _note_ack(self, delivery: Delivery) -> None:
        self.deliveries.note_ack(delivery)
        self.revisions.bump()


class Slack:
    """One workspace of the service: what a method or a person's act works on."""

    def __init__(self, service: Service, workspace: Workspace) -> None:
        self.service = service
        self.workspace = workspace

    def announce(self, event: Mapping[str, Any], channel: Channel | None = None) -> str:
        """Send an event to the app; its event_id, or nothing when the app does not get to know.

        It gets to know what happens in conversations that its bot is in, if it has the scope.
        """
        settings = self.service.settings
        scope = events.scope_for(event, channel)
        if (scope and scope not in settings.scopes) or not self.service.tokens_of(self.workspace):
            return ""
        if channel is not None and self.workspace.bot.id not in channel.members:
            return ""
        shared = channel is not None and channel.is_shared
        return self.service.deliveries.send(events.payload(self.workspace, dict(event), shared=shared))

    def announce_removal(self) -> Sequence[str]:
        """Say that the app was uninstalled; the last events of this workspace."""
        return [
            self.service.deliveries.send(events.payload(self.workspace, dict(event)))
            for event in events.removal_events(self.workspace)
        ]

    async def ask(self, kind: Kind, payload: Mapping[str, Any]) -> Outcome:
        """Send an interaction and wait for the app's answer; an app that is gone gives none."""
        if not self.service.tokens_of(self.workspace):
            return Outcome(acked=False)
        return await self.service.deliveries.ask(kind, payload)

    def trigger(self, user: User) -> str:
        """A trigger id for what ``user`` did just now."""
        return self.service.pointers.trigger(self.workspace.team_id, user.id)

    def response_url(self, channel: Channel, user: User, *, ts: str = "", thread_ts: str = "") -> str:
        """A new response URL; ``ts`` is the message that was clicked."""
        url = ResponseUrl(self.workspace.team_id, channel.id, user.id, ts, thread_ts)
        return f"{self.service.base_url}/response/{self.service.pointers.response(url)}"
