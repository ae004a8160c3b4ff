"""From a checkpoint to a bundle's shards, a block of rows at a time."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from compile.formats.checkpoint import Weights, check_tokenizer
from compile.formats.quantisation import (
    Floats,
    Quantisation,
    UnfitWeightError,
    as_stored,
    quantise,
    quantised_shapes,
)
from compile.formats.shards import ShardWriter, stored_bytes
from compile.models import Architecture, Parameter, architecture_of, parameters_of
from curation.errors import ConfigurationError, UserError
from curation.progress import Progress, Quiet


@dataclass(frozen=True, slots=True)
class Converted:
    """What a conversion made.

    ``parameters`` counts the model's weights; ``bits`` are those that one takes in the page's memory,
    and ``memory_bytes`` what all take there. ``bytes`` is what the shards take, and what a page downloads.
    """

    architecture: Architecture
    quantisation: Quantisation
    parameters: int
    bits: float
    memory_bytes: int
    bytes: int


def convert(
    folder: Path, quantisation: Quantisation, out: Path, progress: Progress | None = None
) -> Converted:
    """Quantise a model folder into shards and their index.

    At most some blocks of a tensor are held in memory, a shard, and the scales of one matrix.

    Raises
    ------
    UserError
        When the folder is incomplete, its model cannot be compiled, a weight is not finite, or the
        disk has no room. All but a weight that is not finite is found before anything is written.
    """
    weights = Weights(folder)
    architecture = architecture_of(folder)
    parameters = parameters_of(architecture)
    for parameter in parameters:
        weights.require(parameter.sources)
    check_tokenizer(folder, architecture.vocab)
    total = sum(parameter.size for parameter in parameters)
    length = predicted_bytes(architecture, quantisation)
    _require_room(out, length)
    writer = ShardWriter(out)
    with (progress or Quiet()).task("weights", total, "parameters") as advance:
        for parameter in parameters:
            try:
                _write(writer, weights, parameter, quantisation)
            except UnfitWeightError as error:
                raise _unfit(folder, parameter, error) from error
            except OSError as error:
                raise UserError(
                    f"The weights could not be converted: {error.strerror}",
                    where=str(out),
                    fix="Make room on the disk, where that is what is missing, and run the command again.",
                ) from error
            advance(parameter.size)
    metadata = writer.finish(total)
    return Converted(
        architecture=architecture,
        quantisation=quantisation,
        parameters=total,
        bits=metadata["BitsPerParam"],
        memory_bytes=int(metadata["ParamBytes"]),
        bytes=length,
    )


def predicted_bytes(architecture: Architecture, quantisation: Quantisation) -> int:
    """Count the bytes of a model's shards without reading its weights."""
    return sum(
        stored_bytes(shape, dtype)
        for parameter in parameters_of(architecture)
        for _, shape, dtype in stored_tensors(parameter, quantisation)
    )


def stored_tensors(
    parameter: Parameter, quantisation: Quantisation
) -> tuple[tuple[str, tuple[int, ...], str], ...]:
    """Give name, shape and type of the tensors that a parameter becomes: one, or words and scales."""
    if not (quantisation.grouped and parameter.is_matrix):
        return ((parameter.name, parameter.shape, quantisation.dtype),)
    words, scales = quantised_shapes(*parameter.shape)
    stem = parameter.name.removesuffix("weight")
    return (stem + "q_weight", words, "uint32"), (stem + "q_scale", scales, quantisation.dtype)


def _write(writer: ShardWriter, weights: Weights, parameter: Parameter, quantisation: Quantisation) -> None:
    blocks = weights.blocks(parameter.sources)
    first, *rest = stored_tensors(parameter, quantisation)
    if not rest:
        writer.add(*first, (as_stored(block, quantisation.dtype) for block in blocks))
        return
    scales: list[Floats] = []

    def words() -> Iterator[NDArray[Any]]:
        for block in blocks:
            packed, scale = quantise(block, quantisation)
            scales.append(scale)
            yield packed

    writer.add(*first, words())
    # They come with the words and lie behind them.
    writer.add(*rest[0], scales)


def _require_room(out: Path, length: int) -> None:
    place = next(path for path in (out, *out.absolute().parents) if path.exists())
    free = shutil.disk_usage(place).free
    if free < length:
        raise UserError(
            f"The weights take {length / 1e9:.1f} GB, and the disk has {free / 1e9:.1f} GB left.",
            where=str(out),
            fix="Make room, name a folder on another disk, or choose a smaller quantisation.",
        )


def _unfit(folder: Path, parameter: Parameter, error: UnfitWeightError) -> ConfigurationError:
    return ConfigurationError(
        str(error),
        where=f"{folder}: {', '.join(parameter.sources)}",
        fix="A weight that is not a number comes from a training run that diverged: take an earlier "
        "checkpoint. One that is too large for float16 is not for float32: q4f32_1.",
    )
