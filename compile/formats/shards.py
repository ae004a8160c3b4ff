"""The files that hold a bundle's weights: shards, and the index that web-llm reads first.

Format: TVM's tensor cache (python/tvm/contrib/tvmjs.py). Tensors lie in ``params_shard_N.bin`` one after
another. Every record of the index says ``f32-to-bf16``, but it is true of float32 alone: those are
stored as bfloat16, and all others as they are. A record's ``nbytes`` is what it takes in its shard.
"""

import hashlib
from collections.abc import Iterable, Mapping
from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from compile.formats.bfloat16 import from_bfloat16, to_bfloat16
from curation.atomic import replacing, write_bytes
from curation.errors import UserError

SHARD_BYTES: Final = 32 * 2**20
# Newer runtimes ask for the first, older ones for the second; their content is the same.
INDEX_NAMES: Final = ("tensor-cache.json", "ndarray-cache.json")
ENCODING: Final = "f32-to-bf16"
_SHARD: Final = "params_shard_{}.bin"


def stored_bytes(shape: Iterable[int], dtype: str) -> int:
    """Count the bytes that a tensor takes in its shard."""
    return prod(shape) * (2 if dtype == "float32" else np.dtype(dtype).itemsize)


class ShardWriter:
    """Writes tensors into shards in the order in which they come.

    Weights of an earlier conversion are removed from the folder, its index first: a folder whose
    conversion was broken off has no index.
    """

    def __init__(self, folder: Path, limit: int = SHARD_BYTES) -> None:
        self._folder = folder
        self._limit = limit
        self._shards: list[dict[str, Any]] = []
        self._waiting: list[dict[str, Any]] = []
        self._content = bytearray()
        self._names: set[str] = set()
        self._memory_bytes = 0
        folder.mkdir(parents=True, exist_ok=True)
        for name in INDEX_NAMES:
            (folder / name).unlink(missing_ok=True)
        for shard in folder.glob(_SHARD.format("*")):
            shard.unlink()

    def add(self, name: str, shape: tuple[int, ...], dtype: str, blocks: Iterable[NDArray[Any]]) -> None:
        """Write a tensor, whose content comes in blocks along its first axis.

        A tensor of half a shard or more that does not fit beside those that wait becomes a shard of
        its own, without being held in memory.

        Raises
        ------
        ValueError
            When the name was written already, or the blocks are not what shape and dtype say.
        """
        if name in self._names:
            raise ValueError(f"'{name}' was written already")
        self._names.add(name)
        self._memory_bytes += prod(shape) * np.dtype(dtype).itemsize
        length = stored_bytes(shape, dtype)
        record = {
            "name": name,
            "shape": list(shape),
            "dtype": dtype,
            "format": ENCODING,
            "nbytes": length,
            "byteOffset": 0,
        }
        encoded = _encoded(name, shape, dtype, blocks)
        if len(self._content) + length >= self._limit:
            if length * 2 >= self._limit:
                self._write(encoded, [record])
                return
            self._flush()
        record["byteOffset"] = len(self._content)
        for block in encoded:
            self._content += block
        self._waiting.append(record)

    def finish(self, parameters: int) -> Mapping[str, Any]:
        """Write what waits, then the index under both names; give the index's metadata.

        ``parameters`` counts the model's weights before they were quantised. The sizes of the metadata
        are those in the page's memory, where float32 is whole again, as MLC counts them.
        """
        self._flush()
        metadata = {
            "ParamSize": len(self._names),
            "ParamBytes": float(self._memory_bytes),
            "BitsPerParam": self._memory_bytes * 8 / parameters,
        }
        index = orjson.dumps(
            {"metadata": metadata, "records": self._shards},
            option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
        )
        # The one that is read first comes last: where it is, everything is.
        for name in reversed(INDEX_NAMES):
            write_bytes(self._folder / name, index)
        return metadata

    def _flush(self) -> None:
        if self._waiting:
            self._write([bytes(self._content)], self._waiting)
            self._waiting, self._content = [], bytearray()

    def _write(self, content: Iterable[bytes], records: list[dict[str, Any]]) -> None:
        name = _SHARD.format(len(self._shards))
        digest = hashlib.md5(usedforsecurity=False)
        length = 0
        with replacing(self._folder / name) as temporary, temporary.open("wb") as stream:
            for block in content:
                stream.write(block)
                digest.update(block)
                length += len(block)
        self._shards.append(
            {
                "dataPath": name,
                "format": "raw-shard",
                "nbytes": length,
                "records": records,
                "md5sum": digest.hexdigest(),
            }
        )


class ShardReader:
    """Reads tensors out of a folder of shards.

    Raises
    ------
    UserError
        When the index is absent or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        path = folder / INDEX_NAMES[0]
        try:
            index = orjson.loads(path.read_bytes())
            self.metadata: Mapping[str, Any] = index["metadata"]
            self.shards: list[dict[str, Any]] = index["records"]
            self.records = {
                record["name"]: (shard["dataPath"], record)
                for shard in self.shards
                for record in shard["records"]
            }
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"The index of the weights cannot be read: {error}",
                where=str(path),
                fix="Convert the model again, or copy the whole folder again.",
            ) from error

    def read(self, name: str) -> NDArray[Any]:
        """Read a tensor as the page has it in memory.

        Raises
        ------
        UserError
            When its shard is absent or cut short.
        """
        file, record = self.records[name]
        path = self._folder / file
        try:
            with path.open("rb") as stream:
                stream.seek(record["byteOffset"])
                content = stream.read(record["nbytes"])
        except OSError as error:
            raise _broken(path, f"A shard cannot be read: {error.strerror}") from error
        if len(content) != record["nbytes"]:
            raise _broken(path, f"A shard ends before the tensor '{name}' does.")
        if record["dtype"] == "float32" and record["format"] == ENCODING:
            return from_bfloat16(np.frombuffer(content, np.uint16)).reshape(record["shape"])
        return np.frombuffer(content, record["dtype"]).reshape(record["shape"])


def _encoded(
    name: str, shape: tuple[int, ...], dtype: str, blocks: Iterable[NDArray[Any]]
) -> Iterable[bytes]:
    rows = 0
    for block in blocks:
        if block.dtype != dtype or block.shape[1:] != shape[1:]:
            raise ValueError(f"a block of '{name}' is {block.dtype} {block.shape}, not {dtype} {shape}")
        rows += len(block)
        yield to_bfloat16(block).tobytes() if dtype == "float32" else block.tobytes()
    if rows != shape[0]:
        raise ValueError(f"the blocks of '{name}' have {rows} rows, not {shape[0]}")


def _broken(path: Path, what: str) -> UserError:
    return UserError(what, where=str(path), fix="Convert the model again, or copy the whole folder again.")
