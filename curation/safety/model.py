"""A trained classifier: one file with weights, thresholds and how well they did; no code inside.

The file is a zip archive with a fixed order and fixed dates, so that the same training gives the same
bytes: ``metadata.json``, and the arrays in numpy's own format, which is read without pickle.

A text is cut into segments. A segment's features have the value ``rarity`` of their bucket, scaled to
length one; a category's score is the logistic function of their weighted sum. A text's score is that
of its highest segment.
"""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from curation.atomic import write_bytes
from curation.errors import UserError
from curation.safety.features import FeatureSettings, buckets
from curation.safety.segments import all_segments

FORMAT = "malmoi-safety-1"
_METADATA = "metadata.json"
_LARGEST = 1 << 30  # bytes of a file's parts: more is no model of ours
_BLOCK = 400_000  # characters that are scored at a time: some 100 MB of features

Floats = npt.NDArray[np.float64]


class Category(BaseModel):
    """A category of a model: its name and the score from which a text has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    threshold: float


class Metadata(BaseModel):
    """What stands in a model file beside the arrays; ``report`` is the evaluation, as JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: str
    features: FeatureSettings
    categories: tuple[Category, ...]
    trained_on: tuple[dict[str, JsonValue], ...]
    report: dict[str, JsonValue]


@dataclass(frozen=True)
class SafetyModel:
    """Weights and what is known of them.

    ``rarity`` has one number a bucket, ``weights`` a row a category and a column a bucket (both in
    half precision), ``bias`` one number a category. ``sha256`` is that of the file, if there is one.
    """

    metadata: Metadata
    rarity: npt.NDArray[np.float16]
    weights: npt.NDArray[np.float16]
    bias: Floats
    sha256: str = field(default="", compare=False)

    @property
    def thresholds(self) -> Mapping[str, float]:
        """The threshold of each category, in the order of the scores' columns."""
        return {category.name: category.threshold for category in self.metadata.categories}

    def scores(self, texts: Sequence[str]) -> Floats:
        """Give the score, from 0 to 1, of each text (rows) in each category (columns)."""
        pieces, owners = all_segments(texts)
        highest = np.zeros((len(texts), len(self.bias)))
        if pieces:
            np.maximum.at(highest, owners, self.segment_scores(pieces))
        return highest

    def segment_scores(self, pieces: Sequence[str]) -> Floats:
        """Give the scores of pieces of text that are short enough to be judged whole."""
        blocks = [self._block(pieces[start:end]) for start, end in _blocks(pieces)]
        return np.concatenate(blocks) if blocks else np.zeros((0, len(self.bias)))

    def _block(self, pieces: Sequence[str]) -> Floats:
        rows, columns = buckets(pieces, self.metadata.features)
        values = self.rarity[columns].astype(np.float64)
        lengths = np.sqrt(np.bincount(rows, values * values, minlength=len(pieces)))
        lengths[lengths == 0] = 1
        sums = [
            np.bincount(rows, values * weights[columns], minlength=len(pieces)) / lengths
            for weights in self.weights
        ]
        raw: Floats = np.stack(sums, axis=1) + self.bias
        scores: Floats = 1 / (1 + np.exp(-raw))
        return scores


def _blocks(pieces: Sequence[str]) -> Iterator[tuple[int, int]]:
    start = size = 0
    for position, piece in enumerate(pieces):
        size += len(piece)
        if size >= _BLOCK:
            yield start, position + 1
            start, size = position + 1, 0
    if start < len(pieces):
        yield start, len(pieces)


def save(model: SafetyModel, path: Path) -> None:
    """Write a model file, atomically; the same model gives the same bytes."""
    write_bytes(path, to_bytes(model))


def to_bytes(model: SafetyModel) -> bytes:
    """Give the content of a model file."""
    content = io.BytesIO()
    metadata = orjson.dumps(model.metadata.model_dump(mode="json"), option=orjson.OPT_INDENT_2)
    arrays: dict[str, npt.NDArray[Any]] = {
        "rarity": model.rarity,
        "weights": model.weights,
        "bias": model.bias,
    }
    with zipfile.ZipFile(content, "w") as archive:
        parts = {_METADATA: metadata} | {f"{name}.npy": _npy(array) for name, array in arrays.items()}
        for name, part in parts.items():
            # The date would be that of writing, and compression differs with zlib's version.
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, part)
    return content.getvalue()


def _npy(array: npt.NDArray[Any]) -> bytes:
    content = io.BytesIO()
    np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
    return content.getvalue()


def load(path: Path) -> SafetyModel:
    """Read a model file.

    Raises
    ------
    UserError
        When the file is missing, is no model, or is of another version.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"the model cannot be read: {error.strerror}",
            where=str(path),
            fix="make one with `malmoi safety train --data FOLDER --out FILE`",
        ) from error
    try:
        return _from_bytes(content)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, NotImplementedError) as error:
        fault = "damaged or of another version" if isinstance(error, ValidationError) else str(error)
        raise UserError(
            f"this is no safety model: {fault}",
            where=str(path),
            fix="train it again with `malmoi safety train`",
        ) from error


def _from_bytes(content: bytes) -> SafetyModel:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
            raise ValueError("it is too large")
        metadata = Metadata.model_validate_json(archive.read(_METADATA))
        if metadata.format != FORMAT:
            raise ValueError(f"its format is '{metadata.format}', not '{FORMAT}'")
        rarity, weights, bias = (_array(archive, name) for name in ("rarity", "weights", "bias"))
    columns, rows = 1 << metadata.features.bits, len(metadata.categories)
    if rarity.shape != (columns,) or weights.shape != (rows, columns) or bias.shape != (rows,):
        raise ValueError("its arrays do not fit each other")
    return SafetyModel(
        metadata,
        rarity.astype(np.float16),
        weights.astype(np.float16),
        bias.astype(np.float64),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _array(archive: zipfile.ZipFile, name: str) -> npt.NDArray[Any]:
    array: npt.NDArray[Any] = np.lib.format.read_array(
        io.BytesIO(archive.read(f"{name}.npy")), allow_pickle=False
    )
    return array
