"""CPU seconds of three filters with reasons and a ledger, beside a plain orjson loop and datatrove.

Every tool is a whole process that reads the same jsonl files of `recombined.py`, applies the same
filters (length, share of symbols, share of Hangul), writes kept rows and rejects with their reasons,
and counts them. They run in turns. Their counts must agree, or the benchmark fails. Documents of
about 1.5 kB decide; texts of 40 characters are measured as well.

Usage: python benchmarks/curation/filters.py [--documents 60000] [--short 200000] [--runs 3]
       [--without datatrove] [--venvs FOLDER] [--json]
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from near_dedup import DATATROVE, Peer, installed

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import Run, corpora_or_exit, machine, median, report, run, versions

HERE = Path(__file__).parent
LIMIT = 1.8
PLAIN = "plain orjson loop"
# About 1.5 kB of UTF-8.
WORDS = 130
RECIPE = """
name: filters
title: Filters
description: Three filters
sources:
  - {name: rows, reader: jsonl, path: ., licence: CC0-1.0, url: "https://example.org"}
steps:
  - {step: length, min: 10, max: 5000}
  - {step: shape, max_symbols: 0.3, least_characters: 1, min_hangul: null, max_latin: null,
     max_digits: null, min_eojeol: null, max_eojeol: null, min_lettered: null, max_ellipses: null,
     max_hashes: null}
  - {step: hangul_ratio, min: 0.3}
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--documents", type=int, default=60_000)
    options.add_argument("--short", type=int, default=200_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--without", choices=["datatrove"], nargs="?", help="leave a peer out")
    options.add_argument("--venvs", type=Path, default=Path.home() / ".cache/malmoi/peers")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    corpora_or_exit()
    commands = {PLAIN: [sys.executable, HERE / "peers/plain_filters.py"]}
    if given.without != "datatrove":
        python = installed(Peer("datatrove", "datatrove", DATATROVE, ""), given.venvs)
        if python is not None:
            commands["datatrove"] = [python, HERE / "peers/datatrove_filters.py"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = {"documents": given.documents, "short": given.short}
        make(folder / "data", rows, given.seed)
        measured = {
            of: measure(folder, folder / "data" / of, commands, given.runs, count)
            for of, count in rows.items()
            if count
        }
    seconds = {tool: entry["cpu_seconds"] for tool, entry in measured["documents"].items()}
    peers = {tool: one for tool, one in seconds.items() if tool != "ours"}
    report(
        {
            "name": "filters",
            "unit": "CPU seconds",
            "lower_is_better": True,
            "ours": seconds["ours"],
            "peers": peers,
            "limit": LIMIT * peers[PLAIN],
            "ratio_to_best_peer": seconds["ours"] / min(peers.values()),
            "ratios_to_plain_loop": {
                of: entry["ours"]["cpu_seconds"] / entry[PLAIN]["cpu_seconds"]
                for of, entry in measured.items()
            },
            "rows": rows,
            "runs": given.runs,
            "measured": measured,
            "machine": machine(),
            "versions": versions("malmoi", "numpy", "pyarrow", "orjson"),
        },
        as_json=given.json,
    )


def make(out: Path, rows: Mapping[str, int], seed: int) -> None:
    # In a process of its own: a child's peak memory counts that of the process it came from.
    counts = [part for of, count in rows.items() for part in (f"--{of}", str(count))]
    script = HERE / "recombined.py"
    run([sys.executable, script, out, *counts, "--words", str(WORDS), "--seed", str(seed)], out.parent)


def measure(
    folder: Path, data: Path, commands: Mapping[str, Sequence[str | Path]], runs: int, rows: int
) -> dict[str, Any]:
    recipe = folder / "filters.yaml"
    recipe.write_text(RECIPE)
    took: dict[str, list[Run]] = {}
    for number in range(runs):
        out = folder / f"{data.name}-{number}"
        ours = [sys.executable, "-m", "malmoi", "curate", "run", recipe, "--data", data, "--json", "--out"]
        took.setdefault("ours", []).append(run([*ours, out / "ours"], folder))
        for tool, command in commands.items():
            # Some tools log to standard error, thousands of lines.
            quietly = ["sh", "-c", 'exec "$@" 2>"$0"', folder / "log"]
            took.setdefault(tool, []).append(run([*quietly, *command, data, out / tool], folder))
    check_same_counts(took, rows)
    return {
        tool: {
            "cpu_seconds": median([one.cpu_seconds for one in ran]),
            "rows_per_cpu_second": rows / median([one.cpu_seconds for one in ran]),
            "wall_seconds": median([one.wall_seconds for one in ran]),
            "peak_mb": max(one.peak_mb for one in ran),
        }
        for tool, ran in took.items()
    }


def check_same_counts(took: Mapping[str, Sequence[Run]], rows: int) -> None:
    """End the benchmark when tools did different work."""
    ledgers = {tool: ledger_of(ran[0].out) for tool, ran in took.items()}
    for tool, ledger in ledgers.items():
        if ledger != ledgers["ours"] or ledger["read"] != rows:
            sys.exit(f"counts differ: ours {ledgers['ours']}, {tool} {ledger}, rows {rows}")


def ledger_of(out: bytes) -> dict[str, Any]:
    ledger: dict[str, Any] = orjson.loads(out)
    entry = ledger["sources"]["rows"] if "sources" in ledger else ledger
    dropped = {reason.split("/")[-1]: count for reason, count in entry["dropped"].items()}
    return {"read": entry["read"], "kept": entry["kept"], "dropped": dropped}


if __name__ == "__main__":
    main()
