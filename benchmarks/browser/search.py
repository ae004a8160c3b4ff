"""Search in the page: size, speed and what it finds, beside the server's lexical ranking and SQLite's FTS5.

Ten thousand passages (search_texts.py) are exported and searched in a worker of headless Chromium; the
same queries go through the Python twin, whose lists and scores must be the same, and through the server's
ranking by words (Kiwi on both sides, BM25 over the same fields). FTS5 stands for what a page could take
instead, with the words as they are written and with its trigrams; its times are those of Python.
MiniSearch is left out: it would be an npm package for this alone.

Usage: python benchmarks/browser/search.py [--passages 10000] [--json]
"""

import argparse
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

import brotli
from machine import PROJECT, corpora_or_exit, machine, median, report, versions
from search_texts import passages, question_sets

from compile.search import PageRanking, read_exported
from compile.search.exporting import write_search
from compile.search.sources import Source
from compile.serving import BundleServer
from compile.verifying.browser import started
from curation.progress import Quiet
from rag.evaluation.metrics import ndcg_at
from rag.lexical import lexical_fields
from rag.settings import Ranking
from rag.stores import Stored

WEB = PROJECT / "compile" / "web"
QUERIES, SHOWN, ROUNDS = 1_000, 10, 5
LIMITS = {"brotli_bytes": 2_000_000, "open_ms": 1_000, "query_p95_ms": 5, "ndcg_below_server": 0.003}
PAGE = """
import { openSearch } from "%s";
const now = () => performance.now();
window.measure = async (folder, queries, shown) => {
  const begun = now();
  const search = await openSearch(new URL(folder, document.baseURI));
  const opened = now() - begun;
  const found = [];
  const times = [];
  for (const query of queries) {
    const asked = now();
    const hits = await search.search(query, shown);
    times.push(now() - asked);
    found.push(hits.map(({ passage, score }) => [passage.id, score]));
  }
  search.close();
  return { opened, times, found };
};
"""


class Kiwi:
    """The server's tokens of a query, each query read once."""

    def __init__(self, queries: Sequence[str]) -> None:
        self._fields = dict(zip(queries, lexical_fields(queries), strict=True))

    def tokens(self, query: str) -> list[str]:
        return self._fields[query].split()


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--passages", type=int, default=10_000)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    corpora_or_exit()
    stored = passages(given.passages)
    sets = question_sets()
    asked = {name: [(one.question, one.relevant) for one in questions] for name, questions in sets.items()}
    asked |= {
        f"{name}, no spaces": [("".join(q.split()), r) for q, r in rows] for name, rows in asked.items()
    }
    queries = list(dict.fromkeys(query for rows in asked.values() for query, _ in rows))
    random.Random(0).shuffle(queries)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begun = time.perf_counter()
        source = Source(tuple(stored), Ranking(), 0, 0, None)
        exported = write_search(source, folder / "page" / "search", Quiet())
        export_s = time.perf_counter() - begun
        page = read_exported(folder / "page" / "search")
        server = read_exported(folder / "page" / "search")
        server.tokeniser = Kiwi(queries)  # type: ignore[assignment]
        runs = in_browser(folder / "page", queries[:QUERIES])
        peers = {
            f"fts5 {how}": Fts(folder / f"{how}.sqlite", how, stored) for how in ("unicode61", "trigram")
        }
        searches: dict[str, Callable[[str], list[str]]] = {
            "page": lambda query: documents(page, stored, query),
            "server, by words": lambda query: documents(server, stored, query),
            **{name: peer.search for name, peer in peers.items()},
        }
        found = {
            name: {way: ndcg(rows, search) for way, search in searches.items()}
            for name, rows in asked.items()
        }
        same = identical(page, stored, queries[:QUERIES], runs[0]["found"])
        # The first half loads blocks of passages, the other half finds most of them there.
        half = len(runs[0]["times"]) // 2
        first = [time for run in runs for time in run["times"][:half]]
        later = [time for run in runs for time in run["times"][half:]]
        report(
            {
                "name": "browser_search",
                "unit": "nDCG@10 of BoolQ's questions",
                "ours": found["boolq"]["page"],
                "peers": {way: value for way, value in found["boolq"].items() if way != "page"},
                "limit": found["boolq"]["server, by words"] - LIMITS["ndcg_below_server"],
                "ratio_to_best_peer": found["boolq"]["page"]
                / max(value for way, value in found["boolq"].items() if way != "page"),
                "identical_lists": f"{same} of {len(queries[:QUERIES])}",
                "passages": len(stored),
                "characters_of_a_passage": fmean(len(one.passage.text) for one in stored),
                "index_bytes": exported.index_bytes,
                "brotli_bytes": exported.brotli_bytes,
                "all_bytes": exported.bytes,
                "export_s": export_s,
                "open_ms": median([run["opened"] for run in runs]),
                "query_ms": {"p50": median(later), "p95": quantiles(later, n=20)[-1]},
                "query_ms, passages still to load": {"p50": median(first), "p95": quantiles(first, n=20)[-1]},
                "limits": LIMITS,
                "ndcg_below_server": {
                    name: one["server, by words"] - one["page"] for name, one in found.items()
                },
                "ndcg": found,
                "questions": {name: len(rows) for name, rows in asked.items()},
                "fts5": {name: peer.figures(queries[:QUERIES]) for name, peer in peers.items()},
                "machine": machine(),
                "versions": {**versions("kiwipiepy", "playwright"), "sqlite": sqlite3.sqlite_version},
            },
            as_json=given.json,
        )


