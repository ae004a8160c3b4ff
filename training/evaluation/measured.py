"""What was measured of a model, as it is kept: every row with its loss, its answer and its scores."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import orjson

from curation.records import Message
from curation.superni.metrics import Metric

Kind = Literal["task", "general", "superni", "red_team"]
Tokens = Literal["morphemes", "characters", "gpt2", "rouge"]


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation to measure; ``answer`` is what is expected of the model, "" where nothing is.

    ``references`` are all accepted answers, ``label_space`` all allowed ones where they are chosen;
    ``metric`` is what is reported of the row, ``tokens`` what ROUGE-L compares; ``unlearned`` are the
    places in ``prompt`` of answers that are only read, and count in no loss.
    """

    id: str
    prompt: tuple[Message, ...]
    answer: str = ""
    references: tuple[str, ...] = ()
    label_space: tuple[str, ...] = ()
    task: str = ""
    metric: Metric = "rouge_l"
    tokens: Tokens = "morphemes"
    unlearned: tuple[int, ...] = ()

    @property
    def question(self) -> str:
        """The last turn before the answer."""
        return self.prompt[-1].content if self.prompt else ""


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Rows that are measured together; a model answers them only where ``answered``."""

    name: str
    kind: Kind
    rows: tuple[Row, ...]
    answered: bool = True
    notes: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Hash the rows: equal sets can be compared."""
        return sha256_of(self.rows)


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """A row with what a model made of it.

    ``nats`` is the loss over all ``tokens`` that were to be said, 0 of none where nothing was expected;
    scores are from 0 to 1. ``given`` and the scores are None where no answer was asked for.
    """

    row: Row
    nats: float = 0.0
    tokens: int = 0
    given: str | None = None
    rouge_l: float | None = None
    exact_match: float | None = None

    @property
    def reported(self) -> float | None:
        """The score that is reported of the row's task."""
        return self.exact_match if self.row.metric == "exact_match" else self.rouge_l


@dataclass(frozen=True, slots=True)
class MeasuredSet:
    """A set as a model did in it; ``left_out`` rows are longer than the model's context."""

    name: str
    kind: Kind
    rows: tuple[MeasuredRow, ...]
    left_out: int = 0
    notes: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Hash the rows that were measured, without what the model made of them."""
        return sha256_of([one.row for one in self.rows])


@dataclass(frozen=True, slots=True)
class Measured:
    """All sets as one model did in them; ``key`` says of which model, with which settings."""

    key: str
    model: str
    sets: tuple[MeasuredSet, ...]
    seconds: float = 0.0

    def of_kind(self, kind: Kind) -> list[MeasuredSet]:
        """Give the sets of a kind."""
        return [one for one in self.sets if one.kind == kind]

    def named(self, name: str) -> MeasuredSet | None:
        """Find a set."""
        return next((one for one in self.sets if one.name == name), None)

    def as_json(self) -> dict[str, Any]:
        """Give everything as JSON data, with the hash of each set."""
        data = asdict(self)
        for said, one in zip(data["sets"], self.sets, strict=True):
            said["sha256"] = one.sha256
        return data


def measured_from(data: Mapping[str, Any]) -> Measured:
    """Read what :meth:`Measured.as_json` gave.

    Raises
    ------
    KeyError, TypeError, AttributeError
        When it is something else.
    """
    sets = tuple(
        MeasuredSet(
            one["name"],
            one["kind"],
            tuple(_measured_row(row) for row in one["rows"]),
            one["left_out"],
            tuple(one["notes"]),
        )
        for one in data["sets"]
    )
    return Measured(data["key"], data["model"], sets, data["seconds"])


def _measured_row(data: Mapping[str, Any]) -> MeasuredRow:
    row = data["row"]
    lists = {key: tuple(row[key]) for key in ("references", "label_space", "unlearned")}
    prompt = tuple(Message(**message) for message in row["prompt"])
    return MeasuredRow(**{**data, "row": Row(**{**row, **lists, "prompt": prompt})})


def sha256_of(rows: Iterable[Row]) -> str:
    """Hash rows."""
    whole = hashlib.sha256()
    for row in rows:
        whole.update(orjson.dumps(asdict(row), option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))
    return whole.hexdigest()


def pairs(before: MeasuredSet, after: MeasuredSet) -> Sequence[tuple[MeasuredRow, MeasuredRow]]:
    """Pair the rows of two measurements of one set.

    Raises
    ------
    ValueError
        When they are of different sets.
    """
    if before.sha256 != after.sha256:
        raise ValueError(f"{before.name} was measured over other rows before than after")
    return list(zip(before.rows, after.rows, strict=True))
