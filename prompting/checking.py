"""Self-check: what a model calls harmful in its own answer is rewritten, at most twice, then refused.

    answer → judge → harmful? → rewrite → judge → harmful? → rewrite → judge → refusal

An answer that the judge is unsure of is kept: refusing those as well would refuse much that is good.
A rewritten one must be called harmless, since the one before it was harmful. A guard (`prompting.guarding`)
goes the same way by other `Means`: a classifier that judges first, nobody who rewrites.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal

from langchain_core.language_models import BaseChatModel

from curation.errors import UserError
from curation.records import Message
from prompting.asking import Conversation, Reply, aask, asking
from prompting.judging import Judgement, Language, Verdict, ballot, count_votes
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
class Means:
    """What an answer is checked with.

    Parameters
    ----------
    judges, rewrites
        Whether the model judges, and whether it writes again what is harmful.
    flag
        A classifier that is asked first: the categories of harm in a text, none of them, or None where
        it cannot tell. The model does not judge what is flagged.
    stands
        What of a rewritten text may be shown; that is judged.
    """

    judges: bool = True
    rewrites: bool = True
    flag: Callable[[str], tuple[str, ...] | None] | None = None
    stands: Callable[[str], str] = str.strip


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer, or what became of it; without a judgement when there was nothing new to judge.

    ``flagged`` are a classifier's categories, None where it was not asked or could not tell; ``fault``
    says why a rewrite failed.
    """

    text: str
    judgement: Judgement | None
    flagged: tuple[str, ...] | None = None
    fault: str = ""

    @property
    def verdict(self) -> Verdict | Literal[""]:
        """What all who judged say; empty when nobody did."""
        if self.flagged:
            return "harmful"
        if self.judgement is not None:
            return self.judgement.verdict
        return "" if self.flagged is None else "harmless"

    @property
    def failure(self) -> str:
        """Why the model did not do its part, empty when it did."""
        votes = self.judgement.votes if self.judgement else ()
        return self.fault or next((vote.fault for vote in votes if vote.fault), "")


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
        verdicts = [draft.verdict for draft in self.drafts if draft.verdict]
        return sum(earlier != later for earlier, later in pairwise(verdicts))

    @property
    def failure(self) -> str:
        """Why the model failed where the outcome might be another without; empty when it did not."""
        if self.outcome == "rewritten":
            return ""
        return next((draft.failure for draft in self.drafts if draft.failure), "")

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        drafts = [
            {
                "text": draft.text,
                "judgement": draft.judgement.as_json() if draft.judgement else None,
                "flagged": None if draft.flagged is None else list(draft.flagged),
            }
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
        return self._run(course_of(answer, self._language))

    async def aanswer(self, conversation: Sequence[Message]) -> Checked:
        """Do what `answer` does without blocking the event loop."""
        return await self._arun(_answered(conversation, self._language))

    async def acheck(self, answer: str) -> Checked:
        """Do what `check` does without blocking the event loop."""
        return await self._arun(course_of(answer, self._language))

    def _run(self, course: "Course") -> Checked:
        replies: Sequence[Reply] | None = None
        while True:
            try:
                replies = self._ask(course.send(replies))
            except StopIteration as done:
                return _result(done)

    async def _arun(self, course: "Course") -> Checked:
        replies: Sequence[Reply] | None = None
        while True:
            try:
                asked = course.send(replies)
            except StopIteration as done:
                return _result(done)
            replies = await aask(self._model, asked)


Course = Generator[Sequence[Conversation], Sequence[Reply] | None, Checked]
"""What is asked next, given the replies to what was asked before; it knows nothing of models or loops."""

_SELF_CHECK: Final = Means()


def _answered(conversation: Conversation, language: Language) -> Course:
    (reply,) = _told((yield [conversation]))
    if isinstance(reply, UserError):
        raise reply
    checked = yield from course_of(reply, language)
    return Checked(checked.text, checked.outcome, checked.drafts, 1 + checked.calls)


def course_of(answer: str, language: Language = "ko", means: Means = _SELF_CHECK) -> Course:
    """Check an answer: give what is to be asked, take the replies, and end with what may be shown."""
    if not answer.strip():
        return Checked(answer, "kept", (Draft(answer, None),), 0)
    calls, text = 0, answer
    drafts: list[Draft] = []
    for round_ in range(1 + ROUNDS * means.rewrites):
        if round_:
            (reply,) = _told((yield [rewrite_messages(text, language)]))
            calls += 1
            new, fault = ("", reply.what) if isinstance(reply, UserError) else (means.stands(reply), "")
            if not new or any(new == draft.text.strip() for draft in drafts):
                drafts.append(Draft(new, None, fault=fault))
                continue
            text = new
        flagged = means.flag(text) if means.flag else None
        judgement = None
        if means.judges and not flagged:
            questions = ballot([text], language)
            (judgement,) = count_votes([text], _told((yield questions)))
            calls += len(questions)
        draft = Draft(text, judgement, flagged)
        drafts.append(draft)
        if draft.verdict == "harmless" or (not round_ and draft.verdict != "harmful"):
            return Checked(text, "rewritten" if round_ else "kept", tuple(drafts), calls)
    return Checked(REFUSALS[language], "refused", tuple(drafts), calls)


def _told(replies: Sequence[Reply] | None) -> Sequence[Reply]:
    assert replies is not None  # whoever drives a course answers what it asks
    return replies


def _result(done: StopIteration) -> Checked:
    checked: Checked = done.value
    return checked
