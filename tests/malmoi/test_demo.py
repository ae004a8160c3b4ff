"""The demo, run once, without a network and traced: what it shows, and that nothing leaves the machine."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from malmoi.walkthrough import demo_questions
from tests.malmoi.command import malmoi
from tests.malmoi.trace import beyond_loopback, destinations, offered
from tests.privacy.alone import run_alone, why_not


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path | None]:
    """The demo's JSON object, and the record of its calls where it can be run without a network."""
    home = tmp_path_factory.mktemp("demo")
    if why_not():
        done = malmoi("demo", "--json", home=home)
        assert done.code == 0, done.err
        return done.json, None
    alone = run_alone([sys.executable, "-m", "malmoi", "demo", "--json"], home, home / "trace")
    assert alone.code == 0, alone.err
    return json.loads(alone.out), alone.log


def test_three_answers_cite_what_stands_in_the_source(demo: tuple[dict[str, Any], Path | None]) -> None:
    for question, shown in zip(demo_questions()[:3], demo[0]["answers"][:3], strict=True):
        assert not shown["refused"]
        assert any(question.quote in citation["quote"] for citation in shown["citations"])
        for citation in shown["citations"]:
            assert f"[{citation['n']}]" in shown["answer"]
            assert citation["quote"] in shown["answer"]


def test_the_fourth_question_is_refused(demo: tuple[dict[str, Any], Path | None]) -> None:
    shown = demo[0]["answers"][3]
    assert shown["refused"]
    assert shown["citations"] == []
    assert shown["reason"] == "not_in_sources"


def test_the_bot_replies_once_in_the_thread(demo: tuple[dict[str, Any], Path | None]) -> None:
    asked, *replies = demo[0]["thread"]
    assert demo_questions()[0].text in asked["text"]
    assert len(replies) == 1
    assert demo_questions()[0].quote in replies[0]["text"]


def test_the_ledger_of_the_samples_balances(demo: tuple[dict[str, Any], Path | None]) -> None:
    for counts in demo[0]["release"]["sources"].values():
        assert counts["read"] == counts["kept"] + sum(counts["dropped"].values()) + counts["quarantined"]


def test_nothing_leaves_the_machine(demo: tuple[dict[str, Any], Path | None]) -> None:
    log = demo[1]
    if log is None:
        pytest.skip(why_not())
    # The trace works: the bot's talk with the emulator over loopback is in it.
    assert any(True for _ in destinations(log))
    assert beyond_loopback(log) == set()
    assert offered(log) == set()
