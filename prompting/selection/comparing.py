"""How good each way to ask is, on questions whose answers are known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from curation.bootstrap import Difference, mean, paired
from curation.errors import ConfigurationError, UserError
from prompting.selection.baselines import Answered, Baselines
from prompting.selection.prompt_file import Prompt
from prompting.selection.scores import overlaps
from prompting.selection.spellings import normalised
from prompting.selection.types import Constants, Query

_RESAMPLES: Final = 2_000
_SEED: Final = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A way to ask, measured.

    ``scores`` has a number between 0 and 1 for each question: whether the answer is right; for texts, the
    ROUGE with the known one. ``calls`` of the model are for a question. ``unread`` counts questions
    without a readable answer, whose score is 0. ``versus`` is the difference to zero-shot.
    """

    way: str
    calls: int
    scores: tuple[float, ...]
    unread: int
    versus: Difference | None = None

    @property
    def score(self) -> float:
        """Give the mean."""
        return sum(self.scores) / len(self.scores)

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        versus = self.versus and {**self.versus.as_json(), "is_real": self.versus.is_real}
        return {
            "way": self.way,
            "score": self.score,
            "calls": self.calls,
            "unread": self.unread,
            "versus_zero_shot": versus,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rows that were measured; ``stopped`` says why others are missing."""

    rows: tuple[Row, ...]
    stopped: UserError | KeyboardInterrupt | None = None


def check_gold(queries: Sequence[Query], prompt: Prompt, where: str) -> None:
    """Check that the answer of each question is known, and a label where there are labels.

    Raises
    ------
    ConfigurationError
        For the first that is not.
    """
    known = {normalised(label) for label in prompt.labels}
    for query in queries:
        # What is left of "?" is nothing, as of a reply that cannot be read.
        if not query.gold or (prompt.task != "lfg" and not normalised(query.gold)):
            raise ConfigurationError(
                f"The answer of the question {query.id!r} is not known.",
                where=where,
                fix='Add "answer" to its line: only what is known can be measured.',
            )
        if known and normalised(query.gold) not in known:
            raise ConfigurationError(
                f"The answer of the question {query.id!r} is {query.gold!r}, no label of the prompt.",
                where=where,
                fix=f"The labels are: {', '.join(prompt.labels)}.",
            )


def compare(
    baselines: Baselines, prompt: Prompt, queries: Sequence[Query], constants: Constants
) -> Comparison:
    """Measure each way, until all are measured or something ends it.

    Raises
    ------
    UserError, KeyboardInterrupt
        What ended it before zero-shot was measured.
    """
    rows: list[Row] = []
    try:
        for answered in baselines.ask():
            row = _measured(answered, prompt, queries, constants)
            rows.append(_compared(rows[0], row) if rows else row)
    except (UserError, KeyboardInterrupt) as error:
        if not rows:
            raise
        return Comparison(tuple(rows), error)
    return Comparison(tuple(rows))


def _measured(answered: Answered, prompt: Prompt, queries: Sequence[Query], constants: Constants) -> Row:
    pairs = [(answer, query.gold) for answer, query in zip(answered.answers, queries, strict=True)]
    if prompt.task == "lfg":
        scores = overlaps(pairs, constants.rouge, constants.tokens)
    else:
        scores = [float(normalised(answer) == normalised(gold)) for answer, gold in pairs]
    return Row(answered.way, answered.calls, tuple(scores), answered.answers.count(""))


def _compared(first: Row, row: Row) -> Row:
    before, after = mean(first.scores), mean(row.scores)
    return replace(
        row, versus=paired(before, after, len(row.scores), resamples=_RESAMPLES, seed=_SEED, span=1.0)
    )
