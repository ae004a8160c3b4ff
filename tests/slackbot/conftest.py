"""Emulator and bot as processes of their own; every bot's log is kept and read at the end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from slackbot.emulator.client import EmulatorClient, Posted
from slackbot.emulator.process import RunningEmulator, running

ROOT = Path(__file__).parents[2]
FAST = {"post_interval": 0.0, "ping_interval": 0.5, "stop_grace": 5.0}
# Redelivered at once: what a bot leaves unacknowledged comes again within the test.
QUICK_SLACK = ("--post-interval", "0", "--ack-timeout", "1", "--retry-delays", "0", "0.5", "0.5")


def replies_when_done(client: EmulatorClient, posted: Posted, times: int = 1) -> list[dict[str, Any]]:
    """The replies in the thread once the question is done for the ``times``-th time: its sign is gone."""

    def done(state: dict[str, Any]) -> bool:
        removed = [
            call
            for call in state["calls"]
            if call["method"] == "reactions.remove" and call["arguments"]["timestamp"] == posted.ts
        ]
        return len(removed) >= times

    client.wait_until(done, timeout=60.0)
    return client.wait_for_replies(posted, 0)


@dataclass
class BotProcess:
    """One bot; its standard error goes to a file that ``log`` reads."""

    emulator: RunningEmulator
    folder: Path
    options: dict[str, object] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True) -> "BotProcess":
        store = str(self.folder / "inbox.sqlite")
        options = {"store": store, "folder": str(self.folder), "limits": FAST} | self.options
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SLACK_BOT_TOKEN": self.emulator.bot_token,
            "SLACK_APP_TOKEN": self.emulator.app_token,
            "SLACK_API_URL": self.emulator.api_url,
            **self.environment,
        }
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("bot_process.py")), json.dumps(options)],
                env=environment,
                stdout=log,
                stderr=log,
            )
        if wait:
            # Both connections: a test that ends them all must find them all.
            self.client.wait_until(lambda state: state["connections"] == 2, timeout=60.0)
        return self

    @property
    def client(self) -> EmulatorClient:
        return self.emulator.client

    @property
    def log_file(self) -> Path:
        return self.folder / "bot.log"

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def kill(self) -> None:
        self._running.kill()
        self._running.wait()

    def terminate(self, number: signal.Signals = signal.SIGTERM, within: float = 60.0) -> int:
        self._running.send_signal(number)
        return self._running.wait(within)

    def exit_code(self, within: float = 60.0) -> int:
        return self._running.wait(within)

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None
        return self.process


@pytest.fixture
def emulator() -> Iterator[RunningEmulator]:
    with running(*QUICK_SLACK) as emulator:
        yield emulator


@pytest.fixture
def bot(emulator: RunningEmulator, tmp_path: Path) -> Iterator[BotProcess]:
    bot = BotProcess(emulator, tmp_path)
    yield bot
    bot.end()


@pytest.fixture(scope="session")
def shared_bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotProcess]:
    """One emulator and one bot for tests that only talk; each uses a channel of its own."""
    with running(*QUICK_SLACK) as emulator:
        bot = BotProcess(emulator, tmp_path_factory.mktemp("shared-bot")).start()
        yield bot
        bot.end()


@pytest.fixture
def channel(shared_bot: BotProcess, request: pytest.FixtureRequest) -> str:
    return shared_bot.client.open_channel(request.node.name)
