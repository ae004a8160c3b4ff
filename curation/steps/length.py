"""Texts that are too short to say something, or too long to be one text."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field, model_validator

from curation.characters import Kind, count
from curation.steps.base import BatchJudge, Drop, Given, Outcome, Params, Step

Unit = Literal["characters", "syllables"]


class LengthParams(Params):
    """Limits, both inclusive, and what they count; without ``max`` there is no upper limit.

    ``characters`` are code points of every kind; ``syllables`` are whole Hangul syllables, so that
    "ㅋㅋㅋㅋㅋㅋ!!!!" has none.
    """

    min: int = Field(default=1, ge=0)
    max: int | None = Field(default=None, ge=1)
    unit: Unit = "characters"

    @model_validator(mode="after")
    def _ordered(self) -> "LengthParams":
        if self.max is not None and self.max < self.min:
            raise ValueError(f"max ({self.max}) is smaller than min ({self.min})")
        return self


def syllables(texts: Sequence[str]) -> list[int]:
    """Give the number of whole Hangul syllables of each text."""
    lengths: list[int] = count(texts)[:, Kind.SYLLABLE].tolist()
    return lengths


def _make(params: LengthParams, _: Given) -> BatchJudge:
    shortest = params.min
    longest = params.max if params.max is not None else float("inf")
    in_syllables = params.unit == "syllables"

    def outcome(text: str, length: int) -> Outcome:
        if shortest <= length <= longest:
            return text
        return Drop("too_short" if length < shortest else "too_long", float(length))

    def judge(texts: Sequence[str]) -> list[Outcome]:
        return list(map(outcome, texts, syllables(texts) if in_syllables else map(len, texts)))

    return judge


LENGTH = Step(
    name="length",
    summary="drops texts outside the limits, in characters or in Hangul syllables",
    params=LengthParams,
    sees="record",
    make=_make,
)
