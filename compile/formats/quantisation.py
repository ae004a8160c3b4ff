"""MLC's group quantisation: four bits a weight, and one scale for every 32 weights of a row.

A group's scale is max|w| / 7 and its codes round(w / scale + 7), from 0 to 14; eight codes make a
word of 32 bits, the first in the lowest. A row that 32 does not divide ends in a shorter group, and
its words in zeros. Source: mlc_llm/quantization/group_quantization.py and utils.py (layout NK).

Where MLC's codes and these differ, these are the closer ones: they are made in float32, for the scale
as it will be stored. MLC makes those of q4f16_1 in float16, and rounds the scales of q4f32_1 to
bfloat16 when the codes are made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from compile.formats.bfloat16 import from_bfloat16, to_bfloat16
from curation.errors import ConfigurationError

GROUP: Final = 32
_CODES_A_WORD: Final = 8
_WORDS_A_GROUP: Final = GROUP // _CODES_A_WORD
_ZERO: Final = 7
_SHIFTS: Final = np.arange(_CODES_A_WORD, dtype=np.uint32) * np.uint32(4)

Floats = NDArray[np.floating[Any]]


class UnfitWeightError(ValueError):
    """A weight is not a number, or larger than the model's type can say."""


@dataclass(frozen=True, slots=True)
class Quantisation:
    """How a model's weights are stored.

    ``dtype`` is the type that the model computes in, which scales, norms and biases have.
    ``grouped``: matrices become codes; otherwise they have the model's type too.
    """

    name: str
    dtype: str
    grouped: bool


QUANTISATIONS: Final[Mapping[str, Quantisation]] = MappingProxyType(
    {
        "q4f16_1": Quantisation("q4f16_1", "float16", grouped=True),
        "q4f32_1": Quantisation("q4f32_1", "float32", grouped=True),
        "q0f16": Quantisation("q0f16", "float16", grouped=False),
        "q0f32": Quantisation("q0f32", "float32", grouped=False),
    }
)


def quantisation_named(name: str) -> Quantisation:
    """Find a quantisation.

    Raises
    ------
    ConfigurationError
        When there is none of that name.
    """
    if name not in QUANTISATIONS:
        raise ConfigurationError(
            f"There is no quantisation '{name}'.",
            where="--quantization",
            fix=f"Choose one of {', '.join(QUANTISATIONS)}: q4f32_1 runs on every adapter, "
            "q4f16_1 is smaller and needs one with shader-f16.",
        )
    return QUANTISATIONS[name]


def quantised_shapes(rows: int, columns: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Give the shapes of the words and of the scales of a matrix."""
    groups = -(-columns // GROUP)
    return (rows, groups * _WORDS_A_GROUP), (rows, groups)


def quantise(weight: Floats, quantisation: Quantisation) -> tuple[NDArray[np.uint32], Floats]:
    """Quantise a matrix, or some rows of it: rows do not depend on each other.

    Parameters
    ----------
    weight
        Shape (out, in).
    quantisation
        A grouped one; its type is that of the scales.

    Returns
    -------
    q_weight, q_scale
        Words of shape (out, 4 * ceil(in / 32)), and scales of shape (out, ceil(in / 32)). Scales of
        float32 are numbers that bfloat16 has, since they are stored as such. A group of zeros
        has the scale 0. No weight is further than 0.51 scales from `dequantise`.

    Raises
    ------
    UnfitWeightError
        When a weight is not finite or too large.
    """
    rows, columns = weight.shape
    (_, words), (_, groups) = quantised_shapes(rows, columns)
    padded = np.zeros((rows, groups * GROUP), np.float32)
    padded[:, :columns] = weight
    grouped = padded.reshape(rows, groups, GROUP)
    scale = _scales(np.abs(grouped).max(axis=-1), quantisation.dtype)
    divisor = scale.astype(np.float32)[..., None]
    quotient = np.divide(grouped, divisor, out=np.zeros_like(grouped), where=divisor > 0)
    codes = np.clip(np.rint(quotient + _ZERO), 0, 2 * _ZERO).astype(np.uint32).reshape(rows, -1)
    codes[:, columns:] = 0
    packed = np.bitwise_or.reduce(codes.reshape(rows, words, _CODES_A_WORD) << _SHIFTS, axis=-1)
    return packed, scale


def dequantise(q_weight: NDArray[np.uint32], q_scale: Floats, columns: int) -> Floats:
    """Give the weights that the page computes with, in the type of the scales; shape (out, columns)."""
    rows = len(q_weight)
    codes = (q_weight[..., None] >> _SHIFTS) & np.uint32(15)
    steps = codes.reshape(rows, -1, GROUP).astype(q_scale.dtype) - q_scale.dtype.type(_ZERO)
    whole: Floats = (steps * q_scale[..., None]).reshape(rows, -1)
    return whole[:, :columns]


def as_stored(values: Floats, dtype: str) -> Floats:
    """Cast a tensor that is not quantised to the model's type.

    Raises
    ------
    UnfitWeightError
        When a value is not finite or too large.
    """
    with np.errstate(over="ignore"):
        cast = values.astype(dtype)
    _require_finite(cast, dtype)
    return cast


def _scales(largest: NDArray[np.float32], dtype: str) -> Floats:
    """Scales as they are stored, for the largest absolute value of each group."""
    exact = largest / np.float32(_ZERO)
    scale, above = _rounded(exact, dtype)
    # Among the smallest numbers of a type a rounded scale may be far too small, even 0.
    short = largest > scale.astype(np.float32) * np.float32(_ZERO + 0.5)
    scale = np.where(short, above, scale)
    with np.errstate(over="ignore", invalid="ignore"):
        _require_finite(scale * scale.dtype.type(_ZERO), dtype)
    return scale


def _rounded(exact: NDArray[np.float32], dtype: str) -> tuple[Floats, Floats]:
    """The nearest number that can be stored, and the next above it."""
    if dtype == "float32":
        _require_finite(exact, dtype)
        bits = to_bfloat16(exact)
        return from_bfloat16(bits), from_bfloat16(bits + np.uint16(1))
    with np.errstate(over="ignore"):
        half = exact.astype(np.float16)
    return half, np.nextafter(half, np.float16(np.inf))


def _require_finite(values: Floats, dtype: str) -> None:
    if not np.isfinite(values).all():
        raise UnfitWeightError(f"A weight is not a finite number, or too large for {dtype}.")
