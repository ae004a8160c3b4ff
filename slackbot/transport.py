"""Socket Mode through the aiohttp client: no public address is needed."""

import contextlib
import logging
from collections.abc import AsyncIterator

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from slackbot import logs
from slackbot.config import Limits, SlackConfig


@contextlib.asynccontextmanager
async def connected(app: AsyncApp, config: SlackConfig, limits: Limits) -> AsyncIterator[None]:
    """Keep the connections open while the block runs.

    The client reconnects by itself: when Slack asks for it, when the socket closes, and when four
    pings in a row stay unanswered.
    """
    handlers = []
    try:
        for _ in range(limits.connections):
            handler = AsyncSocketModeHandler(
                app,
                config.app_token.get_secret_value(),
                logger=logging.getLogger(logs.SDK),
                ping_interval=limits.ping_interval,
            )
            handlers.append(handler)
            handler.client.proxy = config.proxy  # as in app.new_client
            await handler.connect_async()  # type: ignore[no-untyped-call]
        yield
    finally:
        for handler in handlers:
            await handler.close_async()  # type: ignore[no-untyped-call]
