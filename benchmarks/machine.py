"""What the benchmarks share: a process measured as a whole, and the object they print."""

import importlib.metadata
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

PROJECT = Path(__file__).parents[1]
CORPORA = PROJECT.parent / "shared" / "corpora"


@dataclass(frozen=True)
class Run:
    """One run of a command: its output, CPU seconds of the process and what it waited for, peak memory."""

    out: bytes
    cpu_seconds: float
    wall_seconds: float
    peak_mb: float


def run(command: Sequence[str | Path], cwd: Path, started: Callable[[int], None] = lambda _: None) -> Run:
    """Run ``command`` to its end; a failure ends the benchmark.

    ``started`` is told the number of the process.
    """
    begun = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], cwd=cwd, stdout=subprocess.PIPE)
    started(process.pid)
    assert process.stdout is not None
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[0]} failed with status {status}")
    return Run(out, usage.ru_utime + usage.ru_stime, time.perf_counter() - begun, usage.ru_maxrss / 1024)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def versions(*distributions: str) -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in distributions}


def report(result: Mapping[str, object], *, as_json: bool) -> None:
    """Print the object of the benchmark contract, or a line for every value in it."""
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        return
    lines = list(_lines(result))
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        print(f"{name:<{width}}  {f'{value:,.3f}' if isinstance(value, float) else value}")


def _lines(values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}: {inner}", one) for inner, one in _lines(value))
        else:
            yield name, value


def corpora_or_exit() -> Path:
    if not CORPORA.is_dir():
        print("skipped: the public corpora are not beside the clone (../shared/corpora)")
        sys.exit(0)
    return CORPORA
