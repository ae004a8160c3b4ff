"""Texts that are not Korean, told by the share of Hangul among their letters."""

import functools
import sys

import numpy as np
import numpy.typing as npt
from pydantic import Field

from curation.steps.base import Drop, Judge, Params, Step

# Jamo, compatibility jamo, extension A, syllables, extension B, half-width jamo.
_HANGUL = ((0x1100, 0x11FF), (0x3131, 0x318E), (0xA960, 0xA97C), (0xAC00, 0xD7A3), (0xD7B0, 0xD7FB))
_HALF_WIDTH = (0xFFA0, 0xFFDC)
_LETTER, _HANGUL_LETTER = 1, 2


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
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    classes = _classes().take(codes).tobytes()
    hangul = classes.count(_HANGUL_LETTER)
    letters = hangul + classes.count(_LETTER)
    return hangul / letters if letters else None


@functools.cache
def _classes() -> npt.NDArray[np.uint8]:
    """Give the class of every code point: no letter, a letter, a letter of Hangul."""
    letters = (chr(code).isalpha() for code in range(sys.maxunicode + 1))
    classes = np.fromiter(letters, dtype=np.uint8, count=sys.maxunicode + 1)
    for first, last in (*_HANGUL, _HALF_WIDTH):
        classes[first : last + 1] *= _HANGUL_LETTER
    return classes


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
