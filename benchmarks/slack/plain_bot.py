"""What the tutorials build: a bolt AsyncApp that answers in its listener; for comparison.

Its options are one JSON object in the first argument: ``delay`` (seconds until it answers) and
``repeat_limited`` (slack_sdk's own handler makes a call that Slack put off again, 20 times at most).
"""

import asyncio
import json
import os
import sys

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient


async def serve(delay: float, repeat_limited: bool) -> None:
    async with aiohttp.ClientSession() as session:
        token, url = os.environ["SLACK_BOT_TOKEN"], os.environ["SLACK_API_URL"]
        client = AsyncWebClient(token=token, base_url=url, session=session)
        client.proxy = None
        if repeat_limited:
            client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=20))
        app = AsyncApp(client=client)

        @app.event("app_mention")
        async def answer(event, say):  # type: ignore[no-untyped-def]  # bolt finds arguments by name
            await asyncio.sleep(delay)
            await say(text=f"({event['text']})", thread_ts=event["ts"])

        @app.event("message")
        async def ignore() -> None:
            pass

        handler = AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"])
        handler.client.proxy = None
        await handler.start_async()


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    asyncio.run(serve(given.get("delay", 0.0), given.get("repeat_limited", False)))
