"""float32 as bfloat16 and back: its upper half, which numpy has no type for."""

import numpy as np
from numpy.typing import NDArray


def to_bfloat16(values: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Round to the nearest bfloat16, ties to the even one; the result holds its bits.

    A finite number beyond the largest bfloat16 (3.3895e38) is cut to it, as TVM does
    (python/tvm/contrib/tvmjs.py). Values are finite or infinite, not NaN.
    """
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    upper = bits >> np.uint32(16)
    rounded = (bits + (upper & np.uint32(1)) + np.uint32(0x7FFF)) >> np.uint32(16)
    # A carry into the exponent of infinity, and infinity itself.
    overflow = (rounded & np.uint32(0x7FFF)) >= 0x7F80
    return np.where(overflow, upper, rounded).astype(np.uint16)


def from_bfloat16(bits: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Give the numbers that bfloat16's bits stand for; exact."""
    return (bits.astype(np.uint32) << np.uint32(16)).view(np.float32)
