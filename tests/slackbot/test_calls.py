"""What an answer that is none of Slack's means for a call."""

import contextlib

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.calls import CallError, RateLimitedError, UncertainError, attempt


@contextlib.asynccontextmanager
async def client_of(page, port):
    """A client of a Slack that answers every call with ``page``."""
    app = web.Application()
    app.router.add_route("*", "/api/{method}", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield AsyncWebClient(token="xoxb-1", base_url=f"http://127.0.0.1:{port}/api/", retry_handlers=[])
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("점검 중입니다".encode("euc-kr"), "text/html; charset=utf-8"),
        (b"[1, 2]", "application/json"),
        (b'"ok"', "application/json"),
        (b"{", "application/json"),
        (b"", "text/plain"),
    ],
)
async def test_a_page_of_somebody_elses_is_an_uncertain_call(body, content_type, unused_tcp_port):
    async def page(_: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Type": content_type})

    async with client_of(page, unused_tcp_port) as client:
        with pytest.raises(CallError) as caught:
            await attempt(client.auth_test())
    assert isinstance(caught.value, UncertainError)


@pytest.mark.parametrize(
    ("named", "seconds"),
    [("7", 7.0), ("", 1.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 1.0), ("-3", 1.0), ("nan", 1.0)],
)
async def test_a_call_put_off_names_its_seconds_whatever_a_proxy_writes(named, seconds, unused_tcp_port):
    async def page(_: web.Request) -> web.Response:
        return web.json_response(
            {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": named}
        )

    async with client_of(page, unused_tcp_port) as client:
        with pytest.raises(RateLimitedError) as caught:
            await attempt(client.auth_test())
    assert caught.value.seconds == seconds
