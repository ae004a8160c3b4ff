"""A bolt application with every listener, over a real store and the emulator; payloads are Slack's."""

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from rag.index import index_paths
from rag.types import EVERYTHING, Answer, Citation, Filter, Turn
from slackbot import render
from slackbot.config import Limits
from slackbot.directory import Directory
from slackbot.emulator.client import EmulatorClient
from slackbot.emulator.process import RunningEmulator, running
from slackbot.intake import Identity, Question
from slackbot.knowledge import Knowledge
from slackbot.listeners import interactions
from slackbot.listeners.background import Background
from slackbot.listeners.panes import Panes
from slackbot.listeners.parts import Parts
from slackbot.policy import Policy
from slackbot.scope import Scopes
from slackbot.sign_in import authorised_by
from slackbot.store import Reply, State, open_store
from slackbot.store.claims import Bounds
from slackbot.store.saved import Saved
from slackbot.summary import excerpt
from slackbot.teams import Team, Teams
from slackbot.transport.dispatch import dispatch

TEAM = "T0MALMOI"
ME = Identity(TEAM, "U0MALMOI", "B0MALMOI")
LIMITS = Limits(answer_deadline=5.0, stop_grace=5.0, post_interval=0.0)
PASSAGE = "연차 휴가는 해마다 열다섯 날이 생깁니다."
ANSWER = Answer(
    f"{PASSAGE} [1]",
    (Citation(1, "leave#0", "handbook/leave.md", PASSAGE, 0, len(PASSAGE), 1.0),),
    refused=False,
    reason="",
    timings={},
)


