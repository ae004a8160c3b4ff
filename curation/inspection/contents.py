"""What a release holds, row by row, as hashes: enough to tell two releases apart.

About 120 bytes a row: an id, eight bytes for each of a few aspects, and the source.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from curation.dedup.hashing import U64
from curation.inspection.open_release import OpenRelease

Ids = npt.NDArray[np.bytes_]

ASPECTS = {
    "text": ("text", "messages", "definition", "references"),
    "title": ("title",),
    "attributes": ("attributes", "task", "label_space", "split_group"),
    "tags": ("tags",),
    "licence": ("licence",),
}
"""What may differ in a row that two releases have in common, and the columns that say so; besides,
its split and how often it stands there."""

SPLIT, COPIES = "split", "copies"


@dataclass(frozen=True, slots=True)
class Contents:
    """The kept rows of a release, by ascending id; further copies of a row are counted, not listed."""

    ids: Ids
    sources: npt.NDArray[np.int32]
    source_names: tuple[str, ...]
    aspects: dict[str, U64]

    def where(self, ids: Ids) -> npt.NDArray[np.int64]:
        """Give the places of ids that are there."""
        return np.searchsorted(self.ids, ids)


def contents_of(release: OpenRelease) -> Contents:
    """Read the kept rows of a release."""
    names = tuple(source["name"] for source in release.manifest["sources"])
    columns = ["id", "source", *(column for held in ASPECTS.values() for column in held)]
    ids: list[Ids] = [np.zeros(0, "S32")]
    sources: list[npt.NDArray[np.int32]] = [np.zeros(0, np.int32)]
    aspects: dict[str, list[U64]] = {name: [np.zeros(0, np.uint64)] for name in (*ASPECTS, SPLIT)}
    for path, batch in release.batches("data", columns):
        ids.append(ids_of(batch["id"]))
        coded = pc.index_in(batch["source"], pa.array(names, pa.string()))
        sources.append(pc.fill_null(coded, -1).to_numpy(zero_copy_only=False).astype(np.int32))
        for name, held in ASPECTS.items():
            aspects[name].append(_hashes(batch, held))
        split = _hash64(path.name.encode().partition(b"-")[0])
        aspects[SPLIT].append(np.full(batch.num_rows, split, np.uint64))
    every, first, copies = np.unique(np.concatenate(ids), return_index=True, return_counts=True)
    found = {name: np.concatenate(hashes)[first] for name, hashes in aspects.items()}
    return Contents(every, np.concatenate(sources)[first], names, found | {COPIES: copies.astype(np.uint64)})


def ids_of(column: Any) -> Ids:
    """Give ids as bytes, without the mark of further copies (``#2``)."""
    plain = pc.utf8_slice_codeunits(column, 0, 32)
    plain = plain.combine_chunks() if isinstance(plain, pa.ChunkedArray) else plain
    if not len(plain):
        return np.zeros(0, "S32")
    return np.array(plain.to_pylist(), dtype="S32")


def _hashes(batch: pa.RecordBatch, columns: Iterable[str]) -> U64:
    """Hash some columns of each row to 64 bits."""
    held = [batch.column(name) for name in columns if name in batch.schema.names]
    if not held:
        return np.zeros(batch.num_rows, np.uint64)
    if len(held) == 1 and pa.types.is_string(held[0].type):
        return _distinct_hashes(held[0])
    lists = [column.to_pylist() for column in held]
    digests = (_digest(repr(row).encode("utf-8", "surrogatepass")) for row in zip(*lists, strict=True))
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def _distinct_hashes(column: pa.Array) -> U64:
    """Hash each distinct string once: most rows have the same tags or licence as others."""
    encoded = column.dictionary_encode()
    distinct = [_digest(value.encode("utf-8", "surrogatepass")) for value in encoded.dictionary.to_pylist()]
    hashes = np.frombuffer(b"".join(distinct), dtype="<u8").astype(np.uint64)
    taken: U64 = hashes[encoded.indices.to_numpy()]
    return taken


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=8).digest()


def _hash64(content: bytes) -> int:
    return int.from_bytes(_digest(content), "little")
