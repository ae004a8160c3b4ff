"""Answers that a guard looks at before anybody sees them: kept, rewritten and verified anew, or refused.

Refusals say nothing that a model wrote, so they are not judged. What is said before in the thread is
not either: it was shown.
"""

import re
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Final, cast

from langchain_core.language_models import BaseChatModel

from prompting.checking import Checked
from prompting.guarding import Guard
from rag.answer import CitedAnswerer
from rag.answering.draft import Piece
from rag.answering.evidence import Evidence, evidence_of
from rag.answering.refusals import CUT_SHORT, HARMFUL, MODEL_FAILED, REFUSALS
from rag.citations import Checker, Verified
from rag.types import EVERYTHING, Answer, Citation, Filter, Hit, Step, Turn

HELD_BACK: Final = ""
"""Given in place of what is not shown yet: whoever reads may close the iterator there."""

_NODE: Final = "guard"
_MARKS: Final = re.compile(r"[ \t]*\[\d{1,3}\]")


class GuardedAnswerer:
    """Answers like ``answerer``, and shows nothing that ``guard`` has not judged.

    The whole answer is judged at once: a sentence may do no harm but together with the next. A guard
    that fails gives the reason ``model_failed``, as a model that fails while it writes does: who asked
    for a guard does not want what nobody judged.
    """

    def __init__(self, answerer: CitedAnswerer, guard: Guard) -> None:
        self._answerer = answerer
        self._guard = guard

    @property
    def model(self) -> BaseChatModel:
        """The chat model that writes the answers."""
        return self._answerer.model

    def ask(self, question: str, history: Sequence[Turn] = (), *, among: Filter = EVERYTHING) -> Answer:
        """Answer as `CitedAnswerer.ask` does; the reason ``harmful_answer`` is the guard's."""
        *_, answer = self.stream(question, history, among=among)
        return cast(Answer, answer)

    def stream(
        self, question: str, history: Sequence[Turn] = (), *, among: Filter = EVERYTHING
    ) -> Iterator[str | Answer]:
        """Give `HELD_BACK` for each sentence and before each call, then the text as a whole and the answer.

        Closing the iterator ends the model's work with its next sentence, or with the call that is made.
        """
        return self._stream(self._answerer.stream(question, history, among=among))

    def _stream(self, written: Iterator[str | Answer]) -> Iterator[str | Answer]:
        answer: Answer | None = None
        with closing(cast(Generator[str | Answer], written)):
            for item in written:
                if isinstance(item, Answer):
                    answer = item
                else:
                    yield HELD_BACK
        assert answer is not None  # the last item is one
        if not answer.refused:
            answer = yield from self._guarded(answer)
        yield answer.answer
        yield answer

    def _guarded(self, answer: Answer) -> Generator[str, None, Answer]:
        started = time.perf_counter()
        text = answer.answer.removesuffix(CUT_SHORT)
        verifying = _Verifying(self._answerer, answer.citations)
        steps = self._guard.steps(_MARKS.sub("", text), verifying.stands)
        try:
            while True:
                next(steps)
                yield HELD_BACK
        except StopIteration as done:
            checked: Checked = done.value
        seconds = time.perf_counter() - started
        total = answer.timings["total"] + seconds
        timings = {**answer.timings, "guard": seconds, "first_token": total, "total": total}
        notes = [*verifying.notes, *self._guard.notes(checked)]
        judged = replace(answer, timings=timings, trace=(*answer.trace, *(Step(_NODE, one) for one in notes)))
        if checked.failure:
            failed = Step(_NODE, f"the guard failed: {checked.failure}")
            judged = replace(judged, trace=(*judged.trace, failed))
            return _refused(judged, MODEL_FAILED, REFUSALS[MODEL_FAILED])
        if checked.outcome == "refused":
            return _refused(judged, HARMFUL, checked.text)
        if checked.outcome == "rewritten":
            verified = verifying.found[checked.text]
            closing_line = CUT_SHORT if text != answer.answer else ""
            shown = "\n\n".join(filter(None, (verified.text, closing_line)))
            return replace(judged, answer=shown, citations=verified.citations)
        return judged


class _Verifying:
    """Holds what was rewritten against the passages that the answer cited."""

    def __init__(self, answerer: CitedAnswerer, citations: Sequence[Citation]) -> None:
        self._answerer = answerer
        self._citations = citations
        self._evidence: Sequence[Evidence] = ()
        self.found: dict[str, Verified] = {}
        """What of a rewritten text stands, by its words without marks."""
        self.notes: list[str] = []

    def stands(self, rewritten: str) -> str:
        """Give the supported sentences without marks; empty when there is none."""
        self._evidence = self._evidence or self._read()
        checker = Checker(self._evidence)
        # A rewriter knows no numbers: each sentence may rest on any of the passages.
        checker.check(Piece(_MARKS.sub("", rewritten).strip(), tuple(range(1, len(self._evidence) + 1))))
        verified = checker.verified()
        self.notes += [f"removed from what was rewritten: {one.fault}" for one in verified.removed]
        words = _MARKS.sub("", verified.text)
        self.found[words] = verified
        return words

    def _read(self) -> list[Evidence]:
        scores = {one.passage_id: one.score for one in reversed(self._citations)}
        passages = self._answerer.index.passages_of(list(scores))
        return [evidence_of(Hit(passage, scores[key], 0.0, 0.0, 0.0)) for key, passage in passages.items()]


def _refused(answer: Answer, reason: str, text: str) -> Answer:
    return replace(answer, answer=text, citations=(), refused=True, reason=reason)
