"""`malmoi slack doctor`, `status` and `feedback`, beside a program that has the store open."""

import asyncio
import json
from pathlib import Path

import pytest

from slackbot.emulator.process import running
from slackbot.intake import Question
from slackbot.store import Store, open_store
from tests.malmoi.command import malmoi_here as malmoi

QUESTIONS = {"U1": "연차는 며칠인가요?", "U2": "주차는 어디에 하나요?"}


async def filled(place: Path) -> Store:
    """A store with two questions that wait and what people said of three answers; it stays open."""
    store = open_store(place)
    for number, (user, text) in enumerate(QUESTIONS.items(), 1):
        await store.inbox.keep(
            Question(f"Ev{number}", "T1", "C1", f"{number}.0", f"{number}.0", user, text, "mention")
        )
    store.tallies.add("received", 7)
    store.tallies.add("ignored:other_bot", 2)
    store.tallies.add("ignored:own_message", 5)
    for number, (user, value) in enumerate((("U1", "up"), ("U2", "down"), ("U3", "up"))):
        text = QUESTIONS.get(user, "")  # that of U3 was erased
        shown = {"question": text, "answer": "열닷새입니다. [1]" if text else "", "sources": ("[1] a.md",)}
        await store.feedback.give("T1", "C1", f"{number}.5", user, value, **shown)
    await store.feedback.explain("T1", "C1", "1.5", "U2", "wrong: 지하 1층입니다")
    await store.tallies.flush()
    return store


@pytest.fixture
def home(tmp_path: Path):
    store = asyncio.run(filled(tmp_path / "slack.sqlite"))
    yield tmp_path
    asyncio.run(store.close())


def test_status_counts_what_waits_and_why_the_rest_was_ignored(home: Path) -> None:
    found = malmoi("slack", "status", "--json", home=home)
    assert found.code == 0, found.err
    assert found.json["questions"]["waiting"] == 2
    assert list(found.json["ignored"].items()) == [("own_message", 5), ("other_bot", 2)]
    assert (found.json["received"], found.json["saved_threads"]) == (9, 0)
    shown = malmoi("slack", "status", home=home).out
    assert "2 waiting, 0 answered" in shown
    assert "5  the bot's own message" in shown


def test_feedback_is_shown_newest_first_and_becomes_questions(home: Path) -> None:
    shown = malmoi("slack", "feedback", home=home)
    assert shown.code == 0, shown.err
    lines = shown.out.splitlines()
    assert [line[0] for line in lines if line[0] in "+-"] == ["+", "-", "+"]
    assert lines[0].endswith("(erased)")
    assert "    why: wrong: 지하 1층입니다" in lines
    assert lines[-1] == "2 liked, 1 did not."

    down = malmoi("slack", "feedback", "--down", "--json", home=home).json["opinions"]
    assert [(one["question"], one["reason"]) for one in down] == [
        ("주차는 어디에 하나요?", "wrong: 지하 1층입니다")
    ]

    written = malmoi("slack", "feedback", "--out", "questions.jsonl", home=home)
    assert "Written: questions.jsonl, 2 questions" in written.out
    rows = [json.loads(line) for line in (home / "questions.jsonl").read_text("utf-8").splitlines()]
    assert [(row["query"], row["opinion"], row["checked"]) for row in rows] == [
        ("주차는 어디에 하나요?", "down", False),
        ("연차는 며칠인가요?", "up", False),
    ]
    from rag.evaluation.questions import read_questions

    assert [question.query for question in read_questions(home / "questions.jsonl")] == [
        row["query"] for row in rows
    ]


@pytest.mark.parametrize("command", ["status", "feedback"])
def test_without_a_store_it_is_said_and_none_is_made(tmp_path: Path, command: str) -> None:
    told = malmoi("slack", command, home=tmp_path)
    assert told.code == 2
    assert "start the bot once" in told.err
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_is_content_with_the_emulator_and_exits_1_for_a_fault(home: Path) -> None:
    (home / "docs").mkdir()
    (home / "docs/휴가.md").write_text("연차는 5영업일 전까지 신청합니다.", encoding="utf-8")
    assert malmoi("rag", "index", "docs", "--embedder", "none", home=home).code == 0
    with running() as slack:
        tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
        shown = malmoi("slack", "doctor", home=home, SLACK_API_URL=slack.api_url, **tokens)
        assert shown.code == 0, shown.out
        assert "a bot is running with it; 0 answered, 2 waiting, 0 dead" in shown.out
        assert shown.out.splitlines()[-1].endswith("0 faults, 0 warnings.")
        tokens["SLACK_APP_TOKEN"] = "xapp-unknown"
        found = malmoi("slack", "doctor", "--json", home=home, SLACK_API_URL=slack.api_url, **tokens)
    assert (found.code, found.json["ok"]) == (1, False)
    faults = [check for check in found.json["checks"] if check["grade"] == "fault"]
    assert [check["name"] for check in faults] == ["socket mode"]
    assert "xapp-unknown" not in found.out + found.err


def test_a_wrong_setting_is_named_by_its_key(tmp_path: Path) -> None:
    (tmp_path / "malmoi.toml").write_text('[slack]\nallow = ["@haneul"]\n', encoding="utf-8")
    told = malmoi("slack", "doctor", home=tmp_path)
    assert (told.code, "`slack.allow`" in told.err) == (2, True)
