"""What goes wrong, on order: failing calls, lost connections, closed streams, a removed app, load."""

import dataclasses
from typing import Any, cast

from slackbot.emulator.burst import Burst, produce
from slackbot.emulator.control.body import Body
from slackbot.emulator.faults import KINDS, Fault, FaultKind
from slackbot.emulator.methods import streams
from slackbot.emulator.service import Service
from slackbot.emulator.settings import LONGEST_S
from slackbot.emulator.web_api import WebApi

Answer = dict[str, Any]
REASONS = ("refresh_requested", "warning", "close", "abort")
_MOST_TIMES, _MOST_MESSAGES, _MOST_CHANNELS = 100_000, 1_000_000, 10_000


class Trouble:
    """Verbs of whoever tests."""

    def __init__(self, service: Service, api: WebApi) -> None:
        self._service = service
        self._api = api

    async def redeliver(self, body: Body) -> Answer:
        """Deliver an event again with the same event_id, ``times`` times."""
        self._service.deliveries.send_again(body.text("event_id"), body.count("times", 1, 1_000))
        return {}

    async def disconnect(self, body: Body) -> Answer:
        """End the connections: ``refresh_requested``, ``warning``, ``close`` or ``abort``."""
        reason = body.text("reason", REASONS[0])
        if reason not in REASONS:
            raise ValueError(f"reason must be one of {', '.join(REASONS)}")
        return {"told": await self._service.sockets.disconnect(reason)}

    async def fail(self, body: Body) -> Answer:
        """Order failures of the next calls of a method."""
        kind = body.text("kind")
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        fault = Fault(cast(FaultKind, kind), body.number("seconds", 0.0, LONGEST_S), body.text("code", ""))
        if kind == "error" and not fault.code:
            raise ValueError("an error needs a code")
        self._api.faults.order(body.text("method"), fault, body.count("times", 1, _MOST_TIMES))
        return {}

    async def settings(self, body: Body) -> Answer:
        """Change what may change while it runs; ``refuse_connections`` is in seconds from now."""
        wanted = {name: value for name, value in body.values.items() if name != "refuse_connections"}
        changed = self._service.settings.changed(wanted)
        if "refuse_connections" in body.values:
            self._service.sockets.refuse(body.number("refuse_connections", None, LONGEST_S))
        self._service.change(changed)
        self._api.calls.bound(changed.log_limit)
        return changed.shown()

    async def close_streams(self, _: Body) -> Answer:
        """Close every open stream, as Slack does with those that take too long."""
        found = [
            message
            for workspace in self._service.workspaces.values()
            for channel in workspace.channels.values()
            for message in channel.messages.values()
            if message.streaming
        ]
        for message in found:
            streams.close(message)
        return {"closed": len(found)}

    async def uninstall(self, body: Body) -> Answer:
        """Remove the app from the workspace ``team``: its token ends, and it is told."""
        slack = body.slack(self._service)
        if not self._service.tokens_of(slack.workspace):
            raise ValueError("the app is not installed there")
        sent = list(slack.announce_removal())
        self._service.remove(slack.workspace, "account_inactive")
        return {"event_ids": sent}

    async def burst(self, body: Body) -> Answer:
        """Begin to say ``events`` messages in channels of their own; `load` tells what became of them.

        Figures of an earlier burst are kept unless ``forget`` is true.
        """
        slack = body.slack(self._service)
        burst = Burst(
            body.count("events", None, _MOST_MESSAGES),
            body.count("channels", 10, _MOST_CHANNELS),
            body.number("per_second", 0.0, 100_000.0),
            body.count("users", 3, 1_000),
            body.text("text", "@malmoi 질문 {n}"),
        )
        load = self._service.load
        if load.is_running:
            raise ValueError("a burst is being said already")
        if body.flag("forget"):
            load.forget()
        fewest = min(burst.channels, burst.messages)
        burst = dataclasses.replace(burst, channels=fewest)
        workspace = slack.workspace
        channels = [workspace.add_channel(f"load-{len(workspace.channels)}") for _ in range(fewest)]
        load.run(produce(slack, channels, burst))
        return {"channels": [channel.id for channel in channels]}
