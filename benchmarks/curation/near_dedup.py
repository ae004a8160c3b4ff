"""Near-duplicate removal beside other tools: documents per CPU-second, memory, recall, precision.

Every tool is one process that reads the same documents of `planted.py` from jsonl and writes the
kept ones. Recall is over pairs in families of two, by their exact word-5-gram Jaccard similarity:
a pair is found when one of the two was removed. Precision is the share of removed documents that
have a planted partner with a similarity of 0.7 or more. A peer that cannot be installed is left
out, and the reason is printed.

Usage: python benchmarks/curation/near_dedup.py [--documents 20000] [--peers datatrove-split,...]
       [--runs 1] [--scaling 10000,100000] [--venvs FOLDER] [--json]
"""

import argparse
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from planted import Family, families_of

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import PROJECT, Run, corpora_or_exit, machine, median, report, run, versions

HERE = Path(__file__).parent
BINS = ((1.0, 1.1, "copies"), (0.9, 1.0, "0.9 and more"), (0.8, 0.9, "0.8 to 0.9"), (0.7, 0.8, "0.7 to 0.8"))
SIMILAR = 0.7
LIMIT = 8.0


@dataclass(frozen=True)
class Peer:
    """A tool with its own environment: what to install there, and how to run it."""

    name: str
    environment: str
    requirements: tuple[str, ...]
    script: str
    arguments: tuple[str, ...] = ()


DATATROVE = ("datatrove[io,processing]==0.10.1", "spacy==3.8.18", "orjson")
PEERS = (
    Peer("datatrove-split", "datatrove", DATATROVE, "datatrove_minhash.py", ("split",)),
    Peer("datatrove-default", "datatrove", DATATROVE, "datatrove_minhash.py", ("default",)),
    Peer("datasketch", "datasketch", ("datasketch==2.0.0", "orjson"), "datasketch_lsh.py"),
    # aiohttp is needed by dj-process and not declared.
    Peer("data-juicer", "data-juicer", ("py-data-juicer==1.6.1", "aiohttp"), "data_juicer_minhash.py"),
)
ANCHOR = PEERS[0].name


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--documents", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--runs", type=int, default=1, help="of ours and of the anchor")
    options.add_argument("--peers", default=",".join(peer.name for peer in PEERS))
    options.add_argument("--scaling", default="", help="numbers of documents to run ours on as well")
    options.add_argument("--venvs", type=Path, default=Path.home() / ".cache/malmoi/peers")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    corpora_or_exit()
    chosen = given.peers.split(",")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        families = planted(given.documents, folder, given.seed)
        ours = [run_ours(folder) for _ in range(given.runs)]
        measured = {"ours": measure(ours, folder / "kept.jsonl", families, given.documents)}
        for peer in PEERS:
            if peer.name not in chosen:
                continue
            python = installed(peer, given.venvs)
            if python is not None:
                runs = given.runs if peer.name == ANCHOR else 1
                took = [run_peer(peer, python, folder) for _ in range(runs)]
                measured[peer.name] = measure(took, folder / "kept.jsonl", families, given.documents)
        scaling = {size: scaled(int(size), given.seed) for size in filter(None, given.scaling.split(","))}
    rates = {tool: entry["documents_per_cpu_second"] for tool, entry in measured.items()}
    peers = {tool: rate for tool, rate in rates.items() if tool != "ours"}
    report(
        {
            "name": "near_dedup",
            "unit": "documents per CPU-second",
            "ours": rates["ours"],
            "peers": peers,
            "limit": LIMIT * peers[ANCHOR] if ANCHOR in peers else None,
            "ratio_to_best_peer": rates["ours"] / max(peers.values()) if peers else None,
            "ratio_to_datatrove": rates["ours"] / peers[ANCHOR] if ANCHOR in peers else None,
            "documents": given.documents,
            "pairs": pair_counts(families),
            "measured": measured,
            "scaling": scaling,
            "machine": machine(),
            "versions": versions("malmoi", "numpy", "pyarrow"),
        },
        as_json=given.json,
    )


