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
from typing import Any, NoReturn

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


def ratio_to_best(ours: float, peers: Mapping[str, float], *, lower_is_better: bool = False) -> float | None:
    """Ours over the best peer; None without one, or where the best is zero."""
    best = (min if lower_is_better else max)(peers.values(), default=0.0)
    return ours / best if best else None


def figure(
    name: str,
    unit: str,
    ours: float,
    peers: Mapping[str, float],
    limit: float | None,
    *,
    lower_is_better: bool = False,
) -> dict[str, Any]:
    """One figure of the benchmark contract: the main one, or one of the list ``also``."""
    return {
        "name": name,
        "unit": unit,
        "lower_is_better": lower_is_better,
        "ours": ours,
        "peers": dict(peers),
        "limit": limit,
        "ratio_to_best_peer": ratio_to_best(ours, peers, lower_is_better=lower_is_better),
    }


def not_run(reason: str) -> NoReturn:
    """End a benchmark that cannot run here; with ``--json``, by the object that says so."""
    if "--json" in sys.argv:
        report({"name": Path(sys.argv[0]).stem, "not_run": reason}, as_json=True)
    else:
        print(f"skipped: {reason}")
    sys.exit(0)


def _lines(values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}: {inner}", one) for inner, one in _lines(value))
        else:
            yield name, value


def corpora_or_exit() -> Path:
    if not CORPORA.is_dir():
        not_run("the public corpora are not beside the clone (../shared/corpora)")
    return CORPORA
