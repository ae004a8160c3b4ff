"""Runs the emulator as a separate process, as tests and the demo do."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curation.errors import UserError
from slackbot.emulator.client import EmulatorClient


@dataclass(frozen=True, slots=True)
class RunningEmulator:
    """Where it answers, which tokens it takes, and a client for it; ``said`` is its announcement."""

    api_url: str
    bot_token: str
    app_token: str
    client: EmulatorClient
    said: Mapping[str, Any]


@contextlib.contextmanager
def running(*options: str) -> Iterator[RunningEmulator]:
    """Start ``python -m slackbot.emulator`` with ``options``; stop it when the block ends."""
    command = [sys.executable, "-m", "slackbot.emulator", *options]
    with started(command, "the Slack emulator", stop_seconds=5.0) as said:
        client = EmulatorClient(said["api_url"])
        yield RunningEmulator(said["api_url"], said["bot_token"], said["app_token"], client, said)


@contextlib.contextmanager
def started(
    command: Sequence[str],
    name: str,
    environment: Mapping[str, str] | None = None,
    stop_seconds: float = 20.0,
) -> Iterator[dict[str, Any]]:
    """Start a process that says one JSON object when it is ready; stop it when the block ends.

    Raises
    ------
    UserError
        The process ended without saying it; its error stands on standard error.
    """
    process = subprocess.Popen(
        command, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, text=True
    )
    try:
        said = _first_object(process)
        if said is None:
            raise UserError(f"{name} did not start", fix="its error stands above")
        yield said
    finally:
        process.terminate()
        try:
            process.wait(stop_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _first_object(process: subprocess.Popen[str]) -> dict[str, Any] | None:
    """What the process prints up to the line that completes a JSON object."""
    said = ""
    for line in process.stdout or ():
        said += line
        with contextlib.suppress(json.JSONDecodeError):
            found: dict[str, Any] = json.loads(said)
            return found
    return None
