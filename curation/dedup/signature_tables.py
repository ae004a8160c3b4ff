"""What near-duplicate removal remembers of a row: an Arrow table of band hashes and shingles.

A text is compared by its words, by its characters, or by either. With ``short`` = 30 and a
threshold of 0.7:

=======================  ===========  =============
distinct word n-grams    by words     by characters
=======================  ===========  =============
30 and more              yes
21 to 29                 yes          yes
1 to 20                               yes
=======================  ===========  =============

No pair is lost between the lines: sets whose sizes differ by more than the threshold cannot reach
it, so a text with 30 word n-grams or more is similar by words only to texts with 21 or more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from curation.dedup.hashing import name_hash
from curation.dedup.minhash import signatures
from curation.dedup.runs import list_array, offsets_of
from curation.dedup.shingles import Shingles, character_shingles, word_shingles

Unit = Literal["word", "character"]
UNITS: tuple[Unit, ...] = ("word", "character")

SIGNATURES = pa.schema(
    [
        pa.field("_order", pa.int64(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        # Empty where the row is not compared by this unit.
        pa.field("word_hashes", pa.list_(pa.uint64()), nullable=False),
        pa.field("word_shingles", pa.list_(pa.uint32()), nullable=False),
        pa.field("character_hashes", pa.list_(pa.uint64()), nullable=False),
        pa.field("character_shingles", pa.list_(pa.uint32()), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How rows are compared; two signatures are comparable when their plans agree.

    ``words`` and ``characters`` are the sizes of n-grams, ``short`` the number of distinct word
    n-grams below which a text is compared by characters, ``rows`` the minima in a band.
    """

    words: int
    characters: int
    short: int
    threshold: float
    bands: int
    rows: int

    @property
    def long_from(self) -> int:
        """The number of distinct word n-grams from which a text is compared by words."""
        return max(1, math.ceil(round(self.short * self.threshold, 9)))


def signature_columns(texts: Sequence[str], plan: Plan, scope: str) -> list[pa.ListArray]:
    """Give the lists of :data:`SIGNATURES` for texts that are compared within ``scope``.

    They are all empty for a text without words, and for no other.
    """
    by_words = word_shingles(texts, plan.words)
    sizes = by_words.sizes
    of_words = np.flatnonzero(sizes >= plan.long_from)
    of_characters = np.flatnonzero((sizes > 0) & (sizes < plan.short))
    by_characters = character_shingles([texts[row] for row in of_characters.tolist()], plan.characters)
    return [
        *_columns(by_words.select(of_words), of_words, len(texts), plan, scope),
        *_columns(by_characters, of_characters, len(texts), plan, scope),
    ]


def signature_table(
    orders: npt.NDArray[np.int64], ids: Sequence[str], texts: Sequence[str], plan: Plan, scope: str
) -> pa.Table:
    """Give the signatures of rows that are compared within ``scope``; empty texts are left out."""
    columns = signature_columns(texts, plan, scope)
    table = pa.table([pa.array(orders), pa.array(ids, pa.string()), *columns], schema=SIGNATURES)
    compared = np.logical_or.reduce([column.value_lengths().to_numpy() > 0 for column in columns])
    return table if compared.all() else table.take(pa.array(np.flatnonzero(compared)))


def _columns(
    shingles: Shingles, rows: npt.NDArray[np.int64], count: int, plan: Plan, scope: str
) -> tuple[pa.ListArray, pa.ListArray]:
    hashes = signatures(shingles, plan.bands, plan.rows, name_hash(scope))
    sizes = np.zeros((2, count), dtype=np.int64)
    sizes[:, rows] = np.full(len(rows), hashes.shape[1]), shingles.sizes
    return list_array(hashes.ravel(), offsets_of(sizes[0])), list_array(shingles.hashes, offsets_of(sizes[1]))
