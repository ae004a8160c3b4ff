"""Hashed features of texts: character n-grams and Kiwi's morphemes, the same to learn and to judge.

A feature is a bucket: the hash of an n-gram of characters, of a morpheme with its tag, or of two
neighbouring morphemes. There is no vocabulary to keep. Everything works on the characters of many
texts as one array.
"""

import re
from collections.abc import Sequence
from typing import Literal
from zlib import crc32

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from curation.dedup.hashing import mix
from curation.korean import tagged_morphemes
from curation.safety.joining import BETWEEN, join_texts
from curation.spans import Hashes, code_points

_BLANKS = re.compile(r"[^\S\x1e]+")
_DIGITS = re.compile(r"\d")
_REPEATED = re.compile(r"([^\x1e])\1{2,}")

_PRIME = np.uint64(0x100000001B3)  # of FNV-1a, 64 bits
_MORPHEME, _MORPHEME_PAIR = 101, 102  # kinds of features, beside the lengths of n-grams

Integers = npt.NDArray[np.int64]


class FeatureSettings(BaseModel):
    """Which features a model looks at; ``bits`` is the logarithm of the number of buckets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bits: int = Field(default=18, ge=8, le=24)
    shortest: int = Field(default=1, ge=1, le=8)
    longest: int = Field(default=4, ge=1, le=8)
    morphemes: bool = True
    version: Literal[1] = 1


def buckets(texts: Sequence[str], settings: FeatureSettings) -> tuple[Integers, Integers]:
    """Give the features of the texts.

    Returns
    -------
    rows, columns
        A feature's text and its bucket, each pair once, ascending.
    """
    rows, hashes = _characters(texts, settings)
    if settings.morphemes:
        more_rows, more_hashes = _morphemes(tagged_morphemes(texts))
        rows, hashes = np.concatenate([rows, more_rows]), np.concatenate([hashes, more_hashes])
    keys = (rows << settings.bits) | (mix(hashes) >> np.uint64(64 - settings.bits)).astype(np.int64)
    keys.sort()
    if keys.size:
        keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])]
    return keys >> settings.bits, keys & ((1 << settings.bits) - 1)


def plain(texts: Sequence[str]) -> str:
    """Join the texts in the form whose characters count.

    NFC, lower case, one kind of blank, all digits alike, no sign more than twice in a row.
    """
    apart = f" {join_texts(texts).replace(BETWEEN, f' {BETWEEN} ')} "
    return _REPEATED.sub(r"\1\1", _DIGITS.sub("0", _BLANKS.sub(" ", apart)))


def _characters(texts: Sequence[str], settings: FeatureSettings) -> tuple[Integers, Hashes]:
    if not texts:
        return np.empty(0, np.int64), np.empty(0, np.uint64)
    codes = code_points([plain(texts)]).codes
    border = codes == ord(BETWEEN)
    rows = np.cumsum(border, dtype=np.int64)
    letters = codes.astype(np.uint64)
    hashed = np.zeros(codes.size, np.uint64)
    inside = np.ones(codes.size, np.bool_)
    found_rows: list[Integers] = []
    found: list[Hashes] = []
    for size in range(1, min(settings.longest, codes.size) + 1):
        starts = codes.size - size + 1
        hashed = hashed[:starts] * _PRIME + letters[size - 1 :]
        inside = inside[:starts] & ~border[size - 1 :]
        if size >= settings.shortest:
            kept = inside & (codes[:starts] != ord(" ")) if size == 1 else inside
            found_rows.append(rows[:starts][kept])
            found.append(_of_kind(hashed[kept], size))
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.uint64)
    return np.concatenate(found_rows), np.concatenate(found)


def _morphemes(analysed: Sequence[Sequence[str]]) -> tuple[Integers, Hashes]:
    known: dict[str, int] = {}
    ids = np.array(
        [
            known[morpheme] if morpheme in known else known.setdefault(morpheme, crc32(morpheme.encode()))
            for morphemes in analysed
            for morpheme in morphemes
        ],
        dtype=np.uint64,
    )
    rows = np.repeat(np.arange(len(analysed)), [len(morphemes) for morphemes in analysed]).astype(np.int64)
    neighbours = rows[1:] == rows[:-1]
    pairs = (ids[:-1] * _PRIME + ids[1:])[neighbours]
    return (
        np.concatenate([rows, rows[1:][neighbours]]),
        np.concatenate([_of_kind(ids, _MORPHEME), _of_kind(pairs, _MORPHEME_PAIR)]),
    )


def _of_kind(hashes: Hashes, kind: int) -> Hashes:
    return hashes * _PRIME + np.uint64(kind)
