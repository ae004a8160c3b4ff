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
from curation.records import InstructionRecord, Record, Row
from curation.steps.base import Given, Keep, Outcome
from curation.steps.normalise import NORMALISE, NormaliseParams

_SCHEMA = pa.schema([pa.field("text", pa.string(), nullable=False)])
_ROWS = 16_384


@dataclass(frozen=True, slots=True)
class _Texts:
    given: SourceInput
    unit: Unit

    def __call__(self, folder: Path, tell: Tell) -> dict[str, Any]:
        assert NORMALISE.make is not None
        judge = NORMALISE.make(NormaliseParams(), Given())
        held: list[str] = []
        rows = 0
        with pq.ParquetWriter(folder / "texts.parquet", _SCHEMA) as writer:
            for target in self.unit.targets:
                for item in self.given.reader.read(target, self.given.options):
                    if isinstance(item, Row):
                        held.extend(_texts_of(item.record))
                        rows += 1
                    if len(held) >= _ROWS:
                        _write(writer, judge(held))
                        held = []
            _write(writer, judge(held))
        return {"rows": rows}


def _write(writer: pq.ParquetWriter, outcomes: Sequence[Outcome]) -> None:
    texts = [one.text if isinstance(one, Keep) else one for one in outcomes]
    writer.write_batch(pa.RecordBatch.from_arrays([pa.array(texts, pa.string())], schema=_SCHEMA))


def _texts_of(record: Record) -> list[str]:
    """Give each turn by itself: a question may be copied without its answer."""
    if isinstance(record, InstructionRecord):
        return [turn.content for turn in record.messages if turn.role != "system"]
    return [record.text]


def read_evaluation_sets(
    inputs: Sequence[SourceInput], stage: Path, progress: Progress
) -> dict[str, list[Path]]:
    """Read every set; give its Parquet files with a column ``text``.

    Raises
    ------
    UserError
        When a set holds no row.
    """
    found: dict[str, list[Path]] = {}
    total = sum(unit.bytes for given in inputs for unit in given.units)
    with progress.task("evaluation sets", total, "B") as advance:
        for given in inputs:
            rows = 0
            for unit in given.units:
                identity = [given.reader.name, given.options.model_dump(mode="json")]
                key = key_of(code_version(), identity, [[file.name, file.sha256] for file in unit.files])
                done = Task(stage, key, _Texts(given, unit))()
                found.setdefault(given.source.name, []).extend(done.paths(".parquet"))
                rows += done.facts["rows"]
                advance(unit.bytes)
            if not rows:
                raise UserError(
                    f"the evaluation set '{given.source.name}' has no rows",
                    where=", ".join(given.source.path),
                    fix=f"check that the files are what the reader '{given.reader.name}' reads",
                )
    return found
