"""Ten thousand passages to search in a page, and questions that some of them answer.

KoBEST BoolQ's paragraphs and our own passages (benchmarks/rag), whose questions are asked; the others are
petitions, sentences of KLUE, KoBEST and others, and film reviews, joined to some 216 characters each.
"""

import csv
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).parents[1] / "rag"))

from questions import Asked, boolq, own
from texts import CORPORA, distractors

from rag.passages import cut_documents
from rag.stores import Stored
from rag.types import Document

_CHARACTERS = 190


def documents(count: int) -> list[Document]:
    """So many documents, each of one passage or hardly more; the same at every run."""
    answering, _ = boolq()
    more, _, _ = own("test")
    answering += [document for document in more if not document.doc_id.startswith("other-")]
    others = [Document(f"other-{at}", text) for at, text in enumerate(_joined())]
    random.Random(0).shuffle(others)
    return answering + others[: count - len(answering)]


def passages(count: int) -> list[Stored]:
    """The documents' passages as an index holds them."""
    cuts = [Stored(cut.passage, cut.lexical) for cut in cut_documents(documents(count))]
    return sorted(cuts, key=lambda one: (one.passage.doc_id, one.passage.start))[:count]


def question_sets() -> dict[str, list[Asked]]:
    """Three hundred of BoolQ's questions, and our own of the split "test"."""
    _, asked = boolq()
    _, sets, _ = own("test")
    return {"boolq": random.Random(0).sample(asked, 300), **sets}


def _joined() -> Iterator[str]:
    """Sentences one after another until they are as long as a passage."""
    held = ""
    for sentence in _sentences():
        held = f"{held} {sentence}".strip()
        if len(held) >= _CHARACTERS:
            yield held
            held = ""


def _sentences() -> Iterator[str]:
    yield from distractors(20_000).values()
    for line in (CORPORA / "petitions/petitions_2017-08").read_bytes().splitlines():
        words = " ".join(orjson.loads(line)["content"].split())
        # Its beginning is among the distractors.
        yield from (words[at : at + 100] for at in range(250, len(words), 100))
    with (CORPORA / "nsmc/nsmc_from_raw_train_24k.txt").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield row["document"] or ""
    yield from (
        (CORPORA / "korean_hate_speech/unlabeled/unlabeled_comments_5.txt").read_text("utf-8").splitlines()
    )
