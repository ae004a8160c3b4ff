"""Which replies of stage 1 can be used, and what they vote for.

What is broken, a refusal or in another language is named.
A reply whose final answer is needed and cannot be read is `unparsable`; `answers` finds that out.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from curation.language import evidence
from prompting.refusals import fault_of, kind_of
from prompting.selection.answers import final_of, majority
from prompting.selection.choosing import once
from prompting.selection.scores import entropy
from prompting.selection.types import Query

_KOREAN: Final = 0.4  # share of a text from which on `curation.language` calls it Korean
_FOREIGN: Final = 0.1
_LEAST_HEARD: Final = 20  # Latin letters that a name in another language rarely has


@dataclass(frozen=True, slots=True)
class Voted:
    """A question, its replies, the answer of each (empty for none), and what most of them answer."""

    query: Query
    replies: list[str]
    answers: list[str]
    entropy: float
    answer: str


def votes(
    queries: Sequence[Query],
    samples: Sequence[Sequence[str]],
    *,
    cot: bool,
    same_language: bool,
    dropped: Counter[str],
) -> tuple[list[Voted], list[float]]:
    """Count the votes on each question that has any, and give how far the replies to each agree, 0 to 1.

    Where no question has two replies agreement is not measured, and there is none.
    """
    voted, agreement = [], []
    for at in once(queries, dropped):
        query = queries[at]
        replies = usable(samples[at], query.text, same_language=same_language, dropped=dropped)
        answers = _answered(replies, cot=cot, dropped=dropped)
        one = Voted(query, replies, answers, entropy(answers), majority(answers))
        agreement.append(1 - one.entropy if one.answer else 0.0)
        if one.answer:
            voted.append(one)
        else:
            dropped["no answer"] += 1
    return voted, agreement if any(len(replies) > 1 for replies in samples) else []


def usable(replies: Sequence[str], question: str, *, same_language: bool, dropped: Counter[str]) -> list[str]:
    """Give the replies, an empty one in place of each that cannot be used, and count why."""
    kept = []
    for reply in replies:
        why = _fault(reply, question) or (
            "wrong language" if same_language and _foreign(reply, question) else ""
        )
        dropped[why] += bool(why)
        kept.append("" if why else reply.strip())
    return kept


def _answered(replies: Sequence[str], *, cot: bool, dropped: Counter[str]) -> list[str]:
    """Give the final answer of each reply, empty where there is none, and count those of usable replies."""
    found = [final_of(reply, cot=cot) for reply in replies]
    dropped["unparsable"] += sum(
        bool(reply) and not answer for reply, answer in zip(replies, found, strict=True)
    )
    return found


def _fault(reply: str, question: str) -> str:
    said = "".join(reply.split())
    if said and said == "".join(question.split()):
        return "echo"
    # The question is not handed over: an answer may be a piece of it, and a summary often is.
    fault = fault_of(reply)
    return fault or ("refusal" if kind_of(reply) == "refusal" else "")


def _foreign(reply: str, question: str) -> bool:
    found = evidence([question, reply])
    asked, said = found.korean
    if found.weight[1] < _LEAST_HEARD:
        return False
    return bool((asked >= _KOREAN and said < _FOREIGN) or (asked < _FOREIGN and said >= _KOREAN))
