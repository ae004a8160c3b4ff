"""`malmoi slack forget`: a person goes, from the store, from saved threads, and from Slack if wanted."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from rag.index import index_paths
from slackbot.app import new_client, new_session
from slackbot.config import Limits, SlackConfig
from slackbot.directory import Directory
from slackbot.emulator.client import Posted
from slackbot.emulator.process import RunningEmulator, running
from slackbot.intake import Identity, Question
from slackbot.knowledge import Knowledge
from slackbot.render import notice
from slackbot.store import Reply, State, open_store
from slackbot.store.claims import Bounds
from slackbot.teams import Team, Teams
from tests.malmoi.command import Result
from tests.malmoi.command import malmoi as malmoi_alone
from tests.malmoi.command import malmoi_here as malmoi
from tests.slackbot.store_fixtures import Server, running_postgresql  # noqa: F401 - a fixture

ME = Identity("T0MALMOI", "U0MALMOI", "B0MALMOI")
ASKED = "창고 열쇠는 어느 서랍에 두나요?"
FACT = "창고 열쇠는 이도윤 님이 3번 서랍에 둡니다."


@pytest.fixture(scope="module")
def slack() -> Iterator[RunningEmulator]:
    with running("--post-interval", "0") as emulator:
        yield emulator


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/휴가.md").write_text("연차는 5영업일 전까지 신청합니다.", encoding="utf-8")
    index_paths([tmp_path / "docs"], tmp_path / "indexes/docs", embedder="none")
    return tmp_path


async def lived(home: Path, slack: RunningEmulator) -> Posted:
    """haneul asked and was answered, doyun said something in her thread, which was saved."""
    store = open_store(home / "slack.sqlite")
    asked = slack.client.say("질문", ASKED, user="haneul")
    slack.client.say("질문", FACT, user="doyun", thread_ts=asked.ts)
    config = SlackConfig(bot_token=slack.bot_token, app_token=slack.app_token, api_url=slack.api_url)
    async with new_session() as session:
        client = new_client(config, session, slack.bot_token)
        posted = await client.chat_postMessage(channel=asked.channel, thread_ts=asked.ts, text="답")
        teams = Teams({ME.team: Team(ME, client)})
        knowledge = Knowledge(
            home / "indexes/docs", home / "knowledge", store.saved, teams, Directory(teams, Limits())
        )
        await knowledge.start()
        assert await knowledge.save(ME.team, asked.channel, asked.ts, "U0HANEUL") == "saved"
        await knowledge.stop()
    question = Question("Ev1", ME.team, asked.channel, asked.ts, asked.ts, "U0HANEUL", ASKED, "mention")
    await store.inbox.keep(question)
    [waiting] = await store.inbox.claim(Bounds(most=9, per_person=9, per_channel=9, patience=900.0))
    await store.inbox.save_reply(waiting, Reply(notice("답"), State.ANSWERED))
    await store.inbox.finish(waiting, State.ANSWERED, [str(posted["ts"])])
    await store.close()
    return asked


def forget(home: Path, slack: RunningEmulator, *options: str) -> Result:
    tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_API_URL": slack.api_url}
    return malmoi("slack", "forget", *options, home=home, **tokens)


def test_a_person_and_the_answers_to_them_go(home: Path, slack: RunningEmulator) -> None:
    asked = asyncio.run(lived(home, slack))
    assert len(slack.client.wait_for_replies(asked)) == 1
    found = forget(home, slack, "--user", "U0HANEUL", "--yes", "--delete-replies", "--json")
    assert found.code == 0, found.err
    assert found.json == {
        "user": "U0HANEUL",
        "teams": ["T0MALMOI"],
        "saved_threads": 1,
        "answers_in_slack": 1,
        "answers_deleted": 1,
    }
    assert slack.client.wait_for_replies(asked, 0) == []
    files = [path for path in home.rglob("*") if path.is_file() and "lock" not in path.name]
    assert [path for path in files if ASKED.encode() in path.read_bytes() and path.suffix == ".sqlite"] == []
    left = malmoi("ask", ASKED, "--json", home=home).json["citations"]
    assert [FACT in citation["quote"] for citation in left] == [True]  # others' words stay
    again = forget(home, slack, "--user", "U0HANEUL", "--yes", "--json").json
    assert (again["saved_threads"], again["answers_in_slack"]) == (0, 0)


def test_their_words_leave_saved_threads_and_others_stay(home: Path, slack: RunningEmulator) -> None:
    asyncio.run(lived(home, slack))
    told = forget(home, slack, "--user", "U0DOYUN", "--yes")
    assert told.code == 0, told.err
    assert "their words in 1 saved threads" in told.out
    assert "Exports" in told.out
    assert FACT not in str(malmoi("ask", ASKED, "--json", home=home).json["citations"])
    [row] = home.glob("knowledge/*/*.jsonl")
    assert (ASKED in row.read_text("utf-8"), FACT in row.read_text("utf-8")) == (True, False)


def test_in_a_workspace_without_them_nothing_is_done(home: Path, slack: RunningEmulator) -> None:
    told = forget(home, slack, "--user", "U0HANEUL", "--team", "T404", "--yes")
    assert (told.code, "no store of a bot yet" in told.err) == (2, True)
    assert not (home / "slack.sqlite").exists()
    asyncio.run(lived(home, slack))
    told = forget(home, slack, "--user", "U0HANEUL", "--team", "T404", "--yes")
    assert (told.code, told.out.strip()) == (0, "Nothing is kept of U0HANEUL.")
    told = forget(home, slack, "--user", "U0HANEUL", "--team", ME.team, "--yes", "--json")
    assert (told.code, told.json["teams"]) == (0, [ME.team])


def test_a_wrong_token_erases_nothing(home: Path, slack: RunningEmulator) -> None:
    asyncio.run(lived(home, slack))
    wrong = {"SLACK_BOT_TOKEN": "xoxb-unknown", "SLACK_API_URL": slack.api_url}
    options = ("--user", "U0HANEUL", "--yes", "--delete-replies")
    told = malmoi("slack", "forget", *options, home=home, **wrong)
    assert (told.code, "SLACK_BOT_TOKEN" in told.err) == (2, True)
    assert ASKED.encode() in (home / "slack.sqlite").read_bytes()


def test_while_a_bot_runs_it_says_who_can_do_it(home: Path, slack: RunningEmulator) -> None:
    store = open_store(home / "slack.sqlite")
    try:
        told = forget(home, slack, "--user", "U0HANEUL", "--yes")
    finally:
        asyncio.run(store.close())
    assert told.code == 2
    assert "/malmoi 내 기록 지우기" in told.err
    assert "PostgreSQL" in told.err


def test_with_postgresql_it_works_beside_the_bot(
    home: Path, slack: RunningEmulator, postgresql: Server
) -> None:
    url = postgresql.new_database().url

    async def beside() -> dict[str, int]:
        store = open_store(url)
        await store.inbox.keep(Question("Ev1", "T1", "C1", "1.0", "1.0", "U1", ASKED, "mention"))
        options = ("--user", "U1", "--yes", "--json")
        forgetting = ("slack", "forget", *options)
        told = await asyncio.to_thread(malmoi_alone, *forgetting, home=home, SLACK_DATABASE_URL=url)
        assert (told.code, told.json["teams"]) == (0, ["T1"]), told.err
        try:
            return await store.inbox.counts()
        finally:
            await store.close()

    assert asyncio.run(beside()) == {"withdrawn": 1}


def test_it_asks_before(home: Path, slack: RunningEmulator) -> None:
    asyncio.run(lived(home, slack))
    told = forget(home, slack, "--user", "U0HANEUL")  # nobody answers the question
    assert told.code == 1
    assert "It cannot be undone." in told.err
    assert ASKED.encode() in (home / "slack.sqlite").read_bytes()


def test_the_manifest_is_printed_as_it_is(tmp_path: Path, project: Path) -> None:
    printed = malmoi("slack", "manifest", home=tmp_path)
    assert printed.out == (project / "slackbot/manifest.yaml").read_text("utf-8")


def test_the_manifest_for_http_names_where_slack_sends(tmp_path: Path, project: Path) -> None:
    printed = malmoi("slack", "manifest", "--http", "https://bot.example.com/", home=tmp_path)
    found = yaml.safe_load(printed.out)
    expected = yaml.safe_load((project / "slackbot/manifest.yaml").read_text("utf-8"))
    url = "https://bot.example.com/slack/events"
    assert found["oauth_config"].pop("redirect_urls") == ["https://bot.example.com/slack/oauth_redirect"]
    assert found["settings"]["event_subscriptions"].pop("request_url") == url
    assert found["settings"]["interactivity"].pop("request_url") == url
    assert [command.pop("url") for command in found["features"]["slash_commands"]] == [url]
    assert found["settings"].pop("socket_mode_enabled") is False
    assert expected["settings"].pop("socket_mode_enabled") is True
    assert found == expected


@pytest.mark.parametrize(
    "url",
    [
        "http://bot.example.com",
        "bot.example.com",
        "https://",
        "https://a@b/?x=1",
        "https://[",
        "https://bot.example.com:99999",
        "https://bot example.com",
    ],
)
def test_an_address_that_slack_cannot_reach_is_refused(tmp_path: Path, url: str) -> None:
    told = malmoi("slack", "manifest", "--http", url, home=tmp_path)
    assert (told.code, told.out) == (2, "")
    assert "--http" in told.err
