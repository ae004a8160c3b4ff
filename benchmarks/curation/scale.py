"""CPU seconds and peak memory of a whole recipe, and of the same recipe on ten times the rows.

Rows are of `recombined.py`, half of them documents of 100 words, half short texts, with copies and
variants among them. The recipe is the cheap steps in their usual order, as one process: reading,
steps, both dedups, writing, ledger, report. Peak memory is the largest sum over the process and its
children of what is resident, mapped files included, looked at twenty times a second, or what the
run itself reports when that is more.

Usage: python benchmarks/curation/scale.py [--rows 100000] [--times 10] [--steps normalise,…]
       [--with function_words,quality,…] [--workers 1] [--folder FOLDER] [--json]
"""

import argparse
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import Run, corpora_or_exit, machine, report, run, versions

HERE = Path(__file__).parent
MOST_TIMES_CPU = 11.0
MOST_MB = 2048
# Those that take microseconds a row; steps with Kiwi take hours at a million rows.
CHEAP = (
    "normalise",
    "length",
    "shape",
    "lines",
    "repetition",
    "hangul_ratio",
    "exact_dedup",
    "near_dedup",
    "language",
    "personal_data",
    "split",
)
PARAMETERS = {"length": "min: 5", "hangul_ratio": "min: 0.3"}
RECIPE = """
name: scale
title: Scale
description: Documents and short texts
sources:
  - {{name: documents, reader: jsonl, path: documents, licence: CC0-1.0, url: "https://example.org"}}
  - {{name: short, reader: jsonl, path: short, licence: CC0-1.0, url: "https://example.org"}}
steps:
{steps}
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--times", type=int, default=10)
    options.add_argument("--steps", default=",".join(CHEAP))
    options.add_argument("--with", dest="more", default="", help="steps to add at the end")
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--folder", type=Path, help="for rows and releases; removed afterwards")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    corpora_or_exit()
    steps = [step for step in f"{given.steps},{given.more}".split(",") if step]
    measured = {
        str(rows): measure(rows, steps, given.workers, given.seed, given.folder)
        for rows in (given.rows, given.rows * given.times)
    }
    small, large = measured.values()
    times = large["cpu_seconds"] / small["cpu_seconds"]
    report(
        {
            "name": "scale",
            "unit": f"times the CPU at {given.times} times the rows",
            "lower_is_better": True,
            "ours": times,
            "peers": {},
            # A tenth more than in proportion.
            "limit": MOST_TIMES_CPU * given.times / 10,
            "ratio_to_best_peer": None,
            "peak_mb": max(one["peak_mb"] for one in measured.values()),
            "limit_mb": MOST_MB,
            "steps": steps,
            "measured": measured,
            "machine": machine(),
            "versions": versions("malmoi", "numpy", "pyarrow"),
        },
        as_json=given.json,
    )


def measure(rows: int, steps: list[str], workers: int, seed: int, parent: Path | None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=parent) as name:
        folder = Path(name)
        counts = ["--documents", str(rows // 2), "--short", str(rows - rows // 2)]
        run([sys.executable, HERE / "recombined.py", folder / "data", *counts, "--seed", str(seed)], folder)
        recipe, release = folder / "scale.yaml", folder / "release"
        recipe.write_text(RECIPE.format(steps="\n".join(map(spelled, steps))))
        malmoi = [sys.executable, "-m", "malmoi", "curate", "run", recipe, "--workers", str(workers)]
        took, peaks = watched([*malmoi, "--data", folder / "data", "--out", release, "--json"], folder)
        result = orjson.loads(took.out)
        stages = orjson.loads((release / "timings.json").read_bytes())["stages"]
        entries = result["sources"].values()
        read = sum(entry["read"] for entry in entries)
        if read != rows:
            sys.exit(f"{read} rows were read of {rows}")
        return {
            "cpu_seconds": took.cpu_seconds,
            "wall_seconds": took.wall_seconds,
            "rows_per_cpu_second": rows / took.cpu_seconds,
            "peak_mb": max(peaks["VmRSS"], result["peak_rss_mb"]),
            "peak_anonymous_mb": peaks["RssAnon"],
            "input_mb": megabytes(folder / "data"),
            "release_mb": megabytes(release),
            "kept": sum(entry["kept"] for entry in entries),
            "dropped": {name: entry["dropped"] for name, entry in result["sources"].items()},
            "stages": {
                stage: {"cpu_seconds": one["cpu_seconds"], "rows_per_cpu_second": per_second(rows, one)}
                for stage, one in stages.items()
            },
        }


def spelled(step: str) -> str:
    return f"  - {{step: {step}, {PARAMETERS[step]}}}" if step in PARAMETERS else f"  - step: {step}"


def per_second(rows: int, stage: dict[str, float]) -> int | None:
    return round(rows / stage["cpu_seconds"]) if stage["cpu_seconds"] else None


def megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def watched(command: list[str | Path], cwd: Path) -> tuple[Run, dict[str, float]]:
    """Run ``command``, and look at the memory of its processes in MB while it runs."""
    peaks = {"VmRSS": 0.0, "RssAnon": 0.0}
    ended = threading.Event()

    def look(process: int) -> None:
        while not ended.wait(0.05):
            for field, peak in peaks.items():
                peaks[field] = max(peak, sum(resident_kb(pid, field) for pid in tree(process)) / 1024)

    try:
        took = run(command, cwd, lambda pid: threading.Thread(target=look, args=[pid]).start())
    finally:
        ended.set()
    return took, peaks


def tree(pid: int) -> Iterator[int]:
    """Give a process and all that it started."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return  # it ended
    for child in children:
        yield from tree(int(child))


def resident_kb(pid: int, field: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{field}:")), 0)


if __name__ == "__main__":
    main()
