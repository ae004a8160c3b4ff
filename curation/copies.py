"""Rows that are later copies of an earlier row: found by the engine, looked up by order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

FILE = "copies.arrow"
_SCHEMA = pa.schema([("_order", pa.int64()), ("_kept", pa.int64()), ("duplicate_of", pa.large_string())])


@dataclass(frozen=True, slots=True)
class Copies:
    """Orders of the later copies, ascending, and the id of the row that each one repeats."""

    step: str
    orders: npt.NDArray[np.int64]
    originals: pa.Array

    def among(self, orders: pa.Array) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
        """Tell which of ``orders`` are later copies, and where each stands in this table."""
        wanted = orders.to_numpy()
        if not len(self.orders):
            return np.zeros(len(wanted), dtype=bool), np.zeros(len(wanted), dtype=np.int64)
        at = np.minimum(np.searchsorted(self.orders, wanted), len(self.orders) - 1)
        return self.orders[at] == wanted, at


def write_copies(tables: Iterable[pa.Table], folder: Path) -> int:
    """Write what the engine found, sorted by order; give the number of copies."""
    table = pa.concat_tables([_SCHEMA.empty_table(), *(table.cast(_SCHEMA) for table in tables)])
    table = table.sort_by("_order").combine_chunks()
    with pa.OSFile(str(folder / FILE), "wb") as sink, pa.ipc.new_file(sink, _SCHEMA) as writer:
        writer.write_table(table)
    return int(table.num_rows)


def load_copies(step: str, path: Path) -> Copies:
    """Map the file into memory: only the parts that are looked at are read."""
    table = pa.ipc.open_file(pa.memory_map(str(path))).read_all().combine_chunks()
    if not table.num_rows:
        return Copies(step, np.zeros(0, dtype=np.int64), pa.array([], pa.large_string()))
    return Copies(step, table["_order"].chunk(0).to_numpy(), table["duplicate_of"].chunk(0))


def mark_copies(columns: Mapping[str, pa.Array], copies: Copies | None) -> dict[str, pa.Array]:
    """Enter the verdict on later copies into the columns of a batch; other verdicts stay."""
    marked = dict(columns)
    if copies is None:
        return marked
    found, at = copies.among(columns["_order"])
    if not found.any():
        return marked
    mask = pa.array(found)
    originals = copies.originals.take(pa.array(at)).cast(pa.string())
    marked["_step"] = pc.if_else(mask, copies.step, columns["_step"])
    marked["_reason"] = pc.if_else(mask, "duplicate", columns["_reason"])
    marked["_duplicate_of"] = pc.if_else(mask, originals, columns["_duplicate_of"])
    return marked
