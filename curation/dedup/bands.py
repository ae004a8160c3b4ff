"""Buckets of rows that share a band: one band at a time, from a file that holds band after band.

Signatures are stored row by row, as they were made; buckets need them band by band. The file
``<unit>.bands`` in the scratch folder is that transposition.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.dedup.clusters import row_type
from curation.dedup.hashing import U64
from curation.dedup.runs import Runs, begins, repeated
from curation.dedup.signature_files import Rows, SignatureFiles
from curation.dedup.signature_tables import Unit

# Rows whose buckets are found at once; more rows are parted by their hashes' leading bits.
ROWS_AT_ONCE = 1 << 22
_BYTES = 8


@dataclass(frozen=True, slots=True)
class Buckets(Runs):
    """Groups of two rows or more: each run of ``rows`` is one group, ascending."""

    rows: Rows


class Bands:
    """The band hashes of all rows that are compared by one unit."""

    def __init__(
        self, files: SignatureFiles, unit: Unit, sizes: npt.NDArray[np.int32], scratch: Path
    ) -> None:
        self._rows = np.flatnonzero(sizes).astype(row_type(len(sizes)))
        self._path = scratch / f"{unit}.bands"
        self._write(files, unit)

    def _write(self, files: SignatureFiles, unit: Unit) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            written = 0
            for part in files.parts:
                by_band = np.ascontiguousarray(part.hashes(unit).T)
                for band, hashes in enumerate(by_band):
                    _write_all(descriptor, hashes, (band * len(self._rows) + written) * _BYTES)
                written += by_band.shape[1]
                part.forget()
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Remove the file."""
        self._path.unlink()

    def buckets(self, band: int, left_out: npt.NDArray[np.bool_]) -> Iterator[Buckets]:
        """Give the buckets of a band, without the rows that are ``left_out``."""
        count = len(self._rows)
        bits = max(0, (count - 1) // ROWS_AT_ONCE).bit_length()
        for share in range(1 << bits):
            hashes: list[U64] = []
            rows: list[Rows] = []
            for start in range(0, count, ROWS_AT_ONCE):
                chunk_rows = self._rows[start : start + ROWS_AT_ONCE]
                chunk = np.fromfile(
                    self._path, np.uint64, len(chunk_rows), offset=(band * count + start) * _BYTES
                )
                chosen = ~left_out[chunk_rows]
                if bits:
                    chosen &= chunk >> np.uint64(64 - bits) == share
                hashes.append(chunk[chosen])
                rows.append(chunk_rows[chosen])
            if hashes:
                yield buckets_of(np.concatenate(hashes), np.concatenate(rows))


def buckets_of(hashes: U64, rows: npt.NDArray[np.integer[Any]]) -> Buckets:
    """Group the rows that have the same hash; rows that share it with no other are left out.

    ``rows`` ascend.
    """
    # The place stands in the low bits of the hash: sorting numbers is several times faster than
    # sorting places by number, and equal hashes come out in the order of rows.
    low = np.uint64((1 << max(len(hashes) - 1, 1).bit_length()) - 1)
    keys = hashes & ~low | np.arange(len(hashes), dtype=np.uint64)
    keys.sort()
    heads = keys & ~low
    members = repeated(heads)
    heads, places = heads[members], (keys[members] & low).astype(np.int64)
    found = hashes[places]
    if not np.array_equal(heads[1:] == heads[:-1], found[1:] == found[:-1]):
        # Hashes that differ in the low bits only have come together.
        order = np.lexsort((places, found))
        found, places = found[order], places[order]
        several = repeated(found)
        found, places = found[several], places[several]
    offsets = np.append(np.flatnonzero(begins(found)), len(found))
    return Buckets(offsets, rows[places].astype(np.int64))


def _write_all(descriptor: int, values: U64, offset: int) -> None:
    view = values.data.cast("B")
    while view:
        done = os.pwrite(descriptor, view, offset)
        view, offset = view[done:], offset + done
