"""The parameters: both cache files, their records, and the bytes of the shards.

The format is that of TVM's ``tvmjs.dump_tensor_cache``.
"""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from compile.check.fault import Fault
from compile.check.reading import (
    AGAIN,
    Object,
    check_fields,
    find_file,
    is_count,
    is_positive,
    is_text,
    object_of,
    objects_of,
    read_object,
    shown,
)
from curation.progress import Progress

CACHE: Final = "tensor-cache.json"
_OLDER_NAME: Final = "ndarray-cache.json"
_BF16: Final = "f32-to-bf16"
_ITEM_BYTES: Final = {
    "float64": 8,
    "int64": 8,
    "float32": 4,
    "int32": 4,
    "uint32": 4,
    "float16": 2,
    "bfloat16": 2,
    "int16": 2,
    "uint16": 2,
    "int8": 1,
    "uint8": 1,
}
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Tensor:
    """A parameter as the cache describes it; ``encoded`` is its size in the shard, in bytes."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    encoded: int

    @property
    def bytes(self) -> int:
        """Its size in the adapter's memory, in bytes."""
        return math.prod(self.shape) * _ITEM_BYTES.get(self.dtype, 0)


def check_shards(folder: Path, faults: list[Fault], progress: Progress) -> list[Tensor] | None:
    """Check both cache files and every shard; give the parameters, or nothing when no file says them."""
    cache = read_object(folder, CACHE, faults, fix=f"the same content as {_OLDER_NAME}, or {AGAIN}")
    older = read_object(folder, _OLDER_NAME, faults, fix=f"copy {CACHE} to this name: older pages ask for it")
    if cache is not None and older is not None and cache != older:
        fault = f"contradiction: it says something else than {CACHE}"
        faults.append(Fault(_OLDER_NAME, "", fault, f"copy {CACHE} to this name"))
    if cache is None:
        return None
    shards = objects_of(cache.get("records"))
    if not shards or len(shards) != len(cache["records"]):
        fault = "malformed: a list of shards is expected" if "records" in cache else "missing"
        faults.append(Fault(CACHE, "records", fault, AGAIN))
    tensors: list[Tensor] = []
    present: list[tuple[str, Path, Object]] = []
    for place, shard in enumerate(shards):
        field = f"records.{place}"
        faults += _shard_fields(shard, field)
        tensors += _tensors(shard, field, faults)
        path = _path(folder, shard.get("dataPath"), field, faults)
        if path is not None:
            present.append((field, path, shard))
    faults += _names(tensors)
    faults += _totals(object_of(cache.get("metadata")), tensors)
    _hash(present, faults, progress)
    return tensors


def _shard_fields(shard: Object, field: str) -> list[Fault]:
    return check_fields(
        shard,
        {
            "dataPath": (is_text, "the name of a file"),
            "format": (lambda value: value == "raw-shard", "raw-shard"),
            "nbytes": (is_positive, "a number of bytes"),
            "md5sum": (lambda value: isinstance(value, str) and len(value) == 32, "an MD5 in hexadecimal"),
            "records": (lambda value: isinstance(value, list) and value != [], "a list of tensors"),
        },
        CACHE,
        AGAIN,
        f"{field}.",
    )


