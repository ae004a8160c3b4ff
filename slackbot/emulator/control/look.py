"""What can be looked at: everything, one thread, what has changed, the figures of a burst."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from slackbot.emulator.control.body import Body
from slackbot.emulator.service import Service
from slackbot.emulator.settings import manifest_features
from slackbot.emulator.web_api import WebApi

Answer = dict[str, Any]
LONGEST_WAIT_S = 300.0
_SHOWN_MESSAGES = 200
_SHOWN_ENTRIES = 50


class Look:
    """Verbs that only read."""

    def __init__(self, service: Service, api: WebApi) -> None:
        self._service = service
        self._api = api
        self._features = manifest_features()

    async def state(self, body: Body) -> Answer:
        """Everything, or the ``parts`` that are named; ``totals`` count what was forgotten too."""
        parts: dict[str, Callable[[], Any]] = {
            "bot": lambda: self._first().bot.shown(here=self._first().team_id),
            "channels": lambda: self._channels(None),
            "calls": lambda: list(self._api.calls),
            "deliveries": self._service.deliveries.shown,
            "connections": lambda: self._service.sockets.open_connections,
            "totals": self._totals,
            "people": self._people,
            "threads": self._service.statuses.shown,
            "workspaces": self._workspaces,
            "revision": lambda: self._service.revisions.number,
        }
        wanted = body.names("parts") or list(parts)
        unknown = [name for name in wanted if name not in parts]
        if unknown:
            raise ValueError(f"there is no part {unknown[0]!r}; parts are {', '.join(parts)}")
        return {name: parts[name]() for name in wanted}

    async def thread(self, body: Body) -> Answer:
        """The replies of the bot in a thread; waits up to ``wait`` seconds for ``replies`` of them."""
        slack = body.slack(self._service)
        channel, ts = body.channel(slack), body.text("ts")
        wanted = body.count("replies", 0, 100_000, least=0)
        rest = body.number("wait", 0.0, LONGEST_WAIT_S)
        clock = self._service.revisions
        bot = slack.workspace.bot.id
        while True:
            now = clock.number
            found = [m.shown() for m in channel.thread(ts) if m.user == bot and m.is_reply]
            if len(found) >= wanted or rest <= 0:
                return {"replies": found}
            rest = await clock.wait_after(now, rest)

    async def changes(self, body: Body) -> Answer:
        """What a page shows, once it is newer than ``since`` or ``wait`` seconds have passed."""
        since = body.count("since", 0, 10**12, least=0)
        clock = self._service.revisions
        if clock.number <= since:
            await clock.wait_after(since, body.number("wait", 0.0, LONGEST_WAIT_S))
        return {
            "revision": clock.number,
            "workspaces": self._workspaces(),
            "people": self._people(),
            "channels": self._channels(_SHOWN_MESSAGES),
            "threads": self._service.statuses.shown(),
            "connections": self._service.sockets.open_connections,
            "totals": self._totals(),
            "app": self._features,
            "recent": {
                "deliveries": [asdict(d) for d in self._service.deliveries.log.last(_SHOWN_ENTRIES)],
                "calls": [_outline(call) for call in self._api.calls.last(_SHOWN_ENTRIES)],
            },
            "trouble": {
                "faults": self._api.faults.shown(),
                "refusing_connections": round(self._service.sockets.refusing, 1),
                "settings": self._service.settings.shown(),
            },
        }

    async def load(self, _: Body) -> Answer:
        """The figures of the bursts."""
        return self._service.load.report()

    def _first(self) -> Any:
        return self._service.workspace("")

    def _workspaces(self) -> list[Answer]:
        return [
            {
                **workspace.described(),
                "bot": workspace.bot.shown(here=workspace.team_id),
                "installed": bool(self._service.tokens_of(workspace)),
            }
            for workspace in self._service.workspaces.values()
        ]

    def _channels(self, last: int | None) -> Answer:
        return {
            channel.id: workspace.snapshot(channel, last=last)
            for workspace in self._service.workspaces.values()
            for channel in workspace.channels.values()
        }

    def _people(self) -> list[Answer]:
        """Everybody, with what only they see: ephemeral messages, open modals, the Home tab."""
        return [
            {
                **user.shown(here=workspace.team_id, with_locale=True),
                "workspace": workspace.team_id,
                "bot_id": user.bot_id,
                "ephemerals": [e.shown() for e in workspace.ephemerals.values() if e.user == user.id],
                "modals": workspace.views.stacks.get(user.id, []),
                "home": workspace.views.homes.get(user.id),
            }
            for workspace in self._service.workspaces.values()
            for user in workspace.users.values()
        ]

    def _totals(self) -> Answer:
        messages = [
            (len(channel.messages), channel)
            for workspace in self._service.workspaces.values()
            for channel in workspace.channels.values()
        ]
        return {
            **self._service.deliveries.totals,
            "calls": self._api.calls.total,
            "calls_by_method": dict(self._api.totals),
            "messages": sum(count for count, _ in messages),
        }


def _outline(call: Answer) -> Answer:
    """A call without its arguments; ``fault`` is there when one was ordered for it."""
    return {name: call[name] for name in ("method", "at", "ok", "error", "status", "fault") if name in call}
