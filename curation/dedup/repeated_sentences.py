"""Which sentences repeat across documents, found with bounded memory.

Every sentence is one entry of (hash, row, number). Entries are parted by their hash into files
that each fit into memory, so that equal hashes meet in one file; the answer is a number a
sentence, on disk too.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.dedup.bands import buckets_of
from curation.dedup.runs import Offsets, begins
from curation.dedup.signature_files import SignatureFiles

# Sentences compared at once: about 100 bytes each, so 200 MB.
ENTRIES_AT_ONCE = 1 << 21
NOBODY = -1
_ENTRY = np.dtype([("hash", "<u8"), ("row", "<i8"), ("number", "<i8")])

SENTENCES = pa.schema(
    [
        pa.field("_order", pa.int64(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        # Of the whole text: code points, and characters that are not white space.
        pa.field("length", pa.int32(), nullable=False),
        pa.field("size", pa.int32(), nullable=False),
        # Of each sentence that is long enough: its hash, where it starts, where the next one
        # starts, where the one before ends, and its characters that are not white space.
        pa.field("hashes", pa.list_(pa.uint64()), nullable=False),
        pa.field("starts", pa.list_(pa.int32()), nullable=False),
        pa.field("nexts", pa.list_(pa.int32()), nullable=False),
        pa.field("befores", pa.list_(pa.int32()), nullable=False),
        pa.field("sizes", pa.list_(pa.int32()), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Part:
    """A record batch of :data:`SENTENCES`, with the numbers of its first row and sentence."""

    first_row: int
    first_sentence: int
    batch: Any

    def column(self, name: str) -> npt.NDArray[Any]:
        """Give a column of the rows, or of all their sentences."""
        column = self.batch.column(name)
        if pa.types.is_list(column.type):
            column = column.flatten()
        values: npt.NDArray[Any] = column.to_numpy()
        return values

    @property
    def offsets(self) -> Offsets:
        """Where the sentences of each row begin."""
        offsets: Offsets = self.batch.column("hashes").offsets.to_numpy().astype(np.int64)
        offsets -= offsets[0]
        return offsets


def parts_of(files: SignatureFiles) -> Iterator[Part]:
    """Read prepared files batch by batch."""
    sentence = 0
    for one in files.parts:
        part = Part(one.first, sentence, one.batch)
        yield part
        sentence += int(part.offsets[-1])
        one.forget()


def find_repeated(files: SignatureFiles, scratch: Path, min_documents: int) -> npt.NDArray[np.int64]:
    """Give, for every sentence, the first row that has it too, or :data:`NOBODY`.

    A sentence counts as repeated when ``min_documents`` rows have it; the first of these keeps
    it, so its own sentences are marked :data:`NOBODY`. The array is mapped from a file.
    """
    total = sum(len(part.column("hashes")) for part in parts_of(files))
    holders = np.lib.format.open_memmap(scratch / "holders.npy", "w+", np.int64, (max(total, 1),))
    holders[:] = NOBODY
    shares = max(1, -(-total // ENTRIES_AT_ONCE))
    shared = [scratch / f"sentences.{share}" for share in range(shares)]
    _part_by_hash(files, shared)
    for share in shared:
        entries = np.fromfile(share, _ENTRY)
        numbers, rows = _repeated(entries, min_documents)
        holders[numbers] = rows
        share.unlink()
    return holders


def _part_by_hash(files: SignatureFiles, shared: Sequence[Path]) -> None:
    with ExitStack() as stack:
        streams: list[IO[bytes]] = [stack.enter_context(path.open("wb")) for path in shared]
        for part in parts_of(files):
            hashes = part.column("hashes")
            entries = np.empty(len(hashes), dtype=_ENTRY)
            entries["hash"] = hashes
            entries["row"] = part.first_row + np.repeat(np.arange(part.batch.num_rows), np.diff(part.offsets))
            entries["number"] = part.first_sentence + np.arange(len(hashes))
            shares = hashes % np.uint64(len(shared))
            for share, stream in enumerate(streams):
                stream.write(entries[shares == share].tobytes())


def _repeated(
    entries: npt.NDArray[np.void], min_documents: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give the numbers of the sentences that leave, and for each the row that keeps it."""
    groups = buckets_of(entries["hash"], np.arange(len(entries)))
    if not len(groups):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    # Entries lie in the order of rows, and a group's members ascend.
    rows, starts = entries["row"][groups.rows], groups.offsets[:-1]
    another = begins(rows)
    another[starts] = True
    documents = np.add.reduceat(another, starts)
    first = np.repeat(rows[starts], groups.sizes)
    leaves = np.repeat(documents >= min_documents, groups.sizes) & (rows != first)
    return entries["number"][groups.rows[leaves]], first[leaves]
