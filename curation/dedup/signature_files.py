"""Signature tables on disk, seen as one long table of rows without reading them into memory."""

import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.dedup.hashing import U32, U64
from curation.dedup.runs import Offsets, offsets_of, ranges
from curation.dedup.shingles import Shingles
from curation.dedup.signature_tables import Unit

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """One record batch: its rows begin at ``first``.

    It is mapped from a file; :meth:`forget` gives the pages back that were read.
    """

    first: int
    batch: Any
    mapped: mmap.mmap

    def __len__(self) -> int:
        return int(self.batch.num_rows)

    @property
    def span(self) -> slice:
        """The rows among those of all files."""
        return slice(self.first, self.first + len(self))

    @property
    def orders(self) -> npt.NDArray[np.int64]:
        """The rows' places in the release."""
        orders: npt.NDArray[np.int64] = self.batch.column("_order").to_numpy()
        return orders

    def forget(self) -> None:
        """Let go of the pages that were read; they are read again when they are needed."""
        self.mapped.madvise(mmap.MADV_DONTNEED)

    def hashes(self, unit: Unit) -> U64:
        """Give the band hashes of the rows that have some, one row each."""
        offsets, values = self._lists(f"{unit}_hashes")
        present = np.flatnonzero(np.diff(offsets))
        width = int(offsets[present[0] + 1] - offsets[present[0]]) if len(present) else 1
        hashes: U64 = values[offsets[0] : offsets[-1]].reshape(-1, width)
        return hashes

    def sizes(self, unit: Unit) -> Offsets:
        """Give the number of shingles of every row."""
        sizes: Offsets = np.diff(self._lists(f"{unit}_shingles")[0])
        return sizes

    def shingles(self, unit: Unit, rows: Rows) -> tuple[U32, Offsets]:
        """Give the shingles of some rows (counted from 0 here), and how many each has."""
        offsets, values = self._lists(f"{unit}_shingles")
        starts = offsets[rows].astype(np.int64)
        sizes = offsets[rows + 1] - starts
        return values[ranges(starts, offsets_of(sizes))], sizes

    def _lists(self, name: str) -> tuple[npt.NDArray[np.int32], Any]:
        column = self.batch.column(name)
        return column.offsets.to_numpy(), column.values.to_numpy()


class SignatureFiles:
    """The rows of several Arrow files, numbered from 0 in the order of files.

    What is read is copied, and the pages are given back part by part: the kernel maps whole
    neighbourhoods of what is looked at, and they would add up to the size of the files.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self.parts: list[Part] = []
        self.rows = 0
        for path in paths:
            with path.open("rb") as stream:
                mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
            reader = pa.ipc.open_file(pa.BufferReader(pa.py_buffer(mapped)))
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number)
                if batch.num_rows:
                    self.parts.append(Part(self.rows, batch, mapped))
                    self.rows += batch.num_rows
        self._firsts = np.array([part.first for part in self.parts] + [self.rows], dtype=np.int64)

    def sizes(self, unit: Unit) -> npt.NDArray[np.int32]:
        """Give the number of shingles of every row; 0 where it is not compared by ``unit``."""
        sizes = np.zeros(self.rows, dtype=np.int32)
        for part in self.parts:
            sizes[part.span] = part.sizes(unit)
            part.forget()
        return sizes

    def shingles(self, unit: Unit, rows: Rows) -> Shingles:
        """Give the shingle sets of ``rows``, which ascend."""
        hashes: list[U32] = []
        sizes: list[Offsets] = []
        for part, chosen in self._by_part(rows):
            found, counts = part.shingles(unit, chosen)
            hashes.append(found)
            sizes.append(counts)
            part.forget()
        if not hashes:
            return Shingles(np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.uint32))
        return Shingles(offsets_of(np.concatenate(sizes)), np.concatenate(hashes))

    def ids(self, rows: Rows) -> list[str]:
        """Give the ids of ``rows``, in any order."""
        ascending, place = np.unique(rows, return_inverse=True)
        found: list[str] = []
        for part, chosen in self._by_part(ascending):
            found += part.batch.column("id").take(pa.array(chosen)).to_pylist()
            part.forget()
        return [found[number] for number in place]

    def _by_part(self, rows: Rows) -> Iterator[tuple[Part, Rows]]:
        bounds = np.searchsorted(rows, self._firsts)
        for number in np.flatnonzero(np.diff(bounds)):
            part = self.parts[number]
            yield part, rows[bounds[number] : bounds[number + 1]] - part.first
