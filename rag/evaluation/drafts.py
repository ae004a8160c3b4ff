"""`malmoi eval make-queries`: drafts of questions about an index, for a person to check.

Three kinds: ``wording`` asks in the document's own words, ``paraphrase`` in others, ``unanswerable``
for what no document says. A chat model writes the paraphrases where there is one; without it a noun
is replaced by one that Kiwi's model finds near, which is often a synonym and as often a sibling (딸
for 아들): those need a closer look.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal, get_args

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage

from curation.errors import UserError
from curation.korean import nearest_nouns, sentence_spans, spelled
from curation.progress import Progress, Quiet
from rag.evaluation.asking import Asked, questions_of
from rag.lexical import bigrams
from rag.types import Passage

Kind = Literal["wording", "paraphrase", "unanswerable"]
# Nouns less alike than this are about something else.
_ALIKE: Final = 0.6
_NEIGHBOURS: Final = 20
_LONGEST_QUESTION: Final = 200
# So many passages and statements are looked at for each draft; after these there are none to be had.
PASSAGES_A_DRAFT: Final = 20
_STATEMENTS: Final = 20
# A model that gave no question so often in a row will give none.
_MOST_FAILURES: Final = 10
_ASK: Final = (
    "다음 질문을 뜻은 그대로 두고, 되도록 다른 낱말을 써서 사람이 물을 법한 질문 한 문장으로 바꾸십시오. "
    "질문만 쓰십시오.\n\n{question}"
)
_PARTICLES: Final = {
    **dict.fromkeys(("은", "는", "도", "만"), "JX"),
    **dict.fromkeys(("이", "가"), "JKS"),
    **dict.fromkeys(("을", "를"), "JKO"),
    **dict.fromkeys(("과", "와"), "JC"),
    **dict.fromkeys(("으로", "로", "에", "에서"), "JKB"),
    "의": "JKG",
}
# A noun behind a word that ends otherwise is a part of a name: 블루 in "햄코르동 블루는".
_NO_NAME = re.compile(r"(?:^|[의은는이가을를에서로도과와한된인할던며고,])\s*$")

Frequencies = Callable[[Sequence[str]], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted question; ``because`` shows a person what it was made of."""

    query: str
    kind: Kind
    passage: Passage
    answer: str
    because: str

    def as_row(self) -> dict[str, Any]:
        """A line of the file: what `malmoi eval` reads, and what a person needs to judge it."""
        answerable = self.kind != "unanswerable"
        return {
            "query": self.query,
            "relevant": [self.passage.doc_id] if answerable else [],
            "answer": self.answer if answerable else "",
            "answerable": answerable,
            "checked": False,
            "kind": self.kind,
            "because": self.because,
            "source": self.passage.source,
        }


