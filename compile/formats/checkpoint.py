"""The weights of a model folder, read a block of rows at a time, and what can be wrong with the folder."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from compile.formats.bfloat16 import from_bfloat16
from curation.errors import ConfigurationError
from training.base.weights import header_of, weight_files

# Numbers in a block: some copies of it in float32 are all that a conversion holds.
_BLOCK: Final = 2**20
_ITEM_BYTES: Final = {"F32": 4, "F16": 2, "BF16": 2}
_PICKLES: Final = ("*.bin", "*.pt", "*.pth", "*.ckpt")


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    offset: int
    dtype: str
    shape: tuple[int, ...]


class Weights:
    """The tensors of a folder's safetensors files.

    Raises
    ------
    ConfigurationError
        When there are none, there are pickles alone, or a file is absent or cut short.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        _refuse_pickles(folder)
        self._places = {name: place for path in weight_files(folder) for name, place in _places(path)}

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def require(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Check that tensors are there, in the shape that the configuration says, as plain numbers.

        Raises
        ------
        ConfigurationError
            When one is not.
        """
        for name, shape in shapes.items():
            place = self._places.get(name)
            if place is None:
                raise ConfigurationError(
                    f"The weights lack the tensor '{name}'.",
                    where=str(self.folder),
                    fix="Merge the adapter and save the whole model. A model whose output is its "
                    'embedding says "tie_word_embeddings": true in config.json.',
                )
            if place.dtype not in _ITEM_BYTES:
                raise ConfigurationError(
                    f"The tensor '{name}' is of the type {place.dtype}.",
                    where=str(place.path),
                    fix="Save the model in float32, float16 or bfloat16; one that is quantised already "
                    "has to be dequantised before.",
                )
            if place.shape != shape:
                raise ConfigurationError(
                    f"The tensor '{name}' has the shape {list(place.shape)}, and {list(shape)} by "
                    "config.json.",
                    where=str(place.path),
                    fix="Copy config.json and the weights from the same model.",
                )

    def blocks(self, names: Iterable[str]) -> Iterator[NDArray[np.float32]]:
        """Read tensors one after another, as float32, in blocks of whole rows."""
        for name in names:
            yield from _blocks(name, self._places[name])


def check_tokenizer(folder: Path, vocabulary: int) -> None:
    """Check that the folder has a tokenizer.json, and that the embedding has a row for every token.

    ``vocabulary`` counts the rows; there may be more rows than tokens.

    Raises
    ------
    ConfigurationError
        When it has none, it is damaged, or a token has no row.
    """
    path = folder / "tokenizer.json"
    try:
        told = orjson.loads(path.read_bytes())
        highest = _highest_token(told)
    except FileNotFoundError:
        raise ConfigurationError(
            "The model has no tokenizer.json, and the page reads no other tokenizer.",
            where=str(folder),
            fix="Load the tokenizer with transformers' AutoTokenizer and save it with save_pretrained: "
            "that writes a tokenizer.json.",
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"The tokenizer cannot be read: {error}",
            where=str(path),
            fix="Copy tokenizer.json again from the model that the weights come from.",
        ) from error
    if highest >= vocabulary:
        raise ConfigurationError(
            f"The tokenizer has a token {highest}, and the embedding only {vocabulary} rows.",
            where=str(path),
            fix="Copy the tokenizer of this very model; where tokens were added in training, its "
            "embedding has to be saved with them.",
        )


def _refuse_pickles(folder: Path) -> None:
    if any(folder.glob("*.safetensors*")):
        return
    pickled = next((path for pattern in _PICKLES for path in sorted(folder.glob(pattern))), None)
    if pickled is not None:
        raise ConfigurationError(
            "The weights are there as pickles alone; a pickle runs code of its maker when it is read.",
            where=str(pickled),
            fix="Get the model's safetensors files. If you trust its maker, load it with transformers and "
            "save it again with save_pretrained.",
        )


def _places(path: Path) -> Iterator[tuple[str, _Place]]:
    header = header_of(path)
    with path.open("rb") as stream:
        start = 8 + int.from_bytes(stream.read(8), "little")
    for name, one in header.items():
        first, end = one["data_offsets"]
        shape = tuple(one["shape"])
        width = _ITEM_BYTES.get(one["dtype"])
        if width is not None and end - first != width * prod(shape):
            raise ConfigurationError(
                f"The header of the weights contradicts itself at '{name}'.",
                where=str(path),
                fix="The file is damaged: copy or download it again.",
            )
        yield name, _Place(path, start + first, one["dtype"], shape)


def _blocks(name: str, place: _Place) -> Iterator[NDArray[np.float32]]:
    width = prod(place.shape[1:])
    rows = max(1, _BLOCK // max(1, width))
    with place.path.open("rb") as stream:
        stream.seek(place.offset)
        for first in range(0, place.shape[0], rows):
            count = min(rows, place.shape[0] - first)
            length = count * width * _ITEM_BYTES[place.dtype]
            content = stream.read(length)
            if len(content) != length:
                raise ConfigurationError(
                    f"The file of weights ends inside the tensor '{name}'.",
                    where=str(place.path),
                    fix="It was changed while it was read: run the command again.",
                )
            yield _widened(content, place.dtype).reshape(count, *place.shape[1:])


def _widened(content: bytes, dtype: str) -> NDArray[np.float32]:
    if dtype == "BF16":
        return from_bfloat16(np.frombuffer(content, np.uint16))
    return np.frombuffer(content, np.float32 if dtype == "F32" else np.float16).astype(np.float32)


def _highest_token(told: Mapping[str, Any]) -> int:
    vocabulary = told["model"]["vocab"]
    # A mapping from tokens to numbers, or (Unigram) a list in the order of numbers.
    known = vocabulary.values() if isinstance(vocabulary, dict) else range(len(vocabulary))
    return max((*known, *(int(token["id"]) for token in told.get("added_tokens", ()))), default=-1)
