"""One unit of work on rows: a unit's files through a reader and a phase, or a phase over what one wrote.

A unit can be sent to another process or machine: it holds what it needs as data, opens its files
by itself, and leaves its result in a folder that all of them see.
"""

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curation.apply import Application, Applied, merged_json, merged_tags
from curation.checkpoints import Tell
from curation.columns import RowBatch, content_fields
from curation.comparisons.base import Batch
from curation.decisions import Decisions, carry_out, load_decisions
from curation.inputs import SourceInput, Unit
from curation.intake import Intake
from curation.memory import check_memory
from curation.phases import RowPlan
from curation.records import Kind
from curation.tables import row_groups
from curation.view import strings_of

ROWS = "rows.parquet"
PREPARED = "prepared.arrow"
BATCH_ROWS = 8_192

PASSED = (
    pa.field("_order", pa.int64(), nullable=False),
    pa.field("_step", pa.string()),
    pa.field("_reason", pa.string()),
    pa.field("_score", pa.float64()),
    pa.field("_detail", pa.string()),
    pa.field("_error", pa.string()),
    pa.field("_duplicate_of", pa.string()),
    pa.field("_length", pa.int32(), nullable=False),
    pa.field("_changes", pa.string()),
    pa.field("_split", pa.string()),
    pa.field("_copies", pa.int32()),
)
"""What a phase leaves beside the content: the order, the verdict, and what was done to the row."""


def stepped_schema(kind: Kind) -> pa.Schema:
    """Give the schema of rows that went through a phase."""
    return pa.schema([*content_fields(kind), *PASSED])


@dataclass(frozen=True, slots=True)
class FirstPhase:
    """Reads a unit and takes its rows through the first phase; orders begin at ``base``."""

    given: SourceInput
    unit: Unit
    plan: RowPlan
    base: int
    batch_rows: int = BATCH_ROWS

    def __call__(self, folder: Path, tell: Tell) -> dict[str, Any]:
        """Work in ``folder``; give the facts of reading and of the phase."""
        with _PhaseWriter(self.plan, folder) as writer:
            intake = Intake(
                self.given.source.name, self.plan.kind, folder, batch_rows=self.batch_rows, base=self.base
            )
            # Closed here and not whenever: what closing raises on a full disk must reach the person.
            with contextlib.closing(intake.batches(self.given, self.unit)) as batches:
                for batch, recovered in batches:
                    tell(intake.share_read(self.unit))
                    writer.write_new(batch, recovered)
        return {**intake.facts(), **writer.facts()}


@dataclass(frozen=True, slots=True)
class LaterPhase:
    """Takes the rows of ``earlier`` through another phase, after what was decided about them."""

    plan: RowPlan
    earlier: Path
    decided: Path
    step: str

    def __call__(self, folder: Path, tell: Tell) -> dict[str, Any]:
        """Work in ``folder``; give the facts of the phase."""
        decisions = load_decisions(self.step, self.decided)
        rows = pq.read_metadata(self.earlier / ROWS).num_rows
        with _PhaseWriter(self.plan, folder) as writer:
            for columns in stored_rows(self.earlier):
                writer.write_old(columns, decisions)
                tell(writer.rows / rows)
        return writer.facts()


