"""In a process of its own: what logs keep out, they keep out of everything in the process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CANARY = "카나리아7f3a"
# Every library that handles text, at DEBUG, with a handler of its own as well as with ours.
NOISE = """
import asyncio, json, logging, sys, tempfile, warnings
from pathlib import Path

import aiohttp, sqlalchemy as sa
from aiohttp import web
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slackbot import logs
from slackbot.intake import Question
from slackbot.store import open_store

CANARY, when, as_json = sys.argv[1], sys.argv[2], sys.argv[3] == "json"
if when == "before":
    logs.set_up(logging.DEBUG, as_json=as_json)
plain = logging.StreamHandler(sys.stdout)
plain.setFormatter(logging.Formatter("%(name)s %(message)s %(exc_info)s"))
logging.getLogger().addHandler(plain)
LIBRARIES = ("slack_sdk", "slack_sdk.web.async_client", "slack_bolt", "slack_bolt.AsyncApp", "aiohttp.access",
             "aiohttp.server", "aiohttp.client", "asyncio", "sqlalchemy.engine", "sqlalchemy.engine.Engine",
             "sqlalchemy.pool", logs.SDK)
if when == "after":
    logs.set_up(logging.DEBUG, as_json=as_json)
    logging.getLogger().addHandler(plain)
for name in LIBRARIES:
    logging.getLogger(name).setLevel(logging.DEBUG)

async def fails(request):
    raise RuntimeError(await request.text())

async def api(request):
    return web.json_response({"ok": True, "text": CANARY, "ts": "1.0", "channel": "C1"})

async def main():
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    server = web.Application()
    server.router.add_post("/fails", fails)
    server.router.add_post("/{method}", api)
    runner = web.AppRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    async with aiohttp.ClientSession(trust_env=False) as session:
        await (await session.post(url + "fails", data=CANARY)).read()
        client = AsyncWebClient(token="xoxb-" + CANARY, base_url=url, session=session,
                                logger=logging.getLogger(logs.SDK))
        await client.chat_postMessage(channel="C1", text=CANARY)
        app = AsyncApp(client=client, signing_secret="", request_verification_enabled=False,
                       token="xoxb-" + CANARY)

        @app.event("message")
        async def broken(event):
            raise ValueError(event["text"])

        event = {"type": "message", "text": CANARY, "channel": "C1", "user": "U1", "ts": "1.0"}
        body = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}
        await app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
        body = {**body, "event": {"type": CANARY}}
        await app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
        await asyncio.sleep(0.1)
    await runner.cleanup()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "inbox.sqlite")
        await store.inbox.keep(Question("Ev1", "T1", "C1", "1.0", "1.0", "U1", CANARY, "mention"))
        await store.coaching.opt_out("T1", CANARY)
        try:
            await store._database.run(lambda c: c.execute(sa.text(f"SELECT '{CANARY}' FROM nowhere")))
        except sa.exc.OperationalError as error:
            raise_again = error
        except Exception as error:
            logging.getLogger("malmoi.slack").error("a failed call: %s", error)
        await store.close()
    task = asyncio.create_task(asyncio.sleep(0))
    task.add_done_callback(lambda _: (_ for _ in ()).throw(ValueError(CANARY)))
    await task
    await asyncio.sleep(0)
    log = logging.getLogger("malmoi.slack.worker")
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise ExceptionGroup(CANARY, [ValueError(CANARY)]) from error
    except ExceptionGroup as error:
        log.exception("broke off", extra={"channel": "C1", "reason": "ours"})
        log.error("it was %s, %d times", error, 3)
        log.error(error)
        logging.getLogger("somebody.else").critical(f"{CANARY} %s", CANARY, exc_info=True, stack_info=True)
        logging.getLogger("somebody.else").error("", extra={"user": CANARY})
    logging.getLogger(logs.SDK).warning("As you gave `client` as well, `token` will be unused.")

asyncio.run(main())
"""


def noise(when: str, form: str) -> tuple[str, str]:
    """What the handler of another (stdout) and ours (stderr) wrote."""
    done = subprocess.run(
        [sys.executable, "-c", NOISE, CANARY, when, form],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return done.stdout, done.stderr


@pytest.mark.parametrize(("when", "form"), [("before", "json"), ("after", "text")])
def test_no_text_and_no_token_at_any_level_from_anybody(when: str, form: str):
    theirs, ours = noise(when, form)
    spellings = (CANARY, CANARY.encode("unicode_escape").decode(), "7f3a", "xoxb-")
    for written in (theirs, ours):
        assert len(written.splitlines()) > 40
        for library in (
            "slack_bolt",
            "aiohttp",
            "sqlalchemy",
            "asyncio",
            "malmoi.slack.sdk",
            "somebody.else",
        ):
            assert library in written
        assert [line for line in written.splitlines() if any(text in line for text in spellings)] == []
    assert "token` will be unused" not in theirs + ours


def test_a_line_of_json_says_when_who_what_and_why():
    _, written = noise("before", "json")
    lines = [json.loads(line) for line in written.splitlines()]
    assert all(set(line) >= {"time", "level", "logger", "event"} for line in lines)
    [broke] = [line for line in lines if line["event"] == "broke off"]
    time, exception = broke.pop("time"), broke.pop("exception")
    assert broke == {
        "level": "ERROR",
        "logger": "malmoi.slack.worker",
        "event": "broke off",
        "channel": "C1",
        "reason": "ours",
    }
    assert time.endswith("+00:00")
    assert [line for line in exception.splitlines() if not line.startswith(" ")] == [
        "ExceptionGroup",
        "KeyError",
        "ValueError",
    ]
    assert "in main" in exception
    assert "it was ExceptionGroup, 3 times" in {line["event"] for line in lines}
    others = [line for line in lines if line["logger"] == "somebody.else"]
    assert [line["event"].startswith("at <string>:") for line in others] == [True, True]


def test_the_text_form_names_the_fields_too():
    _, written = noise("after", "text")
    assert "ERROR malmoi.slack.worker: broke off channel=C1 reason=ours" in written
