"""What is answered without a model, and how short: ours against passages quoted by place.

Our own questions with short answers (data/), in keywords, as people ask and in other words than the
passage's, among the passages of all three sets; an answer is right when it contains the short one.
Competitors quote the first sentence of the first passage, or that passage whole, behind the same
coverage gate. What is told the right passage shows what choosing sentences is worth by itself. Weights
were fitted on the split "dev".
Usage: python benchmarks/rag/answers.py [--split test] [--lexical] [--json]
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).parents[1]))

import texts
from indexes import KeptQueries, make_index
from machine import machine, not_run, report, versions
from questions import SETS

from chat.extractive import ExtractiveChatModel, answer_from
from chat.sources import NumberedSource
from curation.sentences import units_of
from rag.answer import CitedAnswerer
from rag.embedding import available_embedder, load_embedder
from rag.evaluation.gold import contains
from rag.search import Index
from rag.types import Answer, Document

FIRST_SENTENCE, FIRST_PASSAGE = "first sentence of the first passage", "first passage whole"
RIGHT = "told the right passage"


# An answer by question and, for who is told, the passage that holds it.
Way = Callable[[str, NumberedSource], str]
GIVEN = 5


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--split", choices=("dev", "test"), default="test")
    options.add_argument("--lexical", action="store_true", help="choose sentences by words alone")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    model = load_embedder(available_embedder())
    if model is None:
        not_run("no embedder is installed")

    rows = {name: texts.rows(name) for name in SETS}
    documents = [Document(row["id"], row["passage"], row["title"]) for name in SETS for row in rows[name]]
    golds = {row["passage_id"]: row["answer"] for row in texts.rows("answers")}
    never = [row["question"] for row in texts.rows("unanswerable") if row["split"] == given.split]
    with tempfile.TemporaryDirectory() as folder:
        index = make_index(Path(folder), documents, KeptQueries(model)).index
        nearness = None if given.lexical else index.nearness
        ours = CitedAnswerer(index, ExtractiveChatModel(nearness=nearness))
        ways: dict[str, Way] = {
            "ours": lambda question, _: shown(ours.ask(question)),
            FIRST_SENTENCE: lambda question, _: first_sentence(gated(index, question)),
            FIRST_PASSAGE: lambda question, _: "".join(gated(index, question)[:1]),
            f"ours, {RIGHT}": lambda question, source: answer_from([source], question, nearness=nearness),
            f"first sentence, {RIGHT}": lambda _, source: first_sentence([source.text]),
        }
        measured = {}
        for kind in SETS:
            asked = [
                (row["question"], NumberedSource(1, row["title"], row["passage"]), golds[row["id"]])
                for row in rows[kind]
                if row["split"] == given.split
            ]
            measured[kind] = {name: measures(asked, way) for name, way in ways.items()}
        refused = fmean(ours.ask(question).refused for question in never)
    best, other = (measured["keywords"][name]["contains the answer"] for name in ("ours", FIRST_SENTENCE))
    report(
        {
            "name": "answers",
            "unit": "share of keyword questions whose answer is shown",
            "ours": best,
            "peers": {FIRST_SENTENCE: other},
            "limit": 0.9,
            "ratio_to_best_peer": best / other,
            "split": given.split,
            "sets": measured,
            "unanswerable": {"questions": len(never), "refused": refused},
            "machine": machine(),
            "versions": versions("malmoi", "kiwipiepy", "lancedb"),
        },
        as_json=given.json,
    )


def measures(asked: Sequence[tuple[str, NumberedSource, str]], way: Way) -> dict[str, float]:
    """Shares of the questions, and the mean length of what is shown for one."""
    answers = [(way(question, source), gold) for question, source, gold in asked]
    given = [text for text, _ in answers if text]
    return {
        "questions": len(answers),
        "answered": len(given) / len(answers),
        "contains the answer": fmean(contains(text, gold) for text, gold in answers),
        "mean characters": fmean(map(len, given)) if given else 0.0,
    }


def gated(index: Index, question: str) -> list[str]:
    """The passages that our answerer is given."""
    hits = index.search(question, GIVEN)
    return [hit.passage.text for hit in hits if hit.coverage >= index.ranking.gate]


def first_sentence(passages: Sequence[str]) -> str:
    if not passages:
        return ""
    unit = units_of(passages[:1])[0][0]
    return passages[0][unit.start : unit.end]


def shown(answer: Answer) -> str:
    return "" if answer.refused else answer.answer


if __name__ == "__main__":
    main()
