"""Hands a request to the bolt application, however it came."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse


async def dispatch(app: AsyncApp, payload: Mapping[str, Any], retry: str, reason: str) -> BoltResponse:
    """What the application answers to ``payload``, which is known to come from Slack.

    ``retry`` counts redeliveries; empty at the first. Bolt calls this mode ``socket_mode``; to it, that
    means authenticated and parsed. Its own parser of HTTP forms takes the text of a slash command for
    a payload where the word occurs in it, and so loses the command.
    """
    headers: dict[str, str | Sequence[str]] = {}
    if retry:
        headers = {"x-slack-retry-num": retry, "x-slack-retry-reason": reason}
    request = AsyncBoltRequest(mode="socket_mode", body=dict(payload), headers=headers)
    return await app.async_dispatch(request)