def documents(ranking: PageRanking, stored: Sequence[Stored], query: str) -> list[str]:
    return [stored[number].passage.doc_id for number, _ in ranking.search(query, SHOWN)]


def ndcg(rows: Iterable[tuple[str, str]], search: Callable[[str], list[str]]) -> float:
    return fmean(ndcg_at(list(dict.fromkeys(search(query))), {relevant}, SHOWN) for query, relevant in rows)


def identical(
    page: PageRanking, stored: Sequence[Stored], queries: Sequence[str], found: Sequence[Sequence[Any]]
) -> int:
    """How many lists of the browser have the same passages with the same scores, bit by bit."""
    return sum(
        [tuple(row) for row in rows]
        == [(stored[number].passage.passage_id, score) for number, score in page.search(query, SHOWN)]
        for query, rows in zip(queries, found, strict=True)
    )


def in_browser(page: Path, queries: Sequence[str]) -> list[Mapping[str, Any]]:
    """Open and search in a fresh tab, several times."""
    source = page.parent / "source"
    source.mkdir()
    (source / "index.html").write_text('<script type="module" src="./main.ts"></script>', encoding="utf-8")
    (source / "main.ts").write_text(PAGE % (WEB / "src/search/client"), encoding="utf-8")
    subprocess.run(
        [WEB / "node_modules/.bin/vite", "build", source, "--base", "./", "--outDir", page.parent / "built"],
        cwd=source,
        check=True,
        capture_output=True,
    )
    runs = []
    with BundleServer(page, page=page.parent / "built") as served, started(software=True) as browser:
        for _ in range(ROUNDS):
            with browser.new_context() as context:
                tab = context.new_page()
                tab.goto(served.url)
                tab.wait_for_function("window.measure !== undefined")
                asked = json.dumps(["search/", list(queries), SHOWN])
                runs.append(tab.evaluate(f"window.measure(...{asked})"))
    return runs


class Fts:
    """SQLite's full-text search over title and text, any word of the query, by its own BM25."""

    def __init__(self, path: Path, how: str, stored: Sequence[Stored]) -> None:
        self._path = path
        self._trigrams = how == "trigram"
        self._database = sqlite3.connect(path)
        self._database.execute(
            f"CREATE VIRTUAL TABLE passages USING fts5 (doc UNINDEXED, text, tokenize = '{how}')"
        )
        self._database.executemany(
            "INSERT INTO passages VALUES (?, ?)",
            [(one.passage.doc_id, f"{one.passage.title}\n{one.passage.text}") for one in stored],
        )
        self._database.execute("INSERT INTO passages (passages) VALUES ('optimize')")
        self._database.commit()

    def search(self, query: str) -> list[str]:
        words = "".join(char if char.isalnum() else " " for char in query).split()
        if self._trigrams:
            words = [word[at : at + 3] for word in words for at in range(max(1, len(word) - 2))]
        asked = " OR ".join(f'"{word}"' for word in words)
        rows = self._database.execute(
            "SELECT doc FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?", (asked, SHOWN)
        )
        return [doc for (doc,) in rows]

    def figures(self, queries: Sequence[str]) -> dict[str, float]:
        times = []
        for query in queries:
            begun = time.perf_counter()
            self.search(query)
            times.append(1000 * (time.perf_counter() - begun))
        self._database.execute("VACUUM")
        content = self._path.read_bytes()
        return {
            "bytes, with the text": len(content),
            "brotli_bytes, with the text": len(brotli.compress(content, quality=9)),
            "query_p50_ms": median(times),
            "query_p95_ms": quantiles(times, n=20)[-1],
        }


if __name__ == "__main__":
    main()
