"""What people do with buttons, modals, shortcuts and slash commands."""

from collections.abc import Mapping, Sequence
from typing import Any

from slackbot.emulator import interactions, responding
from slackbot.emulator.control.body import Body
from slackbot.emulator.deliveries import Outcome
from slackbot.emulator.models import Block, MethodError, User
from slackbot.emulator.pointers import ResponseUrl
from slackbot.emulator.service import Service, Slack
from slackbot.emulator.views import View

Answer = dict[str, Any]


class Interactive:
    """Verbs that wait for the app's answer; ``acked`` says whether one came in time."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def click(self, body: Body) -> Answer:
        """Use an element of a message (``channel`` and ``ts``) or of a view (``view_id``)."""
        slack = body.slack(self._service)
        if "view_id" in body.values:
            view_slack, user, view = self._view(body.text("view_id"))
            return await self._click(view_slack, user, view["blocks"], body, _of_view(view))
        channel, user = body.channel(slack), body.user(slack)
        ts = body.text("ts")
        whispered = slack.workspace.ephemerals.get(ts)
        if whispered is not None and (whispered.user != user.id or whispered.channel != channel.id):
            raise MethodError("message_not_found")
        message = None if whispered else channel.message(ts)
        source = whispered or channel.message(ts)
        container = {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel.id,
            "is_ephemeral": whispered is not None,
        }
        if source.thread_ts:
            container["thread_ts"] = source.thread_ts
        place: Answer = {
            "container": container,
            "channel": interactions.in_channel(channel),
            "response_url": slack.response_url(channel, user, ts=ts, thread_ts=source.thread_ts),
            "state": {"values": {}},
        }
        if message is not None:
            place["message"] = message.shown()
        return await self._click(slack, user, source.blocks, body, place)

    async def submit(self, body: Body) -> Answer:
        """Submit a modal with ``values`` by action_id; errors that the app names keep it open."""
        slack, user, view = self._view(body.text("view_id"))
        if view["type"] != "modal":
            raise ValueError("only a modal can be submitted")
        view["state"] = {"values": interactions.entered(view, body.mapping("values"))}
        payload = interactions.common("view_submission", slack.workspace, user)
        payload.update(trigger_id=slack.trigger(user), view=dict(view), response_urls=[])
        outcome = await slack.ask("interactive", payload)
        if outcome.acked:
            _follow(slack, user, view, outcome.payload)
        return _told(outcome)

    async def close(self, body: Body) -> Answer:
        """Close a modal; the app hears of it if it asked to."""
        slack, user, view = self._view(body.text("view_id"))
        everything = body.flag("all")
        slack.workspace.views.close(view["id"], everything=everything)
        if not view["notify_on_close"]:
            return {"acked": True, "payload": None}
        payload = interactions.common("view_closed", slack.workspace, user)
        payload.update(view=dict(view), is_cleared=everything)
        return _told(await slack.ask("interactive", payload))

    async def shortcut(self, body: Body) -> Answer:
        """Use a message shortcut on a message, or without ``ts`` a global one."""
        slack = body.slack(self._service)
        user = body.user(slack)
        kind = "message_action" if "ts" in body.values else "shortcut"
        payload = interactions.common(kind, slack.workspace, user)
        payload.update(
            callback_id=body.text("callback_id"),
            trigger_id=slack.trigger(user),
            action_ts=slack.workspace.next_ts(),
        )
        if kind == "message_action":
            channel, message = body.message(slack)
            payload.update(
                channel=interactions.in_channel(channel),
                message_ts=message.ts,
                message=message.shown(),
                response_url=slack.response_url(channel, user, ts=message.ts, thread_ts=message.thread_ts),
            )
        return _told(await slack.ask("interactive", payload))

    async def command(self, body: Body) -> Answer:
        """Use a slash command; what the app says in its answer appears as it asks."""
        slack = body.slack(self._service)
        channel, user = body.channel(slack), body.user(slack)
        payload = interactions.command(
            slack.workspace,
            channel,
            user,
            name=body.text("command"),
            text=body.text("text", ""),
            trigger=slack.trigger(user),
            response=slack.response_url(channel, user),
        )
        outcome = await slack.ask("slash_commands", payload)
        if isinstance(outcome.payload, Mapping) and outcome.payload:
            url = ResponseUrl(slack.workspace.team_id, channel.id, user.id)
            responding.respond(slack, url, outcome.payload)
        return _told(outcome)

    async def _click(
        self, slack: Slack, user: User, blocks: Sequence[Block], body: Body, place: Mapping[str, Any]
    ) -> Answer:
        block_id, element = interactions.element_of(blocks, body.text("action_id"))
        said = interactions.action(block_id, element, body.values.get("value"), slack.workspace.next_ts())
        payload = interactions.common("block_actions", slack.workspace, user)
        payload.update(place, trigger_id=slack.trigger(user), actions=[said])
        return _told(await slack.ask("interactive", payload))

    def _view(self, view_id: str) -> tuple[Slack, User, View]:
        for workspace in self._service.workspaces.values():
            try:
                user, view = workspace.views.find(view_id)
            except MethodError:
                continue
            return Slack(self._service, workspace), workspace.users[user], view
        raise ValueError(f"no view {view_id!r} is open")


def _of_view(view: View) -> Answer:
    return {"container": {"type": "view", "view_id": view["id"]}, "view": dict(view)}


def _told(outcome: Outcome) -> Answer:
    return {"acked": outcome.acked, "payload": outcome.payload}


def _follow(slack: Slack, user: User, view: View, payload: Any) -> None:
    """Do what the app's answer to a submission says; without one the modal closes."""
    said = payload if isinstance(payload, Mapping) else {}
    views = slack.workspace.views
    action = said.get("response_action")
    if action == "errors":
        return
    if action == "clear":
        views.close(view["id"], everything=True)
    elif action == "update":
        views.update(said.get("view") or {}, view_id=view["id"], external_id="", guard="")
    elif action == "push":
        views.push(user.id, said.get("view") or {})
    else:
        views.close(view["id"])
