"""The loop over steps and rows, written once: columns in, edited columns and verdicts out."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from curation.records import Kind
from curation.steps.base import Drop, Judge
from curation.view import View, view_of

VERDICT_FIELDS = (
    pa.field("_step", pa.string()),
    pa.field("_reason", pa.string()),
    pa.field("_score", pa.float64()),
    pa.field("_length", pa.int32(), nullable=False),
    pa.field("_key_high", pa.int64()),
    pa.field("_key_low", pa.int64()),
)


@dataclass(frozen=True, slots=True)
class BoundStep:
    """A step with its parameters, ready to judge."""

    name: str
    sees: Literal["strings", "record"]
    judge: Judge


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What happens to each row of a source between two comparisons of rows.

    ``key_scope`` names the set within which exact duplicates are looked for after these steps;
    ``None`` when this source is not compared then.
    """

    kind: Kind
    steps: tuple[BoundStep, ...]
    key_scope: str | None


def apply_plan(plan: RowPlan, columns: Mapping[str, pa.Array], alive: Sequence[int]) -> dict[str, pa.Array]:
    """Carry ``plan`` out on the rows ``alive`` of a batch.

    Returns
    -------
    dict
        The edited columns, and those of ``VERDICT_FIELDS``: for a dropped row the step, the
        reason and the score; the length of the judged text in characters; for a row that is
        left, 128 bits of hash of its identity as two numbers.
    """
    view = view_of(plan.kind, columns)
    rows = len(columns["id"])
    verdicts: dict[int, tuple[str, Drop]] = {}
    for step in plan.steps:
        refused = view.edit(alive, step.judge) if step.sees == "strings" else _judged(view, alive, step)
        if refused:
            verdicts.update((row, (step.name, drop)) for row, drop in refused.items())
            alive = [row for row in alive if row not in refused]
    result = view.edited()
    result |= _verdict_columns(verdicts, rows)
    result["_length"] = pa.array(list(map(len, view.texts())), pa.int32())
    result["_key_high"], result["_key_low"] = _keys(view, plan.key_scope, rows, alive)
    return result


def _judged(view: View, alive: Sequence[int], step: BoundStep) -> dict[int, Drop]:
    texts, judge = view.texts(), step.judge
    return {row: drop for row in alive if isinstance(drop := judge(texts[row]), Drop)}


def _verdict_columns(verdicts: Mapping[int, tuple[str, Drop]], rows: int) -> dict[str, pa.Array]:
    steps: list[str | None] = [None] * rows
    reasons: list[str | None] = [None] * rows
    scores: list[float | None] = [None] * rows
    for row, (step, drop) in verdicts.items():
        steps[row], reasons[row], scores[row] = step, drop.reason, drop.score
    return {
        "_step": pa.array(steps, pa.string()),
        "_reason": pa.array(reasons, pa.string()),
        "_score": pa.array(scores, pa.float64()),
    }


def _keys(view: View, scope: str | None, rows: int, alive: Sequence[int]) -> tuple[pa.Array, pa.Array]:
    if scope is None:
        return pa.nulls(rows, pa.int64()), pa.nulls(rows, pa.int64())
    prefix = scope.encode() + b"\0"
    digests = bytearray(16 * rows)
    present = np.zeros(rows, dtype=bool)
    present[np.asarray(alive, dtype=np.int64)] = True
    for row in alive:
        digest = hashlib.blake2b(prefix + view.identity(row), digest_size=16)
        digests[16 * row : 16 * row + 16] = digest.digest()
    halves = np.frombuffer(digests, dtype="<i8").reshape(rows, 2)
    return pa.array(halves[:, 0], mask=~present), pa.array(halves[:, 1], mask=~present)
