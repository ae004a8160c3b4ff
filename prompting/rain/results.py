"""What a search gives: an answer, how it came about, and what it took."""

from dataclasses import dataclass
from typing import Any, Literal

from prompting.rain.language_model import Tokens

Ended = Literal["stop", "length", "calls", "seconds", "context"]
"""An end token; the most tokens; the budget; or a text that the judge has no room for."""


@dataclass(frozen=True, slots=True)
class Option:
    """What might have come at a place: its text, visits, value and prior."""

    text: str
    visits: float
    value: float
    prior: float


@dataclass(frozen=True, slots=True)
class Commit:
    """One group of tokens that was settled on after ``iterations``, and all that were compared."""

    text: str
    value: float
    visits: float
    iterations: int
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Searched:
    """An answer, why it ended, and what it took.

    ``plain_calls`` is what plain decoding takes for an answer of that length: a run for each token.
    """

    tokens: Tokens
    text: str
    value: float | None
    ended: Ended
    commits: tuple[Commit, ...]
    nodes: int
    judged: int
    calls: int
    seconds: float

    @property
    def plain_calls(self) -> int:
        """Calls of plain decoding."""
        return len(self.tokens)

    @property
    def factor(self) -> float:
        """Calls for one of plain decoding; 0 where there is no answer."""
        return self.calls / self.plain_calls if self.plain_calls else 0.0

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        counted = ("nodes", "judged", "calls", "plain_calls")
        return {
            "answer": self.text,
            "ended": self.ended,
            "value": self.value,
            "answer_tokens": len(self.tokens),
            **{name: getattr(self, name) for name in counted},
            "cost_factor": round(self.factor, 2),
            "seconds": round(self.seconds, 3),
            "commits": [
                {
                    "text": one.text,
                    "value": round(one.value, 4),
                    "visits": round(one.visits, 2),
                    "iterations": one.iterations,
                    "options": [
                        {
                            "text": option.text,
                            "visits": round(option.visits, 2),
                            "value": round(option.value, 4),
                            "prior": round(option.prior, 4),
                        }
                        for option in one.options
                    ],
                }
                for one in self.commits
            ],
        }
