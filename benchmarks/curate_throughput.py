"""Documents per CPU-second and peak memory of the real recipe, beside a plain orjson loop.

Both read the same files and apply the same filters, as whole processes, in turns. The kept counts
must agree, or the figures compare different work and the benchmark fails.
Usage: python benchmarks/curate_throughput.py [--runs 3] [--json]
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import orjson
from machine import PROJECT, Run, corpora_or_exit, machine, median, report, run, versions


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    corpora = corpora_or_exit()

    ours: list[Run] = []
    peer: list[Run] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(given.runs):
            out = Path(folder) / f"release-{number}"
            recipe = PROJECT / "recipes/first.yaml"
            malmoi = [
                sys.executable,
                "-m",
                "malmoi",
                "curate",
                recipe,
                "--data",
                corpora,
                "--out",
                out,
                "--json",
            ]
            ours.append(run(malmoi, Path(folder)))
            loop = [
                sys.executable,
                PROJECT / "benchmarks/peers/plain_loop.py",
                corpora,
                Path(folder) / "plain",
            ]
            peer.append(run(loop, Path(folder)))

    result, plain = orjson.loads(ours[0].out), orjson.loads(peer[0].out)
    check_same_work(result, plain)
    documents = sum(source["read"] for source in result["sources"].values())
    plain_documents = sum(source["read"] for source in plain.values())
    rate = documents / median([one.cpu_seconds for one in ours])
    plain_rate = plain_documents / median([one.cpu_seconds for one in peer])
    report(
        {
            "name": "curate_throughput",
            "unit": "documents per CPU-second",
            "ours": rate,
            "peers": {"plain orjson loop": plain_rate},
            "limit": None,
            "ratio_to_best_peer": rate / plain_rate,
            "documents": documents,
            "runs": given.runs,
            "peak_mb": median([one.peak_mb for one in ours]),
            "peak_mb_plain": median([one.peak_mb for one in peer]),
            "wall_seconds": median([one.wall_seconds for one in ours]),
            "wall_seconds_plain": median([one.wall_seconds for one in peer]),
            "machine": machine(),
            "versions": versions("malmoi", "pyarrow", "orjson"),
        },
        as_json=given.json,
    )


def check_same_work(result: dict[str, Any], plain: dict[str, dict[str, int]]) -> None:
    for name, counts in plain.items():
        source = result["sources"][name]
        # The plain loop skips malformed lines; what we recovered from them may be kept on our side.
        recovered = sum(entry["rows"] for entry in source["recovered"].values())
        if not 0 <= source["kept"] - counts["kept"] <= recovered:
            sys.exit(f"{name}: kept {source['kept']} here and {counts['kept']} in the plain loop")


if __name__ == "__main__":
    main()
