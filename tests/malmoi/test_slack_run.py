"""`malmoi slack run` as systemd starts it: figures on a port, a log of JSON, a clean end."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from slackbot.emulator.process import RunningEmulator, running
from tests.malmoi.command import malmoi as malmoi_alone
from tests.malmoi.command import malmoi_here as malmoi

QUESTION = "연차 휴가는 며칠 전까지 신청하나요?"


@pytest.fixture(scope="module")
def slack() -> Iterator[RunningEmulator]:
    with running("--post-interval", "0") as emulator:
        yield emulator


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    text = "# 연차 휴가\n\n연차 휴가는 5영업일 전까지 나이테에서 신청합니다.\n"
    (tmp_path / "docs/연차.md").write_text(text, encoding="utf-8")
    built = malmoi("rag", "index", "docs", "--embedder", "none", home=tmp_path)
    assert built.code == 0, built.err
    return tmp_path


def test_it_answers_counts_logs_and_ends(slack: RunningEmulator, home: Path) -> None:
    port = free_port()
    options = ["--metrics-port", str(port), "--json-logs", "--json"]
    with (home / "log").open("wb") as log:
        bot = subprocess.Popen(
            [sys.executable, "-m", "malmoi", "slack", "run", *options],
            cwd=home,
            env={**os.environ, "MALMOI_HOME": str(home), **tokens(slack)},
            stdout=subprocess.PIPE,
            stderr=log,
        )
    try:
        slack.client.wait_for_bot(timeout=60)
        posted = slack.client.say("질문", f"@malmoi {QUESTION}")
        [reply] = slack.client.wait_for_replies(posted, timeout=60)
        assert "5영업일" in reply["text"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
            assert 'malmoi_slack_questions{state="answered"}' in page.read().decode()
        beside = malmoi("slack", "doctor", home=home, **tokens(slack))
        assert "a bot is running with it" in beside.out
        bot.send_signal(signal.SIGTERM)
        said, _ = bot.communicate(timeout=40)
    finally:
        if bot.poll() is None:
            bot.kill()
            bot.communicate()
    assert bot.returncode == 0
    assert json.loads(said) == {"ready": True, "team": "T0MALMOI", "user": "U0MALMOI"}
    lines = (home / "log").read_text("utf-8").splitlines()
    assert lines
    assert all({"time", "level", "logger", "event"} <= json.loads(line).keys() for line in lines)
    assert QUESTION not in "".join(lines)
    status = malmoi("slack", "status", "--json", home=home).json
    assert status["questions"]["answered"] == 1
    assert status["received"] == 1 + sum(status["ignored"].values())


def test_a_model_elsewhere_is_said_at_the_start(slack: RunningEmulator, home: Path) -> None:
    model = 'model = "openai:any@https://model.example/v1"'
    (home / "malmoi.toml").write_text(f"[answer]\n{model}\n", encoding="utf-8")
    wrong = tokens(slack) | {"SLACK_BOT_TOKEN": "xoxb-unknown"}
    told = malmoi_alone("slack", "run", home=home, **wrong)
    assert told.code == 2
    assert "are sent to https://model.example/v1" in told.err


def tokens(slack: RunningEmulator) -> dict[str, str]:
    return {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
    }


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
