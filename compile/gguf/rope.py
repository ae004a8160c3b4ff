"""Llama 3's scaling of rotary frequencies, recovered from the factors that a GGUF file has instead.

llama.cpp divides each frequency by a factor: 1 for short waves, ``factor`` for long ones, and between the two
1 / ((1 - s) / factor + s) with s = (original / wave - low) / (high - low). Source: convert_hf_to_gguf.py,
generate_extra_tensors of LlamaModel.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

# What Meta's models have; it is taken where the factors leave it open, if they agree.
_LOW, _HIGH, _ORIGINAL = 1.0, 4.0, 8192
_CLOSE: Final = 1e-4


def scaling_of(factors: NDArray[np.float32], theta: float) -> Mapping[str, Any] | None:
    """Give the fields of ``rope_scaling`` for factors of shape (head_dim / 2,); None where all are 1.

    Only original / low and original / high decide the factors, so low is taken for 1.

    Raises
    ------
    ValueError
        When no scaling of this kind has these factors.
    """
    found = factors.astype(np.float64)
    if np.allclose(found, 1, atol=_CLOSE):
        return None
    waves = 2 * np.pi * theta ** (np.arange(len(found)) / len(found))
    largest = float(found.max())
    for low, high, original in (_fitted(found, waves, largest), (_LOW, _HIGH, _ORIGINAL)):
        if np.allclose(factors_of(waves, largest, low, high, original), found, rtol=_CLOSE):
            return {
                "rope_type": "llama3",
                "factor": round(largest, 4),
                "low_freq_factor": low,
                "high_freq_factor": high,
                "original_max_position_embeddings": original,
            }
    raise ValueError("the factors of its rotary frequencies are of no scaling that is known")


def factors_of(
    waves: NDArray[np.float64], factor: float, low: float, high: float, original: float
) -> NDArray[np.float64]:
    """Compute the factors of waves, which are as long as so many tokens."""
    smooth = np.clip((original / waves - low) / (high - low), 0, 1)
    factors: NDArray[np.float64] = 1 / ((1 - smooth) / factor + smooth)
    return factors


def _fitted(
    found: NDArray[np.float64], waves: NDArray[np.float64], largest: float
) -> tuple[float, float, int]:
    """Fit s, which is linear in 1 / wave, to the factors between 1 and the largest."""
    between = (found > 1 + _CLOSE) & (found < largest * (1 - _CLOSE))
    if between.sum() < 2 or largest <= 1:
        return _LOW, _HIGH, _ORIGINAL
    smooth = (1 / found[between] - 1 / largest) / (1 - 1 / largest)
    slope, rest = np.polyfit(1 / waves[between], smooth, 1)
    # slope = original / (high - low), and rest = -low / (high - low).
    if rest >= 0:
        return _LOW, _HIGH, _ORIGINAL
    return 1.0, round(1 - 1 / rest, 3), round(-slope / rest)
