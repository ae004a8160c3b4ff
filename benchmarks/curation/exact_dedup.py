"""CPU seconds of exact dedup, beside duckdb.

Every tool is a whole process that reads the same Parquet file of texts and writes the ids of the rows
that are not the first with their text; the lists must be equal, or the benchmark fails. duckdb, in
one thread, groups by the text or by a hash of it; the faster one counts. Documents of 100 words decide;
texts of 40 characters are measured as well, at both sizes. Start-up is stated apart: it decides
at 100,000 rows, and a release is one process.

Usage: python benchmarks/curation/exact_dedup.py [--rows 100000,1000000] [--runs 3] [--venvs FOLDER]
       [--json]
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from near_dedup import Peer, installed

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import PROJECT, Run, corpora_or_exit, machine, median, report, run, versions

HERE = Path(__file__).parent
DUCKDB = Peer("duckdb", "duckdb", ("duckdb==2.0.0",), "duckdb_exact.py")
LIMIT = 1.5
# So few rows that all the time goes to starting, and some of them are copies.
FEW = 3_000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", default="100000,1000000")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--venvs", type=Path, default=Path.home() / ".cache/malmoi/peers")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    corpora_or_exit()
    python = installed(DUCKDB, given.venvs)
    if python is None:
        sys.exit("without duckdb there is nothing to compare with")
    with tempfile.TemporaryDirectory() as name:
        start = measure(make(Path(name), "short", FEW, given.seed), python, given.runs)
    measured = {}
    for rows in map(int, given.rows.split(",")):
        for of in ("documents", "short"):
            with tempfile.TemporaryDirectory() as name:
                texts = make(Path(name), of, rows, given.seed)
                measured[f"{rows} {of}"] = compared(measure(texts, python, given.runs), start)
    decisive = [entry for name, entry in measured.items() if name.endswith("documents")][-1]
    best = decisive[decisive["best"]]["cpu_seconds"]
    report(
        {
            "name": "exact_dedup",
            "unit": "CPU seconds",
            "lower_is_better": True,
            "ours": decisive["ours"]["cpu_seconds"],
            "peers": {"duckdb": best},
            "limit": LIMIT * best,
            "ratio_to_best_peer": decisive["ratio"],
            "ratios": {name: entry["ratio"] for name, entry in measured.items()},
            "ratios_without_start": {name: one["ratio_without_start"] for name, one in measured.items()},
            "start_seconds": {tool: one["cpu_seconds"] for tool, one in start.items()},
            "runs": given.runs,
            "measured": measured,
            "machine": machine(),
            "versions": versions("malmoi", "numpy", "pyarrow"),
        },
        as_json=given.json,
    )


def make(folder: Path, of: str, rows: int, seed: int) -> Path:
    # In a process of its own: a child's peak memory counts that of the process it came from.
    counts = {"documents": 0, "short": 0} | {of: rows}
    chosen = [part for name, count in counts.items() for part in (f"--{name}", str(count))]
    command = [sys.executable, HERE / "recombined.py", folder, *chosen, "--parquet", "--seed", str(seed)]
    run(command, folder)
    return folder / f"{of}.parquet"


def measure(texts: Path, python: Path, runs: int) -> dict[str, dict[str, Any]]:
    commands: dict[str, list[str | Path]] = {
        "ours": ["env", f"PYTHONPATH={PROJECT}", sys.executable, HERE / "exact_dedup_once.py"],
        "duckdb by text": [python, HERE / "peers" / DUCKDB.script],
        "duckdb by hash": [python, HERE / "peers" / DUCKDB.script],
    }
    key = {"duckdb by text": ["text"], "duckdb by hash": ["hash"]}
    took: dict[str, list[Run]] = {tool: [] for tool in commands}
    for _ in range(runs):
        for tool, command in commands.items():
            out = texts.with_name(tool)
            took[tool].append(run([*command, texts, out, *key.get(tool, [])], texts.parent))
    lists = {tool: texts.with_name(tool).read_text().splitlines() for tool in commands}
    if not lists["ours"] or any(one != lists["ours"] for one in lists.values()):
        sys.exit(f"the dropped rows differ: { ({tool: len(one) for tool, one in lists.items()}) }")
    return {
        tool: {
            "cpu_seconds": median([one.cpu_seconds for one in ran]),
            "peak_mb": max(one.peak_mb for one in ran),
        }
        for tool, ran in took.items()
    }


def compared(measured: dict[str, dict[str, Any]], start: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Set ours against the faster query of duckdb, as a whole and without what an empty process takes."""
    seconds = {tool: one["cpu_seconds"] for tool, one in measured.items()}
    best = min((tool for tool in seconds if tool != "ours"), key=seconds.__getitem__)
    net = {tool: seconds[tool] - start[tool]["cpu_seconds"] for tool in ("ours", best)}
    return {
        **measured,
        "best": best,
        "ratio": seconds["ours"] / seconds[best],
        "ratio_without_start": net["ours"] / net[best],
    }


if __name__ == "__main__":
    main()
