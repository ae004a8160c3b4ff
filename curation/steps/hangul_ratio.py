"""Texts that are not Korean, told by the share of Hangul among their letters."""

from collections.abc import Sequence

from pydantic import Field

from curation.characters import HANGUL, LETTERS, count
from curation.steps.base import BatchJudge, Drop, Given, Outcome, Params, Step


class HangulRatioParams(Params):
    """Smallest share of Hangul among the letters that is kept."""

    min: float = Field(default=0.5, ge=0, le=1)


def hangul_ratios(texts: Sequence[str]) -> list[float | None]:
    """Give the share of Hangul among the letters of each text; ``None`` when it has no letter.

    Examples
    --------
    >>> hangul_ratios(["한국어 ok 123", "123"])
    [0.6, None]
    """
    counts = count(texts)
    hangul = counts[:, HANGUL].sum(axis=1).tolist()
    letters = counts[:, LETTERS].sum(axis=1).tolist()
    return [part / whole if whole else None for part, whole in zip(hangul, letters, strict=True)]


def _make(params: HangulRatioParams, _: Given) -> BatchJudge:
    smallest = params.min

    def outcome(text: str, ratio: float | None) -> Outcome:
        if ratio is None:
            return Drop("no_letters")
        return text if ratio >= smallest else Drop("little_hangul", round(ratio, 4))

    return lambda texts: list(map(outcome, texts, hangul_ratios(texts)))


HANGUL_RATIO = Step(
    name="hangul_ratio",
    summary="drops texts with too small a share of Hangul among their letters",
    params=HangulRatioParams,
    sees="record",
    make=_make,
)
