"""What a comparison decided about rows: written once, looked up by the order of a row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from curation.apply import merged_json, merged_tags
from curation.comparisons.base import DECIDED_AT_ONCE, DECISIONS
from curation.view import strings_of

FILE = "decisions.arrow"
_NOTHING = pa.RecordBatch.from_pylist([], DECISIONS)


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions of the step ``step`` in the order of rows: batches, and the first order of each."""

    step: str
    batches: Sequence[pa.RecordBatch]
    firsts: npt.NDArray[np.int64]

    def among(self, orders: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], pa.RecordBatch]:
        """Give the places in ``orders``, which ascend, that were decided about, and what was decided."""
        start, end = np.searchsorted(self.firsts, [orders[0], orders[-1]], "right")
        near = [_between(batch, orders[0], orders[-1]) for batch in self.batches[max(start - 1, 0) : end]]
        given = pa.concat_batches([_NOTHING, *near])
        decided = given["_order"].to_numpy()
        places = np.flatnonzero(np.isin(orders, decided, assume_unique=True))
        return places, given.take(pa.array(np.searchsorted(decided, orders[places])))


def _between(batch: pa.RecordBatch, first: int, last: int) -> pa.RecordBatch:
    start, end = np.searchsorted(batch["_order"].to_numpy(), [first, last + 1])
    return batch.slice(start, end - start)


def write_decisions(tables: Iterable[pa.Table], folder: Path) -> dict[str, Any]:
    """Write what a comparison decided, as it decides.

    Raises
    ------
    RuntimeError
        When a row was decided about twice, or after a later one.
    """
    last, decided, dropped = -1, 0, 0
    with pa.OSFile(str(folder / FILE), "wb") as sink, pa.ipc.new_file(sink, DECISIONS) as writer:
        for table in _gathered(tables):
            orders = table["_order"].to_numpy()
            if orders[0] <= last or (orders[1:] <= orders[:-1]).any():
                raise RuntimeError("a comparison decided twice about one row, or not in the order of rows")
            writer.write_table(table)
            last = orders[-1]
            decided += table.num_rows
            dropped += table.num_rows - table["reason"].null_count
    return {"decided": decided, "dropped": dropped}


def _gathered(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Join tables of few rows: whoever looks decisions up opens every batch of them."""
    held: list[pa.Table] = []
    rows = 0
    for table in tables:
        held.append(table)
        rows += table.num_rows
        if rows >= DECIDED_AT_ONCE:
            yield pa.concat_tables(held).combine_chunks()
            held, rows = [], 0
    if rows:
        yield pa.concat_tables(held).combine_chunks()


def load_decisions(step: str, path: Path) -> Decisions:
    """Map the file into memory: only the parts that are looked at are read."""
    reader = pa.ipc.open_file(pa.memory_map(str(path)))
    batches = [reader.get_batch(number) for number in range(reader.num_record_batches)]
    firsts = np.array([batch["_order"][0].as_py() for batch in batches], dtype=np.int64)
    return Decisions(step, batches, firsts)


def carry_out(columns: Mapping[str, pa.Array], decisions: Decisions | None) -> dict[str, pa.Array]:
    """Enter decisions into the columns of a batch that a phase wrote; earlier verdicts stay."""
    marked = dict(columns)
    if decisions is None:
        return marked
    rows, given = decisions.among(columns["_order"].to_numpy())
    if not len(rows):
        return marked
    _drop(marked, rows, given, decisions.step)
    for column, name in (("_split", "split"), ("_copies", "copies")):
        marked[column] = _placed(marked[column], rows, given[name])
    _tag(marked, rows, given)
    _cut(marked, rows, given, decisions.step)
    return marked


def _drop(marked: dict[str, pa.Array], rows: npt.NDArray[np.int64], given: pa.RecordBatch, step: str) -> None:
    reasons = given["reason"]
    dropped = reasons.is_valid()
    if not pc.any(dropped).as_py():
        return
    at = rows[dropped.to_numpy(zero_copy_only=False)]
    of_dropped = given.filter(dropped)
    steps = pa.repeat(pa.scalar(step), len(at))
    marked["_step"] = _placed(marked["_step"], at, steps)
    for column, name in (
        ("_reason", "reason"),
        ("_score", "score"),
        ("_detail", "detail"),
        ("_duplicate_of", "duplicate_of"),
    ):
        marked[column] = _placed(marked[column], at, of_dropped[name])


def _placed(column: pa.Array, rows: npt.NDArray[np.int64], values: Any) -> pa.Array:
    """Put ``values`` at ``rows`` where they are not null."""
    if values.null_count == len(values):
        return column
    places = np.full(len(column), -1, dtype=np.int64)
    places[rows] = np.arange(len(rows))
    taken = values.take(pa.array(places, mask=places < 0)).cast(column.type)
    return pc.if_else(taken.is_valid(), taken, column)


def _tag(marked: dict[str, pa.Array], rows: npt.NDArray[np.int64], given: pa.RecordBatch) -> None:
    if given["tags"].null_count == len(rows):
        return
    tags = strings_of(marked["tags"])
    for row, added in zip(rows, given["tags"].to_pylist(), strict=True):
        if added is not None:
            tags[row] = merged_tags(tags[row], orjson.loads(added))
    marked["tags"] = pa.array(tags, pa.string())


def _cut(marked: dict[str, pa.Array], rows: npt.NDArray[np.int64], given: pa.RecordBatch, step: str) -> None:
    """Take spans out of texts, and keep both versions of them."""
    if "text" not in marked or given["cut"].null_count == len(rows):
        return
    texts, changes = strings_of(marked["text"]), marked["_changes"].to_pylist()
    for row, spans in zip(rows, given["cut"].to_pylist(), strict=True):
        if spans:
            before = texts[row]
            texts[row] = without(before, [(span["start"], span["end"]) for span in spans])
            change = {"step": step, "before": before, "after": texts[row]}
            changes[row] = merged_json(changes[row], [change])
    marked["text"] = pa.array(texts, pa.string())
    marked["_length"] = pa.array(list(map(len, texts)), pa.int32())
    marked["_changes"] = pa.array(changes, pa.string())


def without(text: str, spans: list[tuple[int, int]]) -> str:
    """Take ascending spans out of ``text``; a line that nothing is left of leaves as well.

    Examples
    --------
    >>> without("제목\\n구독과 좋아요! 본문입니다.\\n광고", [(3, 11), (19, 21)])
    '제목\\n본문입니다.'
    """
    kept: list[str] = []
    position = 0
    waiting = list(spans)
    for line in text.splitlines(keepends=True):
        end = position + len(line)
        mine = [(max(start, position), min(stop, end)) for start, stop in waiting if start < end]
        waiting = [span for span in waiting if span[1] > end]
        if mine:
            left = _cut_line(line, [(start - position, stop - position) for start, stop in mine])
            kept.extend([left] if left.strip() else [])
        else:
            kept.append(line)
        position = end
    return "".join(kept).rstrip("\n") if spans else text


def _cut_line(line: str, spans: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    end = 0
    for start, stop in spans:
        pieces.append(line[end:start])
        end = stop
    pieces.append(line[end:])
    words = " ".join(" ".join(pieces).split())
    return words + ("\n" if words and line.endswith("\n") else "")
