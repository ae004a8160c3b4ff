"""Calls of a model for a list of questions: counted before they are made, and kept as they come."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from langchain_core.language_models import BaseChatModel

from chat.identity import model_identity
from chat.labels import label_scorer
from curation.errors import UserError
from curation.progress import Advance
from prompting.asking import Conversation, sampling
from prompting.journal import CallJournal

_BYTES_A_TOKEN: Final = 3  # of UTF-8: a Hangul syllable, or three letters


@dataclass(frozen=True, slots=True)
class Calls:
    """What each question is asked, and how.

    Attributes
    ----------
    conversations
        One for each question.
    samples
        Replies to each, drawn at ``temperature`` with the seeds 0, 1, …
    most_tokens, stops
        Where a reply ends.
    labels
        Instead of replies, the log probability of each of these is asked for, in one call.
    """

    conversations: Sequence[Conversation]
    samples: int = 1
    temperature: float = 0.0
    most_tokens: int = 128
    stops: Sequence[str] = ()
    labels: Sequence[str] = ()

    @property
    def calls(self) -> int:
        """How many calls of the model that is."""
        return len(self.conversations) * self.samples


@dataclass(frozen=True, slots=True)
class Plan:
    """What calls will take, before they are made.

    ``kept`` of the ``calls`` were made before; tokens are of the others. Those of prompts are an estimate
    (a token for three bytes), those of replies the most that they may have.
    """

    calls: int = 0
    kept: int = 0
    prompt_tokens: int = 0
    reply_tokens: int = 0

    def __add__(self, other: "Plan") -> "Plan":
        return Plan(
            self.calls + other.calls,
            self.kept + other.kept,
            self.prompt_tokens + other.prompt_tokens,
            self.reply_tokens + other.reply_tokens,
        )

    def cost(self, prompt_price: float, reply_price: float) -> float:
        """Give the cost at most, in the currency of the prices for a million tokens."""
        return (self.prompt_tokens * prompt_price + self.reply_tokens * reply_price) / 1_000_000


@dataclass(slots=True)
class Caller:
    """A model and the journal of what it said.

    Parameters
    ----------
    model, spec
        A chat model, and the spec that names it.
    journal
        Where its replies are kept.
    advance
        Told of each call that is done.
    failures
        What came in place of replies.
    """

    model: BaseChatModel
    spec: str
    journal: CallJournal
    advance: Advance = lambda _: None
    failures: list[UserError] = field(default_factory=list)
    _identity: str = field(init=False)

    def __post_init__(self) -> None:
        self._identity = model_identity(self.spec)

    @property
    def scores_labels(self) -> bool:
        """Whether the model can give the probability of a label: models in this process can."""
        return label_scorer(self.model) is not None

    def make(self, calls: Calls) -> None:
        """Make the calls that are not kept; failures are noted.

        Raises
        ------
        BudgetSpentError, ConfigurationError
            As `prompting.journal.CallJournal.ask` does.
        """
        if calls.labels:
            scorer = label_scorer(self.model)
            assert scorer is not None  # whoever asks for labels looked
            replies: Sequence[Any] = self.journal.score(
                scorer, calls.conversations, calls.labels, self._key(calls), self.advance
            )
        else:
            sampler = sampling(
                self.model, temperature=calls.temperature, max_tokens=calls.most_tokens, stop=calls.stops
            )
            replies = self.journal.ask(sampler, *_each(calls), self._key(calls), self.advance)
        self.failures += [reply for reply in replies if isinstance(reply, UserError)]

    def kept(self, calls: Calls) -> list[list[str] | None]:
        """Give the replies to each question whose replies are all there, ``None`` for the others."""
        replies = self.journal.kept(*_each(calls), self._key(calls))
        groups = [replies[at : at + calls.samples] for at in range(0, len(replies), calls.samples)]
        whole = [[one for one in group if one is not None] for group in groups]
        return [group if len(group) == calls.samples else None for group in whole]

    def kept_scores(self, calls: Calls) -> list[list[float] | None]:
        """Give the labels' natural-log probabilities for each question, ``None`` where they are missing."""
        kept = self.journal.kept_scores(calls.conversations, calls.labels, self._key(calls))
        # JSON has no infinity: what is impossible comes back from the file as nothing.
        return [
            None if row is None else [-math.inf if one is None or math.isnan(one) else one for one in row]
            for row in kept
        ]

    def plan(self, several: Sequence[Calls]) -> Plan:
        """Count the calls, and what those that are not kept will take."""
        return sum(map(self._plan, several), Plan())

    def _plan(self, calls: Calls) -> Plan:
        known = (
            self.kept_scores(calls) if calls.labels else self.journal.kept(*_each(calls), self._key(calls))
        )
        asked = zip(_each(calls)[0], known, strict=True)
        return _planned(calls, [turns for turns, reply in asked if reply is None])

    def _key(self, calls: Calls) -> dict[str, Any]:
        if calls.labels:
            return {"model": self._identity}
        return {
            "model": self._identity,
            "temperature": calls.temperature,
            "max_tokens": calls.most_tokens,
            "stop": list(calls.stops),
        }


def plan_anew(calls: Calls) -> Plan:
    """Count the calls as if none were kept."""
    return _planned(calls, _each(calls)[0])


def _planned(calls: Calls, left: Sequence[Conversation]) -> Plan:
    return Plan(
        calls.calls,
        calls.calls - len(left),
        sum(map(_tokens, left)),
        0 if calls.labels else len(left) * calls.most_tokens,
    )


def _each(calls: Calls) -> tuple[list[Conversation], list[int]]:
    """Each call's conversation and seed, question by question: what is cut off leaves whole questions."""
    conversations = [turns for turns in calls.conversations for _ in range(calls.samples)]
    return conversations, list(range(calls.samples)) * len(calls.conversations)


def _tokens(turns: Conversation) -> int:
    return sum(-(-len(message.content.encode()) // _BYTES_A_TOKEN) for message in turns)
