"""Buckets of rows that share a band: one band at a time, from a file that holds band after band.

Signatures are stored row by row, as they were made; buckets need them band by band. The file
``<unit>.bands`` in the scratch folder is that transposition.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.dedup.characters import Offsets
from curation.dedup.clusters import row_type
from curation.dedup.hashing import U64
from curation.dedup.shingles import offsets_of
from curation.dedup.signature_files import Rows, SignatureFiles
from curation.dedup.signature_tables import Unit

# Rows whose buckets are found at once; more rows are parted by their hashes' leading bits.
ROWS_AT_ONCE = 1 << 22
_BYTES = 8


@dataclass(frozen=True, slots=True)
class Buckets:
    """Groups of two rows or more: group ``i`` is ``rows[offsets[i]:offsets[i + 1]]``, ascending."""

    rows: Rows
    offsets: Offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def sizes(self) -> Offsets:
        """The number of rows of each group."""
        return np.diff(self.offsets)


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


def buckets_of(hashes: U64, rows: Rows) -> Buckets:
    """Group the rows that have the same hash; rows that share it with no other are left out."""
    by_hash = np.argsort(hashes)
    hashes = hashes[by_hash]
    same = hashes[1:] == hashes[:-1]
    member = np.zeros(len(hashes), dtype=np.bool_)
    member[1:] = same
    member[:-1] |= same
    hashes, members = hashes[member], rows[by_hash[member]].astype(np.int64)
    starts = np.flatnonzero(np.diff(hashes, prepend=~hashes[:1]))
    offsets = np.append(starts, len(hashes))
    # Sorting by hash alone leaves equal hashes in any order.
    sizes = np.diff(offsets)
    members = members[np.lexsort((members, np.repeat(np.arange(len(sizes)), sizes)))]
    return Buckets(members, offsets_of(sizes))


def _write_all(descriptor: int, values: U64, offset: int) -> None:
    view = values.data.cast("B")
    while view:
        done = os.pwrite(descriptor, view, offset)
        view, offset = view[done:], offset + done
