"""A bot's HTTP side over a real inbox, and a Slack that posts to it, signed or not."""

import json
import time
from contextlib import asynccontextmanager

import httpx
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.config import SlackConfig
from slackbot.intake import Identity, Question, read
from slackbot.sign_in import authorised_by
from slackbot.store import open_store
from slackbot.teams import Team, Teams
from slackbot.transport import http

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
ME = Identity("T1", "U0BOT", "B0BOT")
CONFIG = SlackConfig(bot_token="xoxb-1", signing_secret=SECRET)
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def event(number=1, text="휴가?"):
    said = {"type": "app_mention", "channel": "C1", "ts": f"{number}.0", "user": "U1", "text": text}
    return {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{number}", "event": said}


def signed(body: bytes, at: float | None = None, secret: str = SECRET, content_type: str = JSON):
    timestamp = str(int(time.time() if at is None else at))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature,
    }


class Slack:
    """Posts to the bot as Slack does, or nearly."""

    def __init__(self, port, store, seen):
        self.port = port
        self.store = store
        self.seen = seen
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False)

    async def post(self, content, **signing):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return await self.sent(body, signed(body, **signing))

    async def sent(self, body, headers):
        return await self.client.post(http.EVENTS_PATH, content=body, headers=headers)

    async def kept(self):
        return await self.store.inbox.counts()


@asynccontextmanager
async def serving(folder):
    """The web application over a real inbox; one command, one action and one view are listened to."""
    store = open_store(folder / "inbox.sqlite")
    seen = []

    async def keep(body, next_):
        if body.get("type") != "event_callback":
            await next_()
            return None
        found = read(body, ME)
        if "고장" in body["event"]["text"]:
            raise RuntimeError(body["event"]["text"])
        if isinstance(found, Question):
            await store.inbox.keep(found)
        return BoltResponse(status=200, body="")

    client = AsyncWebClient(token="xoxb-1")
    app = AsyncApp(
        name="test",
        client=client,
        signing_secret="",
        before_authorize=keep,
        authorize=authorised_by(Teams({"T1": Team(ME, client)})),
    )

    @app.command("/malmoi")
    async def command(ack, body):
        seen.append(body["text"])
        await ack("들었습니다")

    @app.action("feedback")
    async def click(ack, action):
        seen.append(action["value"])
        await ack()

    @app.view("why")
    async def submit(ack, view):
        seen.append(view["id"])
        await ack(response_action="errors", errors={"reason": "비어 있습니다"})

    async with http.serving(http.application(app, CONFIG), port=0) as port:
        slack = Slack(port, store, seen)
        yield slack
        await slack.client.aclose()
    await store.close()


BODY = json.dumps(event()).encode()
