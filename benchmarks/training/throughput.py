"""Tokens a CPU second of QLoRA on a processor: the stage `run`, a plain TRL script, a bare PyTorch loop.

All train the same model on the same questions and answers, four rows a step, and learn the answers alone: TRL
masks the prompts itself (and learns what the template writes after the end of a turn), the loop takes our
labels. They take turns, each in a process of its own, so that a busy machine slows all alike. Only tokens
that are no padding count, read or learned, and only after two steps of warming up. The order is that of each:
ours has rows of like length in a step.

Usage: python benchmarks/training/throughput.py [--base smollm2] [--steps 10] [--rounds 3] [--json]
       python benchmarks/training/throughput.py --steps 4 --rounds 2 --json   # 4 minutes on two cores
       python benchmarks/training/throughput.py --base tiny --steps 2 --rounds 1 --data rows.jsonl   # a trial
"""

import argparse
import csv
import os
import sys
import tempfile
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))
from machine import PROJECT, corpora_or_exit, machine, median, report, run, versions

from training.base import resolve
from training.config import Base

OURS, TRL, LOOP = "ours", "trl", "loop"
# What ours must do at least, as a share of the peer's tokens a CPU second.
LEAST = {TRL: 0.95, LOOP: 0.75}
ROWS = 2_000


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--base", default="smollm2")
    options.add_argument("--steps", type=int, default=10, help="measured ones; two more come before them")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--batch", type=int, default=4, help="rows of a step")
    options.add_argument("--length", type=int, default=512, help="the most tokens of a row")
    options.add_argument("--precision", choices=("bf16", "fp32"), default="fp32")
    options.add_argument("--data", type=Path, help="rows as JSON lines of messages")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    base = resolve(Base(model=given.base)).folder
    with tempfile.TemporaryDirectory() as folder:
        rows = given.data or conversations(Path(folder) / "rows.jsonl")
        found = measured(given, base, rows.resolve())
    values = {
        way: median([one["tokens_per_cpu_second"] for one in runs_of_way])
        for way, runs_of_way in found.items()
    }
    mine = values.pop(OURS)
    report(
        {
            "name": "training_throughput",
            "unit": "tokens/CPU-s",
            "ours": mine,
            "peers": values,
            "limit": max(LEAST[way] * value for way, value in values.items()),
            "ratio_to_best_peer": mine / max(values.values()),
            "ratios": {way: mine / value for way, value in values.items()},
            "least_ratios": LEAST,
            "base": given.base,
            "precision": given.precision,
            "peak_mb": {way: max(one["peak_mb"] for one in told) for way, told in found.items()},
            "runs": {way: [one["tokens_per_cpu_second"] for one in told] for way, told in found.items()},
            "losses": {way: [told[0]["first_loss"], told[0]["last_loss"]] for way, told in found.items()},
            "learned_shares": {way: told[0]["learned_share"] for way, told in found.items()},
            "machine": machine(),
            "versions": versions("torch", "transformers", "peft", "bitsandbytes", "trl"),
        },
        as_json=given.json,
    )


def measured(given: argparse.Namespace, base: Path, rows: Path) -> dict[str, list[dict[str, float]]]:
    """Let the ways take turns, another one first in each round."""
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["HF_HUB_OFFLINE"] = os.environ["HF_DATASETS_OFFLINE"] = "1"
    program = Path(__file__).with_name("ways.py")
    found: dict[str, list[dict[str, float]]] = {OURS: [], TRL: [], LOOP: []}
    for turn in range(given.rounds):
        ways = list(found)
        for way in ways[turn % 3 :] + ways[: turn % 3]:
            figures = [str(one) for one in (given.steps, given.batch, given.length)]
            told = run([sys.executable, program, way, base, rows, *figures, given.precision], PROJECT)
            found[way].append(orjson.loads(told.out))
    return found


def conversations(path: Path) -> Path:
    """Questions and answers of Chatbot_data, some twenty syllables each."""
    source = corpora_or_exit() / "chatbot_data" / "ChatbotData.csv"
    with source.open(encoding="utf-8", newline="") as lines, path.open("wb") as out:
        for _, row in zip(range(ROWS), csv.DictReader(lines), strict=False):
            turns = [{"role": "user", "content": row["Q"]}, {"role": "assistant", "content": row["A"]}]
            out.write(orjson.dumps({"messages": turns}) + b"\n")
    return path


if __name__ == "__main__":
    main()
