"""The bots under measurement and the emulator, each a process of its own."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import PROJECT, machine, versions

from slackbot.emulator.client import EmulatorClient
from slackbot.emulator.process import RunningEmulator, running

OURS, PLAIN = "ours", "plain slack_bolt AsyncApp"
_PROGRAMS = {OURS: "bot.py", PLAIN: "plain_bot.py"}
_CONNECTIONS = {OURS: 2, PLAIN: 1}
# Slack's pace and patience; nothing of a run is forgotten that a report needs.
SLACK = ("--post-interval", "1", "--log-limit", "20000")


@dataclass
class BotProcess:
    """One bot; what it writes on standard error stands in ``folder/bot.log``."""

    which: str
    emulator: RunningEmulator
    folder: Path
    options: Mapping[str, object] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    seconds_to_start: float = 0.0

    def start(self) -> None:
        """Start it, and wait until all its connections are open."""
        begun = time.monotonic()
        program = Path(__file__).with_name(_PROGRAMS[self.which])
        options = {"store": str(self.store), **self.options}
        environment = {
            **os.environ,
            "PYTHONPATH": str(PROJECT),
            "SLACK_BOT_TOKEN": self.emulator.bot_token,
            "SLACK_APP_TOKEN": self.emulator.app_token,
            "SLACK_API_URL": self.emulator.api_url,
        }
        with (self.folder / "bot.log").open("ab") as log:
            command = [sys.executable, str(program), json.dumps(options)]
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self.client.wait_until(self.is_whole, "connections", timeout=60.0)
        self.seconds_to_start = time.monotonic() - begun

    def is_whole(self, state: Mapping[str, Any]) -> bool:
        """Whether all its connections are open."""
        return bool(state["connections"] == _CONNECTIONS[self.which])

    def kill(self) -> None:
        """End it as a crash does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end, as a deployment does; one that does not listen is killed."""
        assert self.process is not None
        self.process.terminate()
        try:
            self.process.wait(20.0)
        except subprocess.TimeoutExpired:
            self.kill()

    @property
    def client(self) -> EmulatorClient:
        return self.emulator.client

    @property
    def store(self) -> Path:
        return self.folder / "inbox.sqlite"

    @property
    def usage(self) -> psutil.Process:
        """For its memory and its CPU seconds."""
        assert self.process is not None
        return psutil.Process(self.process.pid)

    def cpu_seconds(self) -> float:
        times = self.usage.cpu_times()
        return float(times.user + times.system)

    def states(self) -> dict[str, int]:
        """How many questions of its inbox are in each state."""
        with contextlib.closing(sqlite3.connect(self.store)) as connection:
            rows = connection.execute("SELECT state, count(*) FROM inbox GROUP BY state").fetchall()
        return {str(state): int(count) for state, count in rows}


@contextlib.contextmanager
def measured(which: str, *slack: str, **options: object) -> Iterator[BotProcess]:
    """A connected bot beside an emulator of its own; ``slack`` are the emulator's options."""
    with tempfile.TemporaryDirectory() as folder, running(*(slack or SLACK)) as emulator:
        bot = BotProcess(which, emulator, Path(folder), options)
        bot.start()
        try:
            yield bot
        finally:
            bot.stop()


def settled(client: EmulatorClient, patience: float, every: float = 0.5) -> dict[str, Any]:
    """The figures of a burst once every message is answered, or nothing has changed for ``patience`` s."""
    last, until = -1, time.monotonic() + patience
    while True:
        time.sleep(every)
        found = client.load()
        if not found["running"] and found["lost"] == 0:
            time.sleep(1.0)  # a second answer would follow closely
            return client.load()
        if found["answered"] != last or found["running"]:
            last, until = found["answered"], time.monotonic() + patience
        elif time.monotonic() > until:
            return found


def replies(client: EmulatorClient) -> dict[str, list[str]]:
    """The texts of the bot's messages in each thread, by the ts of its root."""
    found: dict[str, list[str]] = {}
    for channel in client.state("channels")["channels"].values():
        for message in channel["messages"]:
            if message.get("bot_id"):
                found.setdefault(message.get("thread_ts", ""), []).append(message["text"])
    return found


def limited(client: EmulatorClient, method: str) -> int:
    """How many calls of a method Slack put off."""
    return Counter(call["status"] for call in client.calls(method))[429]


def where() -> dict[str, object]:
    """On what it was measured; other work on the machine shows in the load average (1, 5, 15 minutes)."""
    return {
        "machine": machine(),
        "load_average": [round(one, 2) for one in os.getloadavg()],
        "versions": versions("malmoi", "slack_bolt", "slack_sdk", "aiohttp", "SQLAlchemy"),
    }


def ratio(value: float, best_peer: float) -> float | None:
    return value / best_peer if best_peer else None
