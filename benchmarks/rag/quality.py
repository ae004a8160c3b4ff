"""What a search finds: ours against exact BM25, vectors alone, and other ways to join the two.

KoBEST BoolQ's questions among their 700 paragraphs (../shared/corpora), and our own questions in
keywords, as people ask and in other words than the passage's (data/) among 5,000 other texts; each
again without spaces and misspelled. A question is unanswerable once its passage is taken away, and so
are those written to be. Settings are those of `rag.settings.Ranking`, fitted on other questions than
the split "test" (--split dev: those). Vectors are kept under MALMOI_CACHE or the temporary folder.
Usage: python benchmarks/rag/quality.py [--split test] [--questions 700] [--json]
"""

import argparse
import functools
import random
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).parents[1]))

from indexes import ExactWords, KeptQueries, Made, make_index
from machine import corpora_or_exit, machine, not_run, report, versions
from questions import Asked, boolq, misheard, mistyped, own, without_spaces

from rag.embedding import available_embedder, load_embedder
from rag.evaluation.metrics import ndcg_at, recall_at
from rag.ranking import Found, rank
from rag.settings import Ranking
from rag.types import Document

WORDS, WORDS_OURS, VECTORS = "exact BM25, k1 1.2, b 0.75", "exact BM25, our k1 and b", "vectors alone"
Search = Callable[[str], Sequence[str]]
SHOWN, ROUTE, GIVEN, FETCHED = 10, 50, 5, 50
GATES = (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8)
# Questions that are typed badly in each way, which takes a search by every way.
TYPED = 300


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--split", choices=("dev", "test"), default="test")
    options.add_argument("--questions", type=int, default=700, help="of BoolQ, sampled")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    corpora_or_exit()
    model = load_embedder(available_embedder())
    if model is None:
        not_run("no embedder is installed")
    embedder = KeptQueries(model)

    documents, asked = boolq()
    asked = random.Random(0).sample(asked, min(given.questions, len(asked)))
    more, sets, never = own(given.split)
    with tempfile.TemporaryDirectory() as folder:
        first = make_index(Path(folder) / "boolq", documents, embedder)
        second = make_index(Path(folder) / "own", more, embedder)
        searches = ways(first, documents, embedder)
        measured = {
            "boolq": by_way(asked, searches),
            "boolq typed badly": typed_badly(asked[:TYPED], searches),
        }
        searches = ways(second, more, embedder)
        for name, questions in sets.items():
            measured[name] = by_way(questions, searches)
            measured[f"{name} typed badly"] = typed_badly(questions, searches)
        refusal = {
            "boolq, passage removed": refusal_auc(first, asked, lambda one: {one.relevant}),
            **{
                f"{name}, {what} removed": refusal_auc(second, questions, removed)
                for name, questions in sets.items()
                for what, removed in (
                    ("passage", lambda one: {one.relevant}),
                    ("whole matter", lambda one: {one.relevant, *one.nearby}),
                )
            },
            "keywords against unanswerable": unanswerable_auc(second, sets["keywords"], never),
        }
    ours = measured["paraphrases"]["ours"]["recall@1"]
    peers = {way: values["recall@1"] for way, values in measured["paraphrases"].items() if way != "ours"}
    report(
        {
            "name": "retrieval_quality",
            "unit": "recall@1 of paraphrases, percent",
            "ours": ours,
            "peers": peers,
            "limit": peers[WORDS] + 20,
            "ratio_to_best_peer": ours / max(peers.values()),
            "split": given.split,
            "settings": Ranking().model_dump(),
            "questions": {"boolq": len(asked), **{name: len(one) for name, one in sets.items()}},
            "measured": measured,
            "refusal": refusal,
            "machine": machine(),
            "versions": versions("malmoi", "kiwipiepy", "lancedb"),
        },
        as_json=given.json,
    )


def ways(made: Made, documents: Sequence[Document], embedder: KeptQueries) -> dict[str, Search]:
    """Rankings of documents by name of the way; the others take a question as it was typed."""
    settings = Ranking()
    same = ExactWords(documents, settings.k1, settings.b)
    usual = ExactWords(documents, 1.2, 0.75)

    @functools.cache
    def near(query: str) -> dict[str, float]:
        return made.nearest(embedder.query(query), ROUTE)

    return {
        "ours": lambda query: [hit.passage.doc_id for hit in made.index.search(query, FETCHED)],
        WORDS: lambda query: best(usual.scores(query, ROUTE)),
        WORDS_OURS: lambda query: best(same.scores(query, ROUTE)),
        VECTORS: lambda query: best(near(query)),
        "fixed 0.7 / 0.3": lambda query: best(fixed(usual.scores(query, ROUTE), near(query), 0.3)),
        "reciprocal ranks": lambda query: best(reciprocal(usual.scores(query, ROUTE), near(query))),
    }


