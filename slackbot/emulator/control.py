"""``/_emulator/``: what a person does in Slack, what goes wrong, and what can be looked at."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

from aiohttp import web

from slackbot.emulator import events
from slackbot.emulator.faults import KINDS, Fault, FaultKind
from slackbot.emulator.methods import Slack
from slackbot.emulator.web_api import WebApi
from slackbot.emulator.workspace import Channel, ChannelKind, Message, MethodError

Body = dict[str, Any]
_POLL_S = 0.02


class Control:
    """The control endpoints."""

    def __init__(self, slack: Slack, api: WebApi) -> None:
        self.slack = slack
        self.api = api

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint: POST takes and gives JSON, GET reads."""
        posts: dict[str, Callable[[Body], Awaitable[Body]]] = {
            "say": self.say,
            "edit": self.edit,
            "delete": self.delete,
            "channel": self.channel,
            "redeliver": self.redeliver,
            "disconnect": self.disconnect,
            "fail": self.fail,
        }
        return [
            *(web.post(f"/_emulator/{name}", _json(verb)) for name, verb in posts.items()),
            web.get("/_emulator/state", self.state),
            web.get("/_emulator/thread", self.thread),
        ]

    async def say(self, body: Body) -> Body:
        """Post as a person; a mention of the bot gives two events in the order asked for."""
        workspace = self.slack.workspace
        channel = workspace.channel(str(body["channel"]))
        author = workspace.user(str(body.get("user", "haneul")))
        text = str(body["text"]).replace("@malmoi", f"<@{workspace.bot.id}>")
        message = workspace.post(channel, author, text, thread_ts=str(body.get("thread_ts") or ""))
        out = [events.message_event(workspace, channel, message)]
        if events.mentions_bot(workspace, channel, message):
            out.append(events.mention_event(workspace, channel, message))
        if body.get("mention_first"):
            out.reverse()
        sent = [self.slack.announce(event) for event in out]
        return {"channel": channel.id, "ts": message.ts, "event_ids": sent}

    async def edit(self, body: Body) -> Body:
        """Edit a message as its author; without ``text`` it only unfurls, as links do."""
        channel, message = self._message(body)
        before = message.text
        if "text" in body:
            author = self.slack.workspace.users[message.user]
            self.slack.workspace.edit(channel, message, author, str(body["text"]))
        event = events.changed_event(self.slack.workspace, channel, message, before)
        return {"event_ids": [self.slack.announce(event)]}

    async def delete(self, body: Body) -> Body:
        """Delete a message as its author."""
        channel, message = self._message(body)
        event = events.deleted_event(self.slack.workspace, channel, message)
        self.slack.workspace.delete(channel, message, self.slack.workspace.users[message.user])
        return {"event_ids": [self.slack.announce(event)]}

    async def channel(self, body: Body) -> Body:
        """Open a conversation; the bot is in it unless ``bot`` is false."""
        workspace = self.slack.workspace
        people = [workspace.user(str(name)).id for name in body.get("people", ())] or [
            user.id for user in workspace.users.values() if not user.bot_id
        ]
        members = [*people, workspace.bot.id] if body.get("bot", True) else people
        kind = cast(ChannelKind, str(body.get("kind", "channel")))
        return workspace.add_channel(str(body["name"]), kind, members).shown()

    async def redeliver(self, body: Body) -> Body:
        """Deliver an event again with the same event_id, ``times`` times."""
        self.slack.sockets.send_again(str(body["event_id"]), int(body.get("times", 1)))
        return {}

    async def disconnect(self, body: Body) -> Body:
        """End the connections: ``refresh_requested``, ``warning``, ``close`` or ``abort``."""
        return {"told": await self.slack.sockets.disconnect(str(body.get("reason", "refresh_requested")))}

    async def fail(self, body: Body) -> Body:
        """Order failures of the next calls of a method."""
        kind = str(body["kind"])
        if kind not in KINDS:
            raise MethodError(f"kind must be one of {', '.join(KINDS)}")
        fault = Fault(cast(FaultKind, kind), float(body.get("seconds", 0)), str(body.get("code", "")))
        self.api.faults.order(str(body["method"]), fault, int(body.get("times", 1)))
        return {}

    async def state(self, _: web.Request) -> web.Response:
        """Everything: channels with messages, Web API calls, deliveries, open connections."""
        return web.json_response(
            {
                "bot": self.slack.workspace.bot.shown(),
                "channels": self.slack.workspace.snapshot(),
                "calls": self.api.calls,
                "deliveries": self.slack.sockets.log(),
                "connections": self.slack.sockets.open_connections,
            }
        )

    async def thread(self, request: web.Request) -> web.Response:
        """The replies of the bot in a thread; waits up to ``wait`` seconds for ``replies`` of them."""
        channel = self.slack.workspace.channel(request.query["channel"])
        ts, wanted = request.query["ts"], int(request.query.get("replies", "0"))
        deadline = asyncio.get_running_loop().time() + float(request.query.get("wait", "0"))
        while True:
            bot = self.slack.workspace.bot.id
            found = [m.shown() for m in channel.thread(ts) if m.user == bot and m.is_reply]
            if len(found) >= wanted or asyncio.get_running_loop().time() >= deadline:
                return web.json_response({"replies": found})
            await asyncio.sleep(_POLL_S)

    def _message(self, body: Body) -> tuple[Channel, Message]:
        channel = self.slack.workspace.channel(str(body["channel"]))
        return channel, channel.message(str(body["ts"]))


def _json(
    verb: Callable[[Body], Awaitable[Body]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that reads a JSON object and answers 400 with the reason when it makes no sense."""

    async def handle(request: web.Request) -> web.Response:
        try:
            return web.json_response(await verb(await request.json()))
        except (MethodError, KeyError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)

    return handle
