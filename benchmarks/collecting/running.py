"""Runs one benchmark in a process of its own, for a limited time, and says how it went."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import orjson

from collecting.contract import ContractError, Told, read, told

# done: measured; not_run: it cannot be measured here; fault: it printed something else than the contract;
# failed and timeout speak for themselves; left_out: not asked for.
Status = Literal["done", "not_run", "fault", "failed", "timeout", "left_out", "waiting"]
# Seconds between the request to end and the end.
GRACE = 10.0
SHOWN = 4


@dataclass(frozen=True)
class Result:
    """How a benchmark went; ``output`` is the object that it printed."""

    script: str
    status: Status
    arguments: tuple[str, ...] = ()
    key: str = ""
    reason: str = ""
    seconds: float = 0.0
    begun: str = ""
    load_before: float = 0.0
    output: dict[str, Any] | None = None

    @property
    def told(self) -> Told | None:
        """Its figures, where it has some."""
        return told(self.output) if self.status == "done" and self.output else None

    def as_json(self) -> bytes:
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


@dataclass(frozen=True)
class Ended:
    """A process that is over."""

    code: int
    timed_out: bool
    seconds: float


def run(command: Sequence[str], cwd: Path, out: Path, log: Path, seconds: float) -> Ended:
    """Run a command to its end or its limit; an interrupt ends it as well, with all that it started."""
    begun = time.monotonic()
    with out.open("wb") as stdout, log.open("wb") as stderr:
        process = subprocess.Popen(
            command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True
        )
        timed_out = False
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            # A script that is over may have left processes; one that is not is ended with its own.
            _end(process)
    return Ended(process.returncode, timed_out, time.monotonic() - begun)


def judged(ended: Ended, printed: bytes, complaints: str) -> tuple[Status, str, dict[str, Any] | None]:
    """Say how a process went, from its code and what it printed: status, reason, the object."""
    if ended.timed_out:
        return "timeout", f"stopped after {ended.seconds / 60:.1f} minutes", None
    try:
        found = read(printed)
    except ContractError as wrong:
        if ended.code:
            return "failed", _last_lines(complaints, ended.code), None
        return "fault", "; ".join(wrong.faults), None
    # A benchmark may end with 1 because it missed its limit, which the figure says itself.
    if ended.code and not any(one.passed is False for one in found.figures):
        return "failed", _last_lines(complaints, ended.code), None
    output: dict[str, Any] = orjson.loads(printed)
    return ("not_run", found.not_run, None) if found.not_run else ("done", "", output)


def command_of(file: Path, arguments: Sequence[str]) -> list[str]:
    return [sys.executable, str(file), *arguments, "--json"]


def _last_lines(complaints: str, code: int) -> str:
    lines = [line.strip() for line in complaints.splitlines() if line.strip()]
    return " · ".join([f"ended with {code}", *lines[-SHOWN:]])


def _end(process: "subprocess.Popen[bytes]") -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            continue
        if sign is signal.SIGTERM and not _group_ended(process.pid):
            continue
        break
    process.wait()


def _group_ended(group: int) -> bool:
    """Wait for the processes of a group whose first one is over."""
    until = time.monotonic() + GRACE
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
