"""Runs a command where there is no network but loopback, and records whom it calls all the same.

The namespace proves that the command does its work without a network. The record proves that it does not
try to reach one: an attempt that fails in silence is in it too.
"""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from curation.privacy import SWITCHES
from tests.malmoi.trace import CALLS

# A person's own settings must not switch a reporter on, and what the tests set must not keep one off: every
# switch that is not here is taken out.
_ASKING_FOR_REPORTS = {
    "LANGSMITH_TRACING": "true",
    "LANGCHAIN_TRACING_V2": "true",
    "LANGSMITH_API_KEY": "not-a-key",
    "DO_NOT_TRACK": "false",
    "RAY_USAGE_STATS_ENABLED": "1",
    "HF_HUB_DISABLE_TELEMETRY": "0",
}
_OFF = {"HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE", *SWITCHES}
_NAMESPACE = ["unshare", "--user", "--map-root-user", "--net", "--"]


@dataclass(frozen=True)
class Recorded:
    """What a command said, how it ended, and the record of its calls."""

    code: int
    out: str
    err: str
    log: Path


@functools.cache
def why_not() -> str:
    """Why commands cannot be run alone here; empty when they can."""
    for program in ("unshare", "strace"):
        if not shutil.which(program):
            return f"{program} is not installed"
    tried = subprocess.run(_command(["true"], Path(os.devnull)), capture_output=True, text=True, check=False)
    return f"no namespace or trace is allowed here: {tried.stderr.strip()}" if tried.returncode else ""


def run_alone(command: Sequence[str | Path], home: Path, log: Path, seconds: float = 1200) -> Recorded:
    """Run ``command`` in ``home``, with loopback for a network and its calls recorded in ``log``."""
    environment = {name: value for name, value in os.environ.items() if name not in _OFF}
    places = {"MALMOI_HOME": str(home), "MALMOI_CACHE": str(home / "cache"), "HOME": str(home)}
    done = subprocess.run(
        _command([str(part) for part in command], log),
        cwd=home,
        env={**environment, **_ASKING_FOR_REPORTS, **places, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )
    return Recorded(done.returncode, done.stdout, done.stderr, log)


def _command(command: Sequence[str], log: Path) -> list[str]:
    trace = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", f"trace={CALLS}", "-o", str(log)]
    return [*_NAMESPACE, sys.executable, str(Path(__file__).with_name("only_loopback.py")), *trace, *command]
