"""What a recipe may name of a record in order to group, stratify or weigh by it.

==================  ==========================================
name                value
==================  ==========================================
``source``          the source's name
``config``          the configuration
``split_group``     the group that the reader gave the record
``task``            the task of an instruction record
``tags.<name>``     a tag that an earlier step set
``<name>``          an attribute of the record
==================  ==========================================
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import orjson

from curation.comparisons.base import Batch
from curation.dedup.hashing import U64, mix

_TAGS = "tags."


def values_of(batch: Batch, name: str) -> Sequence[str]:
    """Give the value of ``name`` of every record; ``""`` where a record has none."""
    if name == "source":
        return [batch.source] * len(batch.ids)
    if name == "config":
        return [batch.config] * len(batch.ids)
    if name == "split_group":
        return batch.groups
    if name == "task":
        return batch.tasks
    if name.startswith(_TAGS):
        return _members(batch.tags, name.removeprefix(_TAGS))
    return _members(batch.attributes, name)


def value_hashes(name: str, values: Sequence[str]) -> U64:
    """Give 64 bits of BLAKE2b for each value of ``name``; 0 for ``""``."""
    known: dict[str, int] = {"": 0}
    for value in set(values) - {""}:
        digest = hashlib.blake2b(
            value.encode("utf-8", "surrogatepass"), key=name.encode()[:64], digest_size=8
        )
        known[value] = int.from_bytes(digest.digest(), "little") | 1
    return np.fromiter((known[value] for value in values), dtype=np.uint64, count=len(values))


def id_hashes(ids: Sequence[str]) -> U64:
    """Give the first 64 bits of each record id, which is a content hash in hexadecimal."""
    return np.frombuffer(bytes.fromhex("".join([one[:16] for one in ids])), dtype=">u8").astype(np.uint64)


def keyed(hashes: U64, seed: int) -> U64:
    """Scramble hashes with a seed: another seed gives another order."""
    start = mix(np.array([seed], dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15))
    return mix(hashes ^ start)


def _members(objects: Sequence[str], name: str) -> list[str]:
    """Look ``name`` up in JSON objects; most rows of a source have the same few keys."""
    mark = orjson.dumps(name).decode()
    return [_text(orjson.loads(one).get(name)) if mark in one else "" for one in objects]


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