def run_ours(folder: Path) -> Run:
    script = HERE / "near_dedup_once.py"
    return run(["env", f"PYTHONPATH={PROJECT}", sys.executable, script, *files(folder)], folder)


def run_peer(peer: Peer, python: Path, folder: Path) -> Run:
    # These tools log to standard error, thousands of lines.
    command = [python, HERE / "peers" / peer.script, *files(folder), *peer.arguments]
    return run(["sh", "-c", 'exec "$@" 2>"$0"', folder / "log", *command], folder)


def files(folder: Path) -> tuple[Path, Path]:
    return folder / "documents.jsonl", folder / "kept.jsonl"


def installed(peer: Peer, venvs: Path) -> Path | None:
    """Give the Python of the peer's environment, making it first if need be; None when it fails."""
    folder = venvs / peer.environment
    python = folder / "bin" / "python"
    mark = folder / "requirements.txt"
    wanted = "\n".join(peer.requirements)
    if mark.is_file() and mark.read_text() == wanted:
        return python
    try:
        if not python.exists():
            venv.create(folder, with_pip=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.requirements],
            check=True,
            stderr=subprocess.PIPE,
            text=True,
            timeout=1800,
        )
    except (OSError, subprocess.SubprocessError) as error:
        reason = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[-1]
        print(f"skipped {peer.name}: {reason}", file=sys.stderr)
        return None
    mark.write_text(wanted)
    return python


def measure(
    runs: Sequence[Run], kept_file: Path, families: Sequence[Family], documents: int
) -> dict[str, Any]:
    with kept_file.open("rb") as stream:
        kept = {orjson.loads(line)["id"] for line in stream}
    cpu = median([one.cpu_seconds for one in runs])
    return {
        "documents_per_cpu_second": documents / cpu,
        "cpu_seconds": cpu,
        "wall_seconds": median([one.wall_seconds for one in runs]),
        "peak_mb": max(one.peak_mb for one in runs),
        **quality(kept, families, documents),
    }


def quality(kept: set[str], families: Sequence[Family], documents: int) -> dict[str, Any]:
    members = {name for family in families for name in family.ids}
    partners = {
        name
        for family in families
        for first, second, similarity in family.pairs
        if similarity >= SIMILAR
        for name in (first, second)
    }
    removed = documents - len(kept)
    right = len(partners - kept)
    # Documents that are like nothing else are removed, or kept, without a planted reason.
    without_kin = removed - len(members - kept)
    recall = {
        label: sum(not (first in kept and second in kept) for first, second in pairs) / len(pairs)
        for label, pairs in pairs_by_bin(families).items()
        if pairs
    }
    return {
        "removed": removed,
        "removed_without_kin": without_kin,
        "families_lost": sum(not kept.intersection(family.ids) for family in families),
        "recall": recall,
        "precision": right / removed if removed else 1.0,
    }


def pairs_by_bin(families: Sequence[Family]) -> dict[str, list[tuple[str, str]]]:
    single = [family.pairs[0] for family in families if len(family.ids) == 2]
    return {
        label: [(first, second) for first, second, similarity in single if low <= similarity < high]
        for low, high, label in BINS
    }


def pair_counts(families: Sequence[Family]) -> dict[str, int]:
    return {label: len(pairs) for label, pairs in pairs_by_bin(families).items()}


def planted(documents: int, folder: Path, seed: int) -> list[Family]:
    # In a process of its own: a child's peak memory counts that of the process it came from.
    script = HERE / "planted.py"
    run([sys.executable, script, folder, "--documents", str(documents), "--seed", str(seed)], folder)
    return families_of(folder)


def scaled(documents: int, seed: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        families = planted(documents, Path(name), seed)
        return measure([run_ours(Path(name))], Path(name) / "kept.jsonl", families, documents)


if __name__ == "__main__":
    main()
