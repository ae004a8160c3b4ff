"""Runs of characters that come again in the same text: how much of a text repeats itself.

A window is ``width`` characters in a row. Windows of all texts of a batch are hashed and sorted
together, so that most texts, which repeat little, are told apart for a few nanoseconds a character;
what one text repeats is then measured exactly.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from curation.characters import chunks
from curation.spans import SpanHashes, code_points

_TEXT_BITS = 20  # a chunk holds fewer texts than a million


def most_covered(texts: Sequence[str], width: int) -> npt.NDArray[np.float64]:
    """Give an upper bound of :func:`covered` for each text, cheaply: mostly 0.

    A window that was seen before covers ``width`` characters at most.
    """
    bounds = [np.zeros(0)]
    for chunk in chunks(texts):
        lengths = np.fromiter(map(len, chunk), np.int64, len(chunk))
        bounds.append(_seen_before(chunk, lengths, width) * width / np.maximum(lengths, 1))
    return np.minimum(np.concatenate(bounds), 1.0)


def covered(text: str, width: int) -> float:
    """Give the share of ``text`` inside windows that stood earlier in it already.

    Windows are told apart by at least 32 bits of a hash: two different ones in a million characters
    may be taken for the same.

    Examples
    --------
    >>> covered("맛있어요 맛있어요", 4)
    0.4444444444444444
    """
    if len(text) <= width:
        return 0.0
    hashes = SpanHashes(code_points([text]).codes).windows(width)
    # Hash above, position below: equal windows become neighbours, the first of them first.
    bits = np.uint64(len(hashes).bit_length())
    keys = hashes >> bits << bits
    keys |= np.arange(len(hashes), dtype=np.uint64)
    keys.sort()
    hashed = keys >> bits
    again = keys[1:][hashed[1:] == hashed[:-1]] & ((np.uint64(1) << bits) - np.uint64(1))
    if not len(again):
        return 0.0
    again.sort()
    return (int(np.minimum(np.diff(again), np.uint64(width)).sum()) + width) / len(text)


def _seen_before(texts: Sequence[str], lengths: npt.NDArray[np.int64], width: int) -> npt.NDArray[np.int64]:
    """Count the windows of each text that equal an earlier one of the same text."""
    windows = np.maximum(lengths - width + 1, 0)
    total = int(windows.sum())
    if not total:
        return windows
    hashes = SpanHashes(code_points(texts).codes).windows(width)
    ends = np.cumsum(windows)
    # The first window of a text is `width - 1` characters further on for each text before it
    # (or as many as that text has).
    shift = np.cumsum(lengths) - lengths - (ends - windows)
    positions = np.arange(total) + np.repeat(shift, windows)
    keys = hashes[positions] >> np.uint64(_TEXT_BITS)
    keys |= np.repeat(np.arange(len(texts), dtype=np.uint64) << np.uint64(64 - _TEXT_BITS), windows)
    keys.sort()  # the text's number stands in the highest bits: texts stay apart
    equal = np.zeros(total + 1, np.int64)
    np.cumsum(keys[1:] == keys[:-1], out=equal[2:])
    counts: npt.NDArray[np.int64] = equal[ends] - equal[ends - windows]
    return counts
