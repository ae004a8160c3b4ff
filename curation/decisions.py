"""What a comparison decided about rows: written once, looked up by the order of a row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from curation.apply import merged_json, merged_tags
from curation.comparisons.base import DECISIONS
from curation.view import strings_of

FILE = "decisions.arrow"


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions of the step ``step``, sorted by the order of rows."""

    step: str
    table: pa.Table
    orders: npt.NDArray[np.int64]

    def among(self, orders: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
        """Tell which of ``orders`` were decided about, and where each stands in this table."""
        if not len(self.orders):
            return np.zeros(len(orders), dtype=bool), np.zeros(len(orders), dtype=np.int64)
        at = np.minimum(np.searchsorted(self.orders, orders), len(self.orders) - 1)
        return self.orders[at] == orders, at


def write_decisions(tables: Iterable[pa.Table], folder: Path) -> dict[str, Any]:
    """Write what a comparison decided, sorted by order.

    Raises
    ------
    RuntimeError
        When a row was decided about twice.
    """
    table = pa.concat_tables([DECISIONS.empty_table(), *(table.cast(DECISIONS) for table in tables)])
    table = table.sort_by("_order").combine_chunks()
    orders = table["_order"].to_numpy()
    if (orders[1:] == orders[:-1]).any():
        raise RuntimeError("a comparison decided twice about one row")
    with pa.OSFile(str(folder / FILE), "wb") as sink, pa.ipc.new_file(sink, DECISIONS) as writer:
        writer.write_table(table)
    return {"decided": table.num_rows, "dropped": table.num_rows - table["reason"].null_count}


def load_decisions(step: str, path: Path) -> Decisions:
    """Map the file into memory: only the parts that are looked at are read."""
    table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    return Decisions(step, table, table["_order"].to_numpy())


def carry_out(columns: Mapping[str, pa.Array], decisions: Decisions | None) -> dict[str, pa.Array]:
    """Enter decisions into the columns of a batch that a phase wrote; earlier verdicts stay."""
    marked = dict(columns)
    if decisions is None:
        return marked
    found, at = decisions.among(columns["_order"].to_numpy())
    if not found.any():
        return marked
    rows = np.flatnonzero(found)
    given = decisions.table.take(pa.array(at[rows])).combine_chunks()
    _drop(marked, rows, given, decisions.step)
    for column, name in (("_split", "split"), ("_copies", "copies")):
        marked[column] = _placed(marked[column], rows, given[name])
    _tag(marked, rows, given)
    _cut(marked, rows, given, decisions.step)
    return marked


def _drop(marked: dict[str, pa.Array], rows: npt.NDArray[np.int64], given: pa.Table, step: str) -> None:
    reasons = given["reason"]
    dropped = reasons.is_valid()
    if not pc.any(dropped).as_py():
        return
    at = rows[dropped.to_numpy()]
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
    taken = taken.combine_chunks() if isinstance(taken, pa.ChunkedArray) else taken
    return pc.if_else(taken.is_valid(), taken, column)


def _tag(marked: dict[str, pa.Array], rows: npt.NDArray[np.int64], given: pa.Table) -> None:
    if given["tags"].null_count == len(rows):
        return
    tags = strings_of(marked["tags"])
    for row, added in zip(rows, given["tags"].to_pylist(), strict=True):
        if added is not None:
            tags[row] = merged_tags(tags[row], orjson.loads(added))
    marked["tags"] = pa.array(tags, pa.string())


def _cut(marked: dict[str, pa.Array], rows: npt.NDArray[np.int64], given: pa.Table, step: str) -> None:
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