class _PhaseWriter:
    """Applies a plan's steps to batches and writes what they leave."""

    def __init__(self, plan: RowPlan, folder: Path) -> None:
        self.plan = plan
        self.application = Application(plan.bound())
        self.schema = stepped_schema(plan.kind)
        self.rows = self.alive = 0
        self.raised: Counter[str] = Counter()
        self.first_raised = ""
        self._sink = pq.ParquetWriter(
            folder / ROWS,
            self.schema,
            compression="lz4",
            use_dictionary=["file", "tags", "_step", "_reason", "_split"],
            write_statistics=False,
        )
        self._compared = plan.comparison()
        self._prepared: Any = None
        if self._compared is not None:
            comparison, params = self._compared
            schema = comparison.schema(params)
            self._prepared = pa.ipc.new_file(str(folder / PREPARED), schema)

    def __enter__(self) -> "_PhaseWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self._sink.close()
        if self._prepared is not None:
            self._prepared.close()

    def write_new(self, batch: RowBatch, recovered: dict[int, tuple[str, int]]) -> None:
        """Take rows that were read just now; ``recovered`` says which were repaired, and how."""
        rows = len(batch)
        applied = self.application.run(batch.view, batch.attributes, range(rows))
        for row, (reason, lines) in recovered.items():
            applied.changes.setdefault(row, []).insert(0, {"step": "read", "counts": {reason: lines}})
        passed = {field.name: pa.nulls(rows, field.type) for field in PASSED}
        self._finish(batch, passed | {"_order": batch.fixed["_order"]}, applied)

    def write_old(self, columns: dict[str, pa.Array], decisions: Decisions) -> None:
        """Take rows that an earlier phase wrote."""
        marked = carry_out(columns, decisions)
        batch = RowBatch.of_columns(self.plan.kind, marked)
        living = np.flatnonzero(marked["_step"].is_null().to_numpy(zero_copy_only=False)).tolist()
        applied = self.application.run(batch.view, batch.attributes, living)
        self._finish(batch, {field.name: marked[field.name] for field in PASSED}, applied)

    def _finish(self, batch: RowBatch, passed: dict[str, pa.Array], applied: Applied) -> None:
        check_memory()
        for row, tags in applied.tags.items():
            batch.tags[row] = merged_tags(batch.tags[row], tags)
        _enter_verdicts(passed, applied)
        _enter_changes(passed, applied)
        texts = batch.view.texts()
        passed["_length"] = pa.array(list(map(len, texts)), pa.int32())
        columns = batch.content() | passed
        self._sink.write_batch(
            pa.RecordBatch.from_arrays([columns[field.name] for field in self.schema], schema=self.schema)
        )
        self._prepare(batch, passed, texts, applied.alive)
        self.rows += len(batch)
        self.alive += len(applied.alive)
        for row, verdict in applied.verdicts.items():
            if verdict.error is not None:
                # Step and exception alone: its message may differ from row to row.
                self.raised[verdict.error.partition(": ")[0]] += 1
                place = f"{batch.fixed['file'][row]}:{batch.fixed['line'][row]}"
                self.first_raised = self.first_raised or f"{place}: {verdict.error}"

    def _prepare(
        self, batch: RowBatch, passed: dict[str, pa.Array], texts: list[str], alive: list[int]
    ) -> None:
        if self._compared is None or self._prepared is None or not alive:
            return
        comparison, params = self._compared
        table = comparison.prepare(params, compared_batch(self.plan, batch, alive, passed, texts))
        if table.num_rows:
            self._prepared.write_table(table)

    def facts(self) -> dict[str, Any]:
        """Say how many rows there are, how many live, and what was counted."""
        return {
            "rows": self.rows,
            "alive": self.alive,
            "raised": self.raised.total(),
            "raised_errors": dict(self.raised.most_common(20)),
            "first_raised": self.first_raised,
            "tally": self.application.tally.as_json(),
        }


def compared_batch(
    plan: RowPlan,
    batch: RowBatch,
    alive: list[int],
    passed: Mapping[str, pa.Array] | None = None,
    texts: list[str] | None = None,
) -> Batch:
    """Give the rows ``alive`` of a batch as a comparison sees them.

    ``passed`` are the columns beside the content, when an earlier phase left some.
    """
    source, view, rows = plan.source, batch.view, len(batch)
    passed = (
        passed
        if passed is not None
        else {"_order": batch.fixed["_order"], "_split": pa.nulls(rows, pa.string())}
    )
    splits = pc.fill_null(passed["_split"], source.split).to_pylist()
    tasks = strings_of(batch.fixed["task"]) if "task" in batch.fixed else [""] * rows
    return Batch(
        source=source.name,
        config=source.config,
        kind=plan.kind,
        scope=plan.scope or "",
        orders=passed["_order"].to_numpy()[alive],
        ids=batch.fixed["id"].take(pa.array(alive)).to_pylist(),
        texts=_chosen(view.texts() if texts is None else texts, alive),
        identities=lambda: [view.identity(row) for row in alive],
        attributes=_chosen(batch.attributes, alive),
        tags=_chosen(batch.tags, alive),
        groups=_chosen(view.groups(), alive),
        tasks=_chosen(tasks, alive),
        splits=_chosen(splits, alive),
    )


def _chosen(values: Any, rows: list[int]) -> Any:
    return values if len(rows) == len(values) else [values[row] for row in rows]


def _enter_verdicts(passed: dict[str, pa.Array], applied: Applied) -> None:
    if not applied.verdicts:
        return
    for column, name in (
        ("_step", "step"),
        ("_reason", "reason"),
        ("_score", "score"),
        ("_detail", "detail"),
        ("_error", "error"),
    ):
        new = {row: getattr(verdict, name) for row, verdict in applied.verdicts.items()}
        passed[column] = _with_values(passed[column], new)


def _enter_changes(passed: dict[str, pa.Array], applied: Applied) -> None:
    if not applied.changes:
        return
    held = passed["_changes"]
    old = {row: held[row].as_py() for row in applied.changes} if held.null_count < len(held) else {}
    new = {row: merged_json(old.get(row), changes) for row, changes in applied.changes.items()}
    passed["_changes"] = _with_values(held, new)


def _with_values(column: pa.Array, values: dict[int, Any]) -> pa.Array:
    """Put values into a column by row; the others stay."""
    held = column.to_pylist() if column.null_count < len(column) else [None] * len(column)
    for row, value in values.items():
        held[row] = value
    return pa.array(held, column.type)


def stored_rows(folder: Path) -> Iterator[dict[str, pa.Array]]:
    """Read the rows that a phase left, in the batches that it wrote."""
    for batch in row_groups(folder / ROWS):
        yield dict(zip(batch.schema.names, batch.columns, strict=True))


def prepared_paths(folders: Iterable[Path]) -> list[Path]:
    """Give the prepared files of units that have one, in order."""
    return [folder / PREPARED for folder in folders if (folder / PREPARED).exists()]
