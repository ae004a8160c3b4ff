"""Whether it helps to look also for words that are like a question's: by Kiwi's nearest morphemes.

Each noun, verb and adjective of a question brings its nearest morphemes of Kiwi's language model
(`Kiwi.most_similar_morphemes`), as many and as near as each line says, weighted by a share of what the
word itself would weigh times how near they are. Ranked by words alone over everything, and by words and
meaning among what our search found. The questions are those of quality.py.
Usage: python benchmarks/rag/expansion.py [--split dev] [--questions 300] [--json]
"""

import argparse
import functools
import random
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from indexes import ExactWords, KeptQueries, Made, make_index
from kiwipiepy import Kiwi
from machine import corpora_or_exit, machine, not_run, report, versions
from quality import FETCHED, ROUTE, best, measures
from questions import boolq, own

from rag.coverage import inverse_frequency
from rag.embedding import available_embedder, load_embedder
from rag.ranking import rank
from rag.settings import Ranking
from rag.types import Document

TAGS = ("NNG", "NNP", "VV", "VA")
# How many morphemes a word brings, how near they must be, and their share of its weight.
WAYS = ((1, 0.6, 0.3), (3, 0.6, 0.1), (3, 0.6, 0.3), (5, 0.5, 0.1), (5, 0.5, 0.3), (3, 0.7, 0.5))
_kiwi = Kiwi()
Similar = Callable[[str], Mapping[str, float]]


@functools.cache
def nearest(form: str, tag: str) -> tuple[tuple[str, float], ...]:
    """The nearest content morphemes; none of a word that the dictionary lacks, whose vector says nothing."""
    try:
        found = _kiwi.most_similar_morphemes((form, tag), top_n=20)
    except ValueError:
        return ()
    return tuple((one.form, one.score) for one in found if one.tag.partition("-")[0] in TAGS)


def similar(query: str, most: int, least: float) -> dict[str, float]:
    """How near each further word is to one of the query's."""
    words = {(token.form, token.tag.partition("-")[0]) for token in _kiwi.tokenize(query)}
    own_forms = {form for form, _ in words}
    found: dict[str, float] = {}
    for form, tag in words:
        if tag in TAGS:
            near = [one for one in nearest(form, tag) if one[0] not in own_forms and one[1] >= least]
            for other, score in near[:most]:
                found[other] = max(score, found.get(other, 0.0))
    return found


def by_words(words: ExactWords, wider: Similar, share: float) -> Callable[[str], Sequence[str]]:
    def search(query: str) -> Sequence[str]:
        return best(words.scores(query, ROUTE, {form: share * near for form, near in wider(query).items()}))

    return search


def by_both(made: Made, wider: Similar, share: float) -> Callable[[str], Sequence[str]]:
    def search(query: str) -> Sequence[str]:
        found = made.index.find(query)
        more = {form: near for form, near in wider(query).items() if form not in found.weights}
        counts, total = made.index.frequencies(list(more)), made.index.passages
        weights = {form: share * near * inverse_frequency(counts[form], total) for form, near in more.items()}
        wide = replace(found, weights={**found.weights, **weights})
        return [hit.passage.doc_id for hit in rank(wide, Ranking(), FETCHED)]

    return search


def measured(made: Made, documents: Sequence[Document], sets: Mapping[str, Sequence[object]]) -> object:
    words = ExactWords(documents, Ranking().k1, Ranking().b)
    ways = {"as it is": (0, 1.0, 0.0)} | {
        f"{most} of {least} or nearer, share {share}": (most, least, share) for most, least, share in WAYS
    }
    return {
        name: {
            way: {
                "words": measures(asked, by_words(words, wider, share)),
                "words and meaning": measures(asked, by_both(made, wider, share)),
            }
            for way, (most, least, share) in ways.items()
            for wider in [functools.cache(functools.partial(similar, most=most, least=least))]
        }
        for name, asked in sets.items()
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--split", choices=("dev", "test"), default="dev")
    options.add_argument("--questions", type=int, default=300, help="of BoolQ, sampled")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    corpora_or_exit()
    model = load_embedder(available_embedder())
    if model is None:
        not_run("no embedder is installed")
    embedder = KeptQueries(model)
    documents, asked = boolq()
    more, sets, _ = own(given.split)
    with tempfile.TemporaryDirectory() as folder:
        first = make_index(Path(folder) / "boolq", documents, embedder)
        second = make_index(Path(folder) / "own", more, embedder)
        found = {
            **measured(first, documents, {"boolq": random.Random(0).sample(asked, given.questions)}),
            **measured(second, more, sets),
        }
    plain = found["paraphrases"].pop("as it is")
    both = {way: values["words and meaning"]["recall@1"] for way, values in found["paraphrases"].items()}
    ours = plain["words and meaning"]["recall@1"]
    found["paraphrases"]["as it is"] = plain
    report(
        {
            "name": "query_expansion",
            "unit": "recall@1 of paraphrases, percent, by words and meaning",
            "ours": ours,
            "peers": both,
            "limit": None,
            "ratio_to_best_peer": ours / max(both.values()),
            "split": given.split,
            "measured": found,
            "machine": machine(),
            "versions": versions("malmoi", "kiwipiepy"),
        },
        as_json=given.json,
    )


if __name__ == "__main__":
    main()