def draft_questions(
    passages: Sequence[Passage],
    frequencies: Frequencies,
    count: int,
    *,
    model: BaseChatModel | None = None,
    seed: int = 0,
    progress: Progress = Quiet(),  # noqa: B008 - it has no state
) -> list[Draft]:
    """Up to ``count`` drafts, a third of each kind, each of another passage where there are enough.

    Parameters
    ----------
    passages
        What may be asked about, in any order.
    frequencies
        In how many passages of the index each token of the lexical field occurs: an unanswerable
        question names what occurs in none.
    model
        Writes the paraphrases.

    Raises
    ------
    UserError
        The model writes no questions.
    """
    chosen = random.Random(seed)
    order = sorted(passages, key=lambda passage: passage.passage_id)
    chosen.shuffle(order)
    kinds: tuple[Kind, ...] = get_args(Kind)
    most = -(-count // len(kinds))
    made: Counter[Kind] = Counter()
    writer = _Writer(frequencies, model)
    drafts: dict[str, Draft] = {}
    with progress.task("Drafting questions", count, "questions") as advance:
        for passage, statement, found in islice(_facts(order), _STATEMENTS * count):
            if len(drafts) == count:
                break
            for kind in sorted(kinds, key=lambda kind: made[kind]):
                query, because = writer.write(kind, statement, found) if made[kind] < most else ("", "")
                if query and query not in drafts:
                    drafts[query] = Draft(query, kind, passage, found.answer, because)
                    made[kind] += 1
                    advance(1)
                    break
    return list(drafts.values())


def _facts(passages: Sequence[Passage]) -> Iterator[tuple[Passage, str, Asked]]:
    """One statement of each passage that can be asked about, then a second one of each, and so on."""
    waiting = [(passage, _statements(passage)) for passage in passages]
    while waiting:
        left = []
        for passage, statements in waiting:
            found = next(statements, None)
            if found is not None:
                yield passage, *found
                left.append((passage, statements))
        waiting = left


def _statements(passage: Passage) -> Iterator[tuple[str, Asked]]:
    (spans,) = sentence_spans([passage.text])
    sentences = [passage.text[start:end] for start, end in spans]
    yield from (
        (sentence, asked)
        for sentence, asked in zip(sentences, questions_of(sentences), strict=True)
        if asked is not None
    )


class _Writer:
    """Makes a question of each kind of what a statement says; keeps count of a model's failures."""

    def __init__(self, frequencies: Frequencies, model: BaseChatModel | None) -> None:
        self._frequencies = frequencies
        self._model = model
        self._failures = 0

    def write(self, kind: Kind, statement: str, found: Asked) -> tuple[str, str]:
        """The question and what it was made of; empty when none of this kind can be made."""
        if kind == "wording":
            return found.question, statement
        if kind == "paraphrase" and self._model is not None:
            return self._by_model(self._model, found), statement
        for noun in found.nouns:
            # Of one syllable, a noun has too many meanings: 볼 is near 검지.
            if len(noun) < 2:
                continue
            others = self._others(noun, absent=kind == "unanswerable")
            question = _replaced(found.question, noun, others[0]) if others else ""
            if question:
                return question, f"{noun} → {others[0]}: {statement}"
        return "", ""

    def _others(self, noun: str, *, absent: bool) -> list[str]:
        near = [other for other, score in nearest_nouns(noun, _NEIGHBOURS) if score >= _ALIKE]
        near = [other for other in near if other not in noun and noun not in other]
        if not absent:
            return near
        # The nearest may mean the same, and then it could be answered.
        return [other for other in reversed(near) if self._is_absent(other)]

    def _is_absent(self, noun: str) -> bool:
        """Whether no passage holds the noun, nor a word that it is a part of."""
        pairs = bigrams(noun)
        held = self._frequencies([noun, *pairs])
        return not held[noun] and any(not held[pair] for pair in pairs)

    def _by_model(self, model: BaseChatModel, found: Asked) -> str:
        written = str(model.invoke([HumanMessage(_ASK.format(question=found.question))]).text).strip()
        first = written.splitlines()[0].strip(" \"'“”") if written else ""
        asks = first.endswith("?") and len(first) <= _LONGEST_QUESTION
        # A question that holds its answer asks nothing.
        if asks and found.answer not in first and first != found.question:
            self._failures = 0
            return first
        self._failures += 1
        if self._failures == _MOST_FAILURES:
            raise UserError(
                f"The model wrote no question, {_MOST_FAILURES} times in a row.",
                where=f"Its last words: {first[:80]}",
                fix="Take another --model, or none: paraphrases are then made with Kiwi's nearest nouns.",
            )
        return ""


def _replaced(question: str, noun: str, other: str) -> str:
    """The question with another noun, its particle agreeing; empty where the noun is a part of a name."""
    found = [
        match
        for match in re.finditer(rf"(?<!\w){re.escape(noun)}({'|'.join(_PARTICLES)})(?!\w)", question)
        if _NO_NAME.search(question[: match.start()])
    ]
    # Of a noun that stands in several places, one alone would not be replaced.
    if len(found) != 1 or question.count(noun) > 1:
        return ""
    particle = found[0][1]
    word = spelled([(other, "NNG"), (particle, _PARTICLES[particle])])
    return question[: found[0].start()] + word + question[found[0].end() :]
