"""Throughput of the Kiwi steps on two cores beside one, with one copy of the model.

Each step runs in a process of its own that is bound to its cores, so that "one" is one thread and
nothing beside it. The rates are of wall time: they mean something on an idle machine only, and the
result says when it was not (`disturbed`). The ratio is that of the worst step.
Usage: python benchmarks/curation/kiwi_threads.py [--runs 3] [--batch 1024 ...] [--json]
"""

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import psutil

sys.path.append(str(Path(__file__).parents[1]))

from korean_texts import public_corpora
from machine import corpora_or_exit, machine, median, not_run, report, run, versions

from curation.korean import analyses
from curation.steps.base import Given
from curation.steps.correct import CORRECT, CorrectParams
from curation.steps.quality import QUALITY, QualityParams

TEXTS = ("petitions", "KoBEST", "NSMC")  # long, middling and short
CHARACTERS = 150_000  # of each
STEPS = ("analysis", "quality", "correct", "correct typos")
LIMIT = 1.7
OTHERS = 0.1  # cores that other processes may keep busy before the figures mean nothing


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--batch", type=int, nargs="+", default=[1024], help="texts handed over at a time")
    options.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS)
    options.add_argument("--json", action="store_true")
    options.add_argument("--measure", type=int, metavar="CORES", help=argparse.SUPPRESS)
    given = options.parse_args()
    corpora_or_exit()
    if given.measure:
        sys.stdout.buffer.write(orjson.dumps(measure(given.steps[0], given.batch[0], given.measure)))
        return
    if len(os.sched_getaffinity(0)) < 2:
        not_run("it needs two cores")
    rows = [row for step in given.steps for batch in given.batch for row in compared(step, batch, given.runs)]
    worst = min(rows, key=lambda row: row["ratio"])
    report(
        {
            "name": "kiwi_threads",
            "unit": "characters a second (wall), where two workers gain least",
            "ours": worst["two"],
            "peers": {"one worker": worst["one"]},
            "limit": LIMIT * worst["one"],
            "ratio_to_best_peer": worst["ratio"],
            "worst": f"{worst['step']} on {worst['texts']}, {worst['batch']} texts a batch",
            "disturbed": any(row["disturbed"] for row in rows),
            "peak_mb": max(row["peak_mb"] for row in rows),
            "runs": given.runs,
            "rows": rows,
            "machine": machine(),
            "versions": versions("malmoi", "kiwipiepy", "kiwipiepy_model"),
        },
        as_json=given.json,
    )


def compared(step: str, batch: int, runs: int) -> list[dict[str, Any]]:
    """Measure a step with one worker and with two, in turns; give a row for each kind of text."""
    results: dict[int, list[dict[str, dict[str, float]]]] = {1: [], 2: []}
    for _ in range(runs):
        for cores, found in results.items():
            command = [
                sys.executable,
                __file__,
                "--measure",
                str(cores),
                "--steps",
                step,
                "--batch",
                str(batch),
            ]
            found.append(orjson.loads(run(command, Path(__file__).parent).out))

    def middle(cores: int, texts: str, key: str) -> float:
        return median([result[texts][key] for result in results[cores]])

    return [
        {
            "step": step,
            "texts": texts,
            "batch": batch,
            "one": middle(1, texts, "rate"),
            "two": middle(2, texts, "rate"),
            "ratio": middle(2, texts, "rate") / middle(1, texts, "rate"),
            "cpu_seconds": {"one": middle(1, texts, "cpu"), "two": middle(2, texts, "cpu")},
            "peak_mb": max(middle(1, texts, "peak_mb"), middle(2, texts, "peak_mb")),
            "disturbed": max(middle(1, texts, "others"), middle(2, texts, "others")) > OTHERS,
        }
        for texts in TEXTS
    ]


def measure(step: str, batch: int, cores: int) -> dict[str, dict[str, float]]:
    """Run one step in this process, bound to ``cores`` cores, once the model is loaded."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])  # Kiwi starts as many workers
    judge = judge_of(step)
    judge(["말을 모은다."])
    corpora = public_corpora()
    return {name: measured(judge, list(some(corpora[name])), batch) for name in TEXTS}


def measured(judge: Callable[[Sequence[str]], object], texts: Sequence[str], batch: int) -> dict[str, float]:
    wall, cpu, everyone = time.perf_counter(), time.process_time(), busy_seconds()
    for start in range(0, len(texts), batch):
        judge(texts[start : start + batch])
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "rate": sum(map(len, texts)) / wall,
        "cpu": cpu,
        "others": max(0.0, busy_seconds() - everyone - cpu) / wall,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def busy_seconds() -> float:
    """Give the seconds that all processes of the machine have had a processor."""
    times = psutil.cpu_times()
    return sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0)


def judge_of(step: str) -> Callable[[Sequence[str]], object]:
    if step == "analysis":  # what Kiwi alone would give
        return lambda texts: sum(1 for _ in analyses(texts))
    if step == "quality":
        assert QUALITY.make is not None
        return QUALITY.make(QualityParams(), Given())
    assert CORRECT.make is not None
    return CORRECT.make(CorrectParams(typos=step == "correct typos"), Given())


def some(texts: Sequence[str]) -> Iterator[str]:
    left = CHARACTERS
    for text in texts:
        if left <= 0:
            return
        left -= len(text)
        yield text


if __name__ == "__main__":
    main()