def _tensors(shard: Object, field: str, faults: list[Fault]) -> Iterator[Tensor]:
    """Give the tensors of a shard; those that the cache describes wrongly are faults."""
    spans = []
    for place, record in enumerate(objects_of(shard.get("records"))):
        where = f"{field}.records.{place}"
        wrong = check_fields(
            record,
            {
                "name": (is_text, "a name"),
                "shape": (_is_shape, "a list of dimensions"),
                "dtype": (lambda value: isinstance(value, str) and value in _ITEM_BYTES, "a number's type"),
                "format": (lambda value: value in (_BF16, "raw"), f"{_BF16} or raw"),
                "nbytes": (is_count, "a number of bytes"),
                "byteOffset": (is_count, "a number of bytes"),
            },
            CACHE,
            AGAIN,
            f"{where}.",
        )
        faults += wrong
        if wrong:
            continue
        tensor = Tensor(record["name"], tuple(record["shape"]), record["dtype"], record["nbytes"])
        # The format is named for every record, but only float32 is shortened by it.
        halved = tensor.dtype == "float32" and record["format"] == _BF16
        expected = tensor.bytes // 2 if halved else tensor.bytes
        if tensor.encoded != expected:
            fault = f"contradiction: {tensor.name} takes {expected:,} bytes, not {tensor.encoded:,}"
            faults.append(Fault(CACHE, f"{where}.nbytes", fault, AGAIN))
        spans.append((record["byteOffset"], record["byteOffset"] + tensor.encoded, tensor.name))
        yield tensor
    spans.sort()
    for (_, end, name), (start, _, following) in pairwise(spans):
        if start < end:
            fault = f"contradiction: {following} begins inside {name}"
            faults.append(Fault(CACHE, f"{field}.records", fault, AGAIN))
    if spans and is_count(shard.get("nbytes")) and max(end for _, end, _ in spans) > shard["nbytes"]:
        fault = f"contradiction: tensors lie beyond the shard's {shard['nbytes']:,} bytes"
        faults.append(Fault(CACHE, f"{field}.nbytes", fault, AGAIN))


def _is_shape(value: Any) -> bool:
    return isinstance(value, list) and all(map(is_positive, value))


def _path(folder: Path, name: Any, field: str, faults: list[Fault]) -> Path | None:
    if not is_text(name):
        return None
    if Path(name).name != name:
        fault = f"malformed: {name!r} is not a file of the bundle's own folder"
        faults.append(Fault(CACHE, f"{field}.dataPath", fault, AGAIN))
        return None
    path = find_file(folder, name)
    if path is None:
        fix = f"copy the shard from where it was made, or {AGAIN}"
        faults.append(Fault(name, "", f"missing: {CACHE} names this shard", fix))
    return path


def _names(tensors: list[Tensor]) -> Iterator[Fault]:
    seen: set[str] = set()
    for tensor in tensors:
        if tensor.name in seen:
            yield Fault(CACHE, "records", f"malformed: two tensors are named {tensor.name}", AGAIN)
        seen.add(tensor.name)


def _totals(metadata: Object, tensors: list[Tensor]) -> Iterator[Fault]:
    count, size = metadata.get("ParamSize"), metadata.get("ParamBytes")
    if count is not None and count != len(tensors):
        fault = f"contradiction: {shown(count)} tensors are announced, {len(tensors):,} are listed"
        yield Fault(CACHE, "metadata.ParamSize", fault, AGAIN)
    sums = [sum(tensor.bytes for tensor in tensors), sum(tensor.encoded for tensor in tensors)]
    if size is not None and size not in sums:
        fault = f"contradiction: {shown(size)} bytes are announced, the tensors take {max(sums):,}"
        yield Fault(CACHE, "metadata.ParamBytes", fault, AGAIN)


def _hash(shards: list[tuple[str, Path, Object]], faults: list[Fault], progress: Progress) -> None:
    """Hold the size and MD5 of each shard against the cache, without holding a shard in memory."""
    fix = f"copy the shard again from where it was made, or {AGAIN}"
    with progress.task("hash the shards", sum(path.stat().st_size for _, path, _ in shards), "B") as advance:
        for _, path, shard in shards:
            size, found = 0, hashlib.md5(usedforsecurity=False)
            try:
                with path.open("rb") as stream:
                    while chunk := stream.read(_CHUNK):
                        found.update(chunk)
                        size += len(chunk)
                        advance(len(chunk))
            except OSError as error:
                faults.append(Fault(path.name, "", f"malformed: it cannot be read: {error.strerror}", fix))
                continue
            if is_positive(shard.get("nbytes")) and size != shard["nbytes"]:
                fault = f"contradiction: it has {size:,} bytes, {CACHE} says {shard['nbytes']:,}"
                faults.append(Fault(path.name, "nbytes", fault, fix))
            elif isinstance(shard.get("md5sum"), str) and found.hexdigest() != shard["md5sum"].lower():
                fault = f"contradiction: its MD5 is {found.hexdigest()}, {CACHE} says {shard['md5sum'][:40]}"
                faults.append(Fault(path.name, "md5sum", fault, fix))