def best(scores: Mapping[str, float]) -> list[str]:
    return sorted(scores, key=lambda name: (-scores[name], name))


def fixed(lexical: Mapping[str, float], dense: Mapping[str, float], weight: float) -> dict[str, float]:
    """Min-max scores over what each route found, 0 for what it did not."""
    shares = ((lexical, 1 - weight), (dense, weight))
    joined: dict[str, float] = {}
    for scores, share in shares:
        low, high = min(scores.values(), default=0.0), max(scores.values(), default=0.0)
        for name, score in scores.items():
            joined[name] = joined.get(name, 0.0) + share * (score - low) / ((high - low) or 1.0)
    return joined


def reciprocal(*routes: Mapping[str, float]) -> dict[str, float]:
    """Reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009), k = 60."""
    joined: dict[str, float] = {}
    for scores in routes:
        for place, name in enumerate(best(scores), 1):
            joined[name] = joined.get(name, 0.0) + 1 / (60 + place)
    return joined


def measures(asked: Sequence[Asked], search: Search) -> dict[str, float]:
    """Percent."""
    rankings = [(list(dict.fromkeys(search(one.question))), {one.relevant}) for one in asked]
    return {
        "recall@1": 100 * fmean(recall_at(ranking, relevant, 1) for ranking, relevant in rankings),
        "ndcg@10": 100 * fmean(ndcg_at(ranking, relevant, SHOWN) for ranking, relevant in rankings),
    }


def by_way(asked: Sequence[Asked], searches: Mapping[str, Search]) -> dict[str, dict[str, float]]:
    return {way: measures(asked, search) for way, search in searches.items()}


def typed_badly(asked: Sequence[Asked], searches: Mapping[str, Search]) -> dict[str, dict[str, float]]:
    """Ours and the two routes of which it is made, by what is wrong with the questions."""
    kinds = {"without spaces": without_spaces, "misheard": misheard, "mistyped": mistyped}
    return {
        f"{kind}: {way}": measures(change(asked), searches[way])
        for kind, change in {"as written": list, **kinds}.items()
        for way in ("ours", WORDS_OURS, VECTORS)
    }


def refusal_auc(
    made: Made, asked: Sequence[Asked], removed: Callable[[Asked], set[str]]
) -> dict[str, object]:
    """Area under the curve of each signal: questions as they are against those whose answer was removed."""
    found = [(one, made.index.find(one.question)) for one in asked]
    return areas(
        [signals(what, set()) for _, what in found], [signals(what, removed(one)) for one, what in found]
    )


def unanswerable_auc(made: Made, asked: Sequence[Asked], never: Sequence[str]) -> dict[str, object]:
    """The same for questions that were written to have no answer."""
    return areas(
        [signals(made.index.find(one.question), set()) for one in asked],
        [signals(made.index.find(question), set()) for question in never],
    )


def signals(found: Found, removed: set[str]) -> dict[str, float]:
    """The best value among the passages that an answer would be made of."""
    hits = rank(found, Ranking(), FETCHED)
    given = [hit for hit in hits if hit.passage.doc_id not in removed][:GIVEN]
    near = [found.cosines[hit.passage.passage_id] for hit in given]
    return {
        "coverage": max((hit.coverage for hit in given), default=0.0),
        "cosine": max(near, default=0.0),
        "coverage + 2 cosine": max(
            (hit.coverage + 2 * cosine for hit, cosine in zip(given, near, strict=True)), default=0.0
        ),
    }


def areas(kept: Sequence[Mapping[str, float]], lost: Sequence[Mapping[str, float]]) -> dict[str, object]:
    """Chance that an answerable question scores above an unanswerable one; ties count half.

    ``gates``: share of the answerable that are kept and of the others that are refused, by coverage.
    """
    found: dict[str, object] = {
        name: fmean(
            (one[name] > other[name]) + 0.5 * (one[name] == other[name]) for one in kept for other in lost
        )
        for name in kept[0]
    }
    found["gates"] = {
        str(gate): {
            "answerable kept": fmean(one["coverage"] >= gate for one in kept),
            "unanswerable refused": fmean(one["coverage"] < gate for one in lost),
        }
        for gate in GATES
    }
    return found


if __name__ == "__main__":
    main()
