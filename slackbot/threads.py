"""Reads a thread from Slack, page by page."""

from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from slackbot.calls import repeated
from slackbot.conventions import Address

PAGE = 200


async def messages(
    client: AsyncWebClient, address: Address, patience: float, *, since: str = ""
) -> AsyncIterator[Mapping[str, Any]]:
    """The messages of a thread with their metadata, the root first; ``since`` leaves out earlier replies."""
    cursor: str | None = None
    while True:
        page = await repeated(
            partial(
                client.conversations_replies,
                channel=address.channel,
                ts=address.thread,
                limit=PAGE,
                include_all_metadata=True,
                cursor=cursor,
                oldest=since or None,
            ),
            patience,
        )
        for message in page.get("messages") or ():
            yield message
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        if cursor is None:
            return
