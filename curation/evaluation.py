"""Evaluation sets: read like sources, kept as texts that steps compare with, and never released."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curation.checkpoints import Task, Tell, key_of
from curation.errors import UserError
from curation.inputs import SourceInput, Unit
from curation.manifest import code_version
from curation.progress import Progress
from curation.records import BadRow, InstructionRecord, Record, Row
from curation.steps.base import Given, Keep, Outcome
from curation.steps.normalise import NORMALISE, NormaliseParams

_SCHEMA = pa.schema([pa.field("text", pa.string(), nullable=False)])
_ROWS = 16_384


@dataclass(frozen=True, slots=True)
class EvaluationTexts:
    """An evaluation set that was read: Parquet files with a column ``text``, and what was counted.

    ``unreadable`` rows could not be read, so nothing is compared with them.
    """

    paths: tuple[Path, ...]
    rows: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class _Texts:
    given: SourceInput
    unit: Unit

    def __call__(self, folder: Path, tell: Tell) -> dict[str, Any]:
        assert NORMALISE.make is not None
        judge = NORMALISE.make(NormaliseParams(), Given())
        held: list[str] = []
        rows = unreadable = 0
        first = ""
        for file in self.unit.files:
            file.check_unchanged()
        with pq.ParquetWriter(folder / "texts.parquet", _SCHEMA) as writer:
            for target in self.unit.targets:
                for item in self.given.reader.read(target, self.given.options):
                    if isinstance(item, Row):
                        held.extend(_texts_of(item.record))
                        rows += 1
                    elif isinstance(item, BadRow):
                        unreadable += 1
                        first = first or f"{item.where}: {item.error}"
                    if len(held) >= _ROWS:
                        _write(writer, judge(held))
                        held = []
            _write(writer, judge(held))
        for file in self.unit.files:
            file.check_unchanged()
        return {"rows": rows, "unreadable": unreadable, "first_error": first}


def _write(writer: pq.ParquetWriter, outcomes: Sequence[Outcome]) -> None:
    texts = [one.text if isinstance(one, Keep) else one for one in outcomes]
    writer.write_batch(pa.RecordBatch.from_arrays([pa.array(texts, pa.string())], schema=_SCHEMA))


def _texts_of(record: Record) -> list[str]:
    """Give each turn by itself: a question may be copied without its answer."""
    if isinstance(record, InstructionRecord):
        return [turn.content for turn in record.messages if turn.role != "system"]
    return [record.text]


def read_evaluation_sets(
    inputs: Sequence[SourceInput], stage: Path, progress: Progress, *, most_unreadable: float = 1.0
) -> dict[str, EvaluationTexts]:
    """Read every set, or trust what an earlier run read of the same files.

    Raises
    ------
    UserError
        When a set holds no row, or more than the share ``most_unreadable`` of its rows cannot be
        read: a release would be called clean of what was never compared with it.
    """
    found: dict[str, EvaluationTexts] = {}
    total = sum(unit.bytes for given in inputs for unit in given.units)
    with progress.task("evaluation sets", total, "B") as advance:
        for given in inputs:
            done = []
            for unit in given.units:
                identity = [given.reader.name, given.options.model_dump(mode="json")]
                key = key_of(code_version(), identity, [[file.name, file.sha256] for file in unit.files])
                done.append(Task(stage, key, _Texts(given, unit))())
                advance(unit.bytes)
            found[given.source.name] = EvaluationTexts(
                tuple(path for one in done for path in one.paths(".parquet")),
                sum(one.facts["rows"] for one in done),
                sum(one.facts["unreadable"] for one in done),
            )
            first = next((one.facts["first_error"] for one in done if one.facts["first_error"]), "")
            _check(given, found[given.source.name], first, most_unreadable)
    return found


def _check(given: SourceInput, read: EvaluationTexts, first: str, most: float) -> None:
    name, bad, every = given.source.name, read.unreadable, read.rows + read.unreadable
    if read.rows and bad <= most * every:
        return
    if not bad:
        what = f"the evaluation set '{name}' has no rows"
    elif read.rows:
        what = f"{bad:,} of {every:,} rows of the evaluation set '{name}' cannot be read; first: {first}"
    else:
        what = f"none of the {bad:,} rows of the evaluation set '{name}' can be read; first: {first}"
    raise UserError(
        what,
        where=", ".join(given.source.path),
        fix=f"check that the files are what the reader '{given.reader.name}' reads",
    )
