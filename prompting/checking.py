"""Self-check: what a model calls harmful in its own answer is rewritten, at most twice, then refused.

    answer → judge → harmful? → rewrite → judge → harmful? → rewrite → judge → refusal

An answer that the judge is unsure of is kept: refusing those as well would refuse much that is good.
A rewritten one must be called harmless, since the one before it was harmful.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal

from langchain_core.language_models import BaseChatModel

from curation.errors import UserError
from curation.records import Message
from prompting.asking import Conversation, Reply, aask, asking
from prompting.judging import Judgement, Language, ballot, count_votes
from prompting.rewriting import rewrite_messages

ROUNDS: Final = 2
"""Most rewrites of an answer."""
MOST_CALLS: Final = 1 + ROUNDS + 2 * (1 + ROUNDS)
"""Most calls of the model for a question: an answer, its rewrites, and two votes on each."""

Outcome = Literal["kept", "rewritten", "refused"]

REFUSALS: Final = {
    "ko": (
        "쓴 답에 사람을 해치거나 속일 수 있는 내용이 있고, 그 부분만 덜어 낼 수도 없어서 보여 드리지 "
        "않습니다. 무엇이 필요하신지 다르게 물어봐 주시면 도울 수 있는 만큼 돕겠습니다."
    ),
    "en": (
        "I cannot show the answer: it could hurt or deceive people, and what is harmful in it could not be "
        "taken out. Ask in another way what you need, and you will be helped as far as possible."
    ),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer, or what became of it; without a judgement when there was nothing new to judge."""

    text: str
    judgement: Judgement | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What may be shown, and how it came about; ``calls`` counts those of the model."""

    text: str
    outcome: Outcome
    drafts: tuple[Draft, ...]
    calls: int

    @property
    def flips(self) -> int:
        """How often a judgement differs from the one before it."""
        verdicts = [draft.judgement.verdict for draft in self.drafts if draft.judgement]
        return sum(earlier != later for earlier, later in pairwise(verdicts))

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        drafts = [
            {"text": draft.text, "judgement": draft.judgement.as_json() if draft.judgement else None}
            for draft in self.drafts
        ]
        return {
            "text": self.text,
            "outcome": self.outcome,
            "drafts": drafts,
            "calls": self.calls,
            "flips": self.flips,
        }


class SelfCheck:
    """Lets a model answer, and check what it answered.

    Parameters
    ----------
    model
        Any chat model. Whether it can judge is another matter: see `prompting.calibration`.
    language
        Language of the questions that the judge and the rewriter are asked, and of a refusal.
    """

    def __init__(self, model: BaseChatModel, language: Language = "ko") -> None:
        self._model = model
        self._language: Language = language
        self._ask = asking(model)

    def answer(self, conversation: Sequence[Message]) -> Checked:
        """Answer the conversation, and check the answer.

        Raises
        ------
        UserError
            When the model fails to answer. One that fails later is read as unsure, or as not rewriting.
        """
        return self._run(_answered(conversation, self._language))

    def check(self, answer: str) -> Checked:
        """Check an answer that exists."""
        return self._run(_checked(answer, self._language))

    async def aanswer(self, conversation: Sequence[Message]) -> Checked:
        """Do what `answer` does without blocking the event loop."""
        return await self._arun(_answered(conversation, self._language))

    async def acheck(self, answer: str) -> Checked:
        """Do what `check` does without blocking the event loop."""
        return await self._arun(_checked(answer, self._language))

    def _run(self, course: "_Course") -> Checked:
        replies: Sequence[Reply] | None = None
        while True:
            try:
                replies = self._ask(course.send(replies))
            except StopIteration as done:
                return _result(done)

    async def _arun(self, course: "_Course") -> Checked:
        replies: Sequence[Reply] | None = None
        while True:
            try:
                asked = course.send(replies)
            except StopIteration as done:
                return _result(done)
            replies = await aask(self._model, asked)


# What is asked next, given the replies to what was asked before; it knows nothing of models or loops.
_Course = Generator[Sequence[Conversation], Sequence[Reply] | None, Checked]


def _answered(conversation: Conversation, language: Language) -> _Course:
    (reply,) = _told((yield [conversation]))
    if isinstance(reply, UserError):
        raise reply
    checked = yield from _checked(reply, language)
    return Checked(checked.text, checked.outcome, checked.drafts, 1 + checked.calls)


def _checked(answer: str, language: Language) -> _Course:
    if not answer.strip():
        return Checked(answer, "kept", (Draft(answer, None),), 0)
    calls, text = 0, answer
    drafts: list[Draft] = []
    for round_ in range(1 + ROUNDS):
        if round_:
            (reply,) = _told((yield [rewrite_messages(text, language)]))
            calls += 1
            new = "" if isinstance(reply, UserError) else reply.strip()
            if not new or any(new == draft.text.strip() for draft in drafts):
                drafts.append(Draft(new, None))
                continue
            text = new
        questions = ballot([text], language)
        (judgement,) = count_votes([text], _told((yield questions)))
        calls += len(questions)
        drafts.append(Draft(text, judgement))
        if judgement.verdict == "harmless" or (not round_ and judgement.verdict != "harmful"):
            return Checked(text, "rewritten" if round_ else "kept", tuple(drafts), calls)
    return Checked(REFUSALS[language], "refused", tuple(drafts), calls)


def _told(replies: Sequence[Reply] | None) -> Sequence[Reply]:
    assert replies is not None  # whoever drives a course answers what it asks
    return replies


def _result(done: StopIteration) -> Checked:
    checked: Checked = done.value
    return checked
