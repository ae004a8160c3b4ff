"""Texts that are too short to say something, or too long to be one text."""

from pydantic import Field, model_validator

from curation.steps.base import Drop, Judge, Params, Step


class LengthParams(Params):
    """Limits in characters, both inclusive; without ``max`` there is no upper limit."""

    min: int = Field(default=1, ge=0)
    max: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _ordered(self) -> "LengthParams":
        if self.max is not None and self.max < self.min:
            raise ValueError(f"max ({self.max}) is smaller than min ({self.min})")
        return self


def _make(params: LengthParams) -> Judge:
    shortest = params.min
    longest = params.max if params.max is not None else float("inf")

    def judge(text: str) -> str | Drop:
        length = len(text)
        if shortest <= length <= longest:
            return text
        return Drop("too_short" if length < shortest else "too_long", float(length))

    return judge


LENGTH = Step(
    name="length",
    summary="drops texts outside the limits, in characters",
    params=LengthParams,
    sees="record",
    make=_make,
)
