"""Texts that are not Korean, told by the share of Hangul among their letters."""

import re

from pydantic import Field

from curation.steps.base import Drop, Judge, Params, Step

# Word characters without digits and the underscore: the letters of every script.
_LETTERS = re.compile(r"[^\W\d_]+")
# Syllables, compatibility jamo, jamo and its extensions, half-width jamo.
_HANGUL = re.compile("[가-힣ㄱ-ㆎᄀ-ᇿꥠ-ꥼힰ-ퟻﾠ-ￜ]+")


class HangulRatioParams(Params):
    """Smallest share of Hangul among the letters that is kept."""

    min: float = Field(default=0.5, ge=0, le=1)


def hangul_ratio(text: str) -> float | None:
    """Give the share of Hangul among the letters of ``text``; ``None`` when it has no letter.

    Examples
    --------
    >>> hangul_ratio("한국어 ok 123")
    0.6
    """
    letters = sum(map(len, _LETTERS.findall(text)))
    if not letters:
        return None
    return sum(map(len, _HANGUL.findall(text))) / letters


def _make(params: HangulRatioParams) -> Judge:
    smallest = params.min

    def judge(text: str) -> str | Drop:
        ratio = hangul_ratio(text)
        if ratio is None:
            return Drop("no_letters")
        return text if ratio >= smallest else Drop("little_hangul", round(ratio, 4))

    return judge


HANGUL_RATIO = Step(
    name="hangul_ratio",
    summary="drops texts with too small a share of Hangul among their letters",
    params=HangulRatioParams,
    sees="record",
    make=_make,
)