class Handbook:
    """Answers from one passage; keeps the filters that it was asked with."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Filter]] = []

    def stream(
        self, question: str, history: Sequence[Turn] = (), *, among: Filter = EVERYTHING
    ) -> Iterator[str | Answer]:
        self.asked.append((question, among))
        if "고장" in question:
            raise RuntimeError(question)
        if "기나긴" in question:
            yield Answer("긴 문장입니다. " * 8_000, (), refused=False, reason="", timings={})
            return
        yield PASSAGE
        yield ANSWER


@dataclass
class Desk:
    """The application, and what to look at."""

    app: AsyncApp
    parts: Parts
    client: EmulatorClient
    channel: str
    answerer: Handbook
    url: str
    # What came to ``url``, as Slack's response_url.
    responses: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, body: dict[str, Any]) -> BoltResponse:
        """Dispatch a request and wait until what it started is done."""
        response = await dispatch(self.app, body, "", "")
        async with asyncio.timeout(20):
            while pending := self._pending():
                await asyncio.wait(pending)
        return response

    def _pending(self) -> set[asyncio.Task[Any]]:
        """What bolt still runs after its acknowledgement, and what the listeners started."""
        listening = {task for task in asyncio.all_tasks() if "run_ack_function" in repr(task.get_coro())}
        return listening | self.parts.background._tasks

    def calls(self, method: str) -> list[dict[str, Any]]:
        """The arguments of the calls of a method, oldest first."""
        return [call["arguments"] for call in self.client.calls(method)]

    async def answered(self, text: str = "휴가는 며칠인가요?", user: str = "U0HANEUL") -> tuple[str, str]:
        """A question that was answered: the ts of its message and of the answer."""
        asked = self.client.say(self.channel, text)
        [message] = render.answer(ANSWER)
        question = Question(f"Ev{asked.ts}", TEAM, self.channel, asked.ts, asked.ts, user, text, "mention")
        inbox = self.parts.store.inbox
        await inbox.keep(question)
        [waiting] = await inbox.claim(Bounds(1, 1, 1, 60.0))
        ts = f"{float(asked.ts) + 1:.6f}"
        assert await inbox.save_reply(waiting, Reply((message,), State.ANSWERED))
        assert await inbox.finish(waiting, State.ANSWERED, [ts])
        return asked.ts, ts


@pytest.fixture(scope="module", name="slack")
def running_slack() -> Iterator[RunningEmulator]:
    with running("--post-interval", "0") as emulator:
        yield emulator


@pytest.fixture(scope="session", name="handbook")
def indexed_handbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handbook")
    row = {"id": "leave", "title": "휴가 규정", "text": PASSAGE}
    (folder / "docs.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    index_paths([folder / "docs.jsonl"], folder / "index")
    return folder / "index"


@contextlib.asynccontextmanager
async def opened(
    emulator: RunningEmulator, folder: Path, index: Path, policy: Policy, name: str
) -> AsyncIterator[Desk]:
    store = open_store(folder / "inbox.sqlite")
    client = AsyncWebClient(emulator.bot_token, base_url=emulator.api_url, retry_handlers=[])
    client.proxy = None
    teams = Teams({TEAM: Team(ME, client)})
    directory = Directory(teams, LIMITS)
    saved = Saved(store._database)
    knowledge = Knowledge(index, folder / "saved", saved, teams, directory)
    await knowledge.start()
    answerer = Handbook()
    parts = Parts(
        teams=teams,
        store=store,
        directory=directory,
        scopes=Scopes(directory, policy),
        policy=policy,
        limits=LIMITS,
        answerer=answerer,
        knowledge=knowledge,
        summarise=excerpt,
        titles=lambda: ("휴가 규정", "출장비 지침"),
        background=Background(LIMITS),
        panes=Panes(),
    )
    app = AsyncApp(client=client, authorize=authorised_by(teams), signing_secret="", name="test")
    interactions.register(app, parts)
    responses: list[dict[str, Any]] = []

    async def respond(request: web.Request) -> web.Response:
        responses.append(await request.json())
        return web.Response(text="ok")

    hooks = web.Application()
    hooks.router.add_post("/hook", respond)
    server = TestServer(hooks)
    await server.start_server()
    channel = emulator.client.open_channel(name)
    try:
        yield Desk(app, parts, emulator.client, channel, answerer, str(server.make_url("/hook")), responses)
    finally:
        await server.close()
        await parts.background.stop()
        await knowledge.stop()
        await store.close()


@pytest.fixture(name="desk")
async def open_desk(
    slack: RunningEmulator, handbook: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Desk]:
    policy = getattr(request, "param", Policy())
    shutil.copytree(handbook, tmp_path / "index")
    async with opened(slack, tmp_path, tmp_path / "index", policy, request.node.name) as desk:
        yield desk


def click(
    desk: Desk,
    action: str,
    value: str = "",
    *,
    ts: str = "",
    thread: str = "",
    user: str = "U0HANEUL",
) -> dict[str, Any]:
    """A ``block_actions`` payload; without ``ts`` the button stands in the app's home."""
    place = {"type": "message", "message_ts": ts, "channel_id": desk.channel, "is_ephemeral": False}
    return {
        "type": "block_actions",
        "team": {"id": TEAM, "domain": "malmoi"},
        "user": {"id": user, "username": "haneul", "team_id": TEAM},
        "api_app_id": "A0",
        "trigger_id": "1.2.3",
        "container": place | ({"thread_ts": thread} if thread else {}) if ts else {"type": "view"},
        **({"channel": {"id": desk.channel, "name": "x"}} if ts else {}),
        **({"response_url": desk.url} if ts else {}),
        "actions": [{"action_id": action, "block_id": "b", "type": "button", "value": value}],
    }


def event(desk: Desk, event: dict[str, Any]) -> dict[str, Any]:
    """The body of an ``event_callback`` request."""
    return {"type": "event_callback", "team_id": TEAM, "api_app_id": "A0", "event_id": "Ev1", "event": event}


def command(desk: Desk, text: str, *, channel: str = "", user: str = "U0HANEUL") -> dict[str, Any]:
    """The body of a slash command."""
    return {
        "command": "/malmoi",
        "text": text,
        "team_id": TEAM,
        "user_id": user,
        "channel_id": channel or desk.channel,
        "response_url": desk.url,
        "trigger_id": "1.2.3",
    }


def shortcut(desk: Desk, callback: str, ts: str, thread: str = "") -> dict[str, Any]:
    """A ``message_action`` payload."""
    return {
        "type": "message_action",
        "callback_id": callback,
        "team": {"id": TEAM},
        "user": {"id": "U0HANEUL"},
        "channel": {"id": desk.channel, "name": "x"},
        "trigger_id": "1.2.3",
        "message_ts": ts,
        "message": {"type": "message", "ts": ts, **({"thread_ts": thread} if thread else {})},
        "response_url": desk.url,
    }
