"""Sentences as repetition needs them: cut fast and alike everywhere, with a hash each.

A sentence ends at a line break, or at white space after final punctuation, which quotation marks
and brackets may follow. A full stop after a digit ends none ("2024. 5. 1."). What Kiwi would cut
more finely, such as two clauses without punctuation, stays whole: a repeated notice is found all
the same, and this cut is some two hundred times faster (docs/deduplication.md has the figures).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.dedup.characters import Codes, codes_of, values_of
from curation.dedup.hashing import U64, drawn, mix
from curation.dedup.runs import Offsets
from curation.dedup.words import word_hashes

_SEED = 20_261_123
_LINE_BREAKS = np.array([ord(character) for character in "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"])
_FINAL = np.array([ord(character) for character in ".?!…。．？！"])
_CLOSING = np.array([ord(character) for character in "\"'”’)]」』〉》】"])
_STOP = ord(".")
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of some texts, one after another; ``texts`` says which text each is from.

    ``starts`` and ``ends`` count code points within the text; between them is no outer white
    space. ``sizes`` is the number of characters that are not white space. Two sentences with the
    same words, whatever their case and spacing, have the same hash.
    """

    texts: Numbers
    starts: Numbers
    ends: Numbers
    sizes: Numbers
    hashes: U64


def sentences_of(texts: Sequence[str]) -> Sentences:
    """Cut texts into sentences; only white space is in none."""
    codes, bounds = codes_of(texts)
    starts, ends = _cut(codes, bounds)
    letters = np.zeros(len(codes) + 1, dtype=np.int64)
    np.cumsum(values_of(codes) != 0, out=letters[1:])
    owners = np.searchsorted(bounds, starts, "right") - 1
    return Sentences(
        texts=owners,
        starts=starts - bounds[owners] - 1,
        ends=ends - bounds[owners] - 1,
        sizes=letters[ends] - letters[starts],
        hashes=_hashes(codes, starts),
    )


def _cut(codes: Codes, bounds: Offsets) -> tuple[Numbers, Numbers]:
    """Give where sentences start and end among all characters."""
    space = values_of(codes) == 0
    edges = np.flatnonzero(np.diff(space, prepend=False, append=False))
    # Runs of white space; the first begins at 0 and the last ends with the characters.
    begins, afters = edges[0::2], edges[1::2]
    breaks = np.isin(codes, _LINE_BREAKS)
    breaks[bounds] = True  # the space between two texts
    ends_here = np.logical_or.reduceat(breaks, begins) if len(begins) else np.empty(0, dtype=np.bool_)
    # Within a run only: reduceat runs up to the next run, over letters, which are no line breaks.
    ends_here |= _after_final(codes, begins)
    chosen = np.flatnonzero(ends_here)
    starts, ends = afters[chosen[:-1]], begins[chosen[1:]]
    return starts, ends


def _after_final(codes: Codes, begins: Numbers) -> npt.NDArray[np.bool_]:
    """Tell which runs of white space follow final punctuation."""
    last = np.maximum(begins - 1, 0)
    for _ in range(2):
        closing = np.isin(codes[last], _CLOSING)
        last = np.where(closing, np.maximum(last - 1, 0), last)
    before = codes[np.maximum(last - 1, 0)]
    after_digit = (codes[last] == _STOP) & (before >= ord("0")) & (before <= ord("9"))
    found: npt.NDArray[np.bool_] = np.isin(codes[last], _FINAL) & ~after_digit
    return found


def _hashes(codes: Codes, starts: Numbers) -> U64:
    if not len(starts):
        return np.empty(0, dtype=np.uint64)
    word_starts, words = word_hashes(codes)
    first = np.searchsorted(word_starts, starts)
    counts = np.diff(first, append=len(words))
    place = np.arange(len(words)) - np.repeat(first, counts)
    weights = drawn(int(counts.max()), _SEED) | np.uint64(1)
    return mix(np.add.reduceat(words * weights[place], first))
