"""Runs the emulator as a separate process, as tests and the demo do."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from curation.errors import UserError
from slackbot.emulator.client import EmulatorClient

_STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class RunningEmulator:
    """Where it answers, which tokens it takes, and a client for it."""

    api_url: str
    bot_token: str
    app_token: str
    client: EmulatorClient


@contextlib.contextmanager
def running(*options: str) -> Iterator[RunningEmulator]:
    """Start ``python -m slackbot.emulator`` with ``options``; stop it when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "slackbot.emulator", *options], stdout=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise UserError("the Slack emulator did not start", fix="its error stands above")
        said = json.loads(line)
        yield RunningEmulator(
            said["api_url"], said["bot_token"], said["app_token"], EmulatorClient(said["api_url"])
        )
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
