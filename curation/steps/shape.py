"""Texts whose make-up is not that of Korean prose: symbols, digits, foreign letters, odd spacing.

The rules follow Gopher's (Rae et al. 2021, appendix A.1.1), with limits for Korean; docs/shape-filters.md
derives and measures each. They say something about texts of some length only: below
``least_characters`` and ``least_eojeol`` no rule applies.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import Field

from curation.characters import HANGUL, LETTERS, Count, Kind, chunks, count_kinds, count_words, layout
from curation.steps.base import BatchJudge, Drop, Given, Outcome, Params, Step

_ELLIPSIS = re.compile(r"\.\.[.…‥]*|[…‥][.…‥]*")
Values = npt.NDArray[np.float64]


class ShapeParams(Params):
    """Limits of the rules; ``null`` switches a rule off.

    ``min_hangul``, ``max_latin``
        share of the letters that are Hangul, or Latin;
    ``max_symbols``, ``max_digits``
        share of the characters, blanks left out;
    ``min_eojeol``, ``max_eojeol``
        mean length of an eojeol (what stands between blanks), in characters;
    ``min_lettered``
        share of the eojeol that hold a letter;
    ``max_ellipses``, ``max_hashes``
        runs of dots, and ``#``, for each eojeol.

    The last three need ``least_eojeol`` eojeol, the others ``least_characters`` characters that are
    no blanks.
    """

    min_hangul: float | None = Field(default=0.3, ge=0, le=1)
    max_latin: float | None = Field(default=0.7, ge=0, le=1)
    max_symbols: float | None = Field(default=0.3, ge=0, le=1)
    max_digits: float | None = Field(default=0.35, ge=0, le=1)
    min_eojeol: float | None = Field(default=2.0, ge=0)
    max_eojeol: float | None = Field(default=7.0, gt=0)
    min_lettered: float | None = Field(default=0.7, ge=0, le=1)
    max_ellipses: float | None = Field(default=0.3, ge=0)
    max_hashes: float | None = Field(default=0.15, ge=0)
    least_characters: int = Field(default=100, ge=1)
    least_eojeol: int = Field(default=20, ge=1)


@dataclass(frozen=True, slots=True)
class Measures:
    """What the rules look at, a number a text: characters (blanks left out) and eojeol by kind."""

    characters: Count
    letters: Count
    hangul: Count
    latin: Count
    symbols: Count
    digits: Count
    eojeol: Count
    lettered: Count


@dataclass(frozen=True, slots=True)
class _Rule:
    parameter: str
    reason: str
    value: Callable[[Measures], Values]
    in_eojeol: bool = False


_RULES = (
    _Rule("max_symbols", "many_symbols", lambda m: _share(m.symbols, m.characters)),
    _Rule("max_digits", "many_digits", lambda m: _share(m.digits, m.characters)),
    _Rule("max_latin", "much_latin", lambda m: _share(m.latin, m.letters)),
    _Rule("min_hangul", "little_hangul", lambda m: _share(m.hangul, m.letters)),
    _Rule("min_eojeol", "short_eojeol", lambda m: _share(m.characters, m.eojeol)),
    _Rule("max_eojeol", "long_eojeol", lambda m: _share(m.characters, m.eojeol)),
    _Rule("min_lettered", "few_lettered", lambda m: _share(m.lettered, m.eojeol), in_eojeol=True),
)


def measure(texts: Sequence[str]) -> Measures:
    """Measure each text of a batch."""
    kinds, eojeol, lettered = [], [], []
    for chunk in chunks(texts):
        laid = layout(chunk)
        kinds.append(count_kinds(laid))
        words, with_letter = count_words(laid)
        eojeol.append(words)
        lettered.append(with_letter)
    counts = np.concatenate(kinds)
    return Measures(
        characters=counts.sum(axis=1) - counts[:, Kind.SPACE] - counts[:, Kind.LINE_BREAK],
        letters=counts[:, LETTERS].sum(axis=1),
        hangul=counts[:, HANGUL].sum(axis=1),
        latin=counts[:, Kind.LATIN],
        symbols=counts[:, Kind.SYMBOL],
        digits=counts[:, Kind.DIGIT],
        eojeol=np.concatenate(eojeol),
        lettered=np.concatenate(lettered),
    )


def _make(params: ShapeParams, _: Given) -> BatchJudge:
    limits = {rule: getattr(params, rule.parameter) for rule in _RULES}

    def judge(texts: Sequence[str]) -> list[Outcome]:
        outcomes: list[Outcome] = list(texts)
        if not texts:
            return outcomes
        measured = measure(texts)
        long = measured.characters >= params.least_characters
        wordy = measured.eojeol >= params.least_eojeol
        if not (long.any() or wordy.any()):
            return outcomes
        for rule, limit in limits.items():
            if limit is None:
                continue
            values = rule.value(measured)
            beyond = values > limit if rule.parameter.startswith("max") else values < limit
            for row in np.flatnonzero(beyond & (wordy if rule.in_eojeol else long)).tolist():
                _drop(outcomes, row, rule.reason, values[row])
        _drop_marked(texts, outcomes, measured, wordy, params)
        return outcomes

    return judge


def _drop_marked(
    texts: Sequence[str],
    outcomes: list[Outcome],
    measured: Measures,
    wordy: npt.NDArray[np.bool_],
    params: ShapeParams,
) -> None:
    """Drop texts strewn with ellipses or hashes."""
    for limit, reason, count in (
        (params.max_ellipses, "many_ellipses", ellipses),
        (params.max_hashes, "many_hashes", lambda text: text.count("#")),
    ):
        if limit is None:
            continue
        # Each of these marks is a symbol at least: few symbols, and there is nothing to look for.
        suspect = wordy & (measured.symbols > limit * measured.eojeol)
        for row in np.flatnonzero(suspect).tolist():
            value = count(texts[row]) / measured.eojeol[row]
            if value > limit:
                _drop(outcomes, row, reason, value)


def ellipses(text: str) -> int:
    """Count the runs of two and more dots, however they are written."""
    if ".." not in text and "…" not in text and "‥" not in text:
        return 0
    return len(_ELLIPSIS.findall(text))


def _drop(outcomes: list[Outcome], row: int, reason: str, value: float) -> None:
    # The first rule that a text breaks names the reason.
    if not isinstance(outcomes[row], Drop):
        outcomes[row] = Drop(reason, round(float(value), 4))


def _share(part: Count, whole: Count) -> Values:
    return part / np.maximum(whole, 1)


SHAPE = Step(
    name="shape",
    summary="drops texts whose letters, symbols, digits or eojeol are not those of Korean prose",
    params=ShapeParams,
    sees="record",
    make=_make,
)
