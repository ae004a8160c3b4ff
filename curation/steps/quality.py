"""How good a text is: fluency, unknown words, spacing and boilerplate, measured in one Kiwi pass."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from curation.korean import analyses, kiwi_versions
from curation.quality.excerpts import excerpt
from curation.steps.base import BatchJudge, Drop, Given, Keep, Outcome, Params, Step, Tag

if TYPE_CHECKING:
    from curation.quality.score import Judgement

_DIGITS = 3


class QualityParams(Params):
    """Limits (None switches one off) and what happens to a text that breaks one.

    ``min_score``
        score in [0, 1], see :mod:`curation.quality.score`;
    ``min_fluency``
        mean natural logarithm of a syllable's probability: edited prose -3.4, comments -4.5,
        headlines -5.4, syllables in random order -8.5;
    ``max_unknown``, ``max_spacing_errors``, ``max_boilerplate``
        shares;
    ``min_syllables``
        texts with fewer Hangul syllables have no fluency: one word says little;
    ``max_characters``
        longer texts are judged by their beginning, middle and end, of this many characters in all;
    ``action``
        ``tag`` names the broken limit in the tag ``quality.fault``, ``drop`` drops the record.
    """

    min_score: float | None = Field(default=None, ge=0, le=1)
    min_fluency: float | None = Field(default=None, le=0)
    max_unknown: float | None = Field(default=None, ge=0, le=1)
    max_spacing_errors: float | None = Field(default=None, ge=0, le=1)
    max_boilerplate: float | None = Field(default=None, ge=0, le=1)
    min_syllables: int = Field(default=5, ge=1)
    max_characters: int = Field(default=6000, ge=300)
    action: Literal["tag", "drop"] = "tag"

    @model_validator(mode="after")
    def _has_a_reason_to_drop(self) -> "QualityParams":
        limits = (
            self.min_score,
            self.min_fluency,
            self.max_unknown,
            self.max_spacing_errors,
            self.max_boilerplate,
        )
        if self.action == "drop" and all(limit is None for limit in limits):
            raise ValueError("action: drop needs a limit, such as min_fluency: -7")
        return self

    def broken(self, judgement: "Judgement") -> Drop | None:
        """Give the first limit that a text breaks: the reason and the measured value."""
        reading = judgement.reading
        limits = (
            ("not_fluent", judgement.fluency, self.min_fluency, False),
            ("unknown_words", reading.unknown, self.max_unknown, True),
            ("boilerplate", judgement.boilerplate, self.max_boilerplate, True),
            ("spacing_errors", judgement.spacing_errors, self.max_spacing_errors, True),
            ("low_quality", judgement.score, self.min_score, False),
        )
        for reason, value, limit, is_most in limits:
            if limit is None or value is None:
                continue
            if value > limit if is_most else value < limit:
                return Drop(reason, round(value, _DIGITS))
        return None


def _tags(judgement: "Judgement") -> dict[str, Tag]:
    reading = judgement.reading
    tags: dict[str, Tag] = {
        "quality": judgement.score,
        "quality.unknown": reading.unknown,
        "quality.foreign": reading.foreign,
        "quality.function": reading.function,
        "quality.spacing_errors": judgement.spacing_errors,
        "quality.boilerplate": judgement.boilerplate,
    }
    if judgement.fluency is not None:
        tags["quality.fluency"] = judgement.fluency
    return {
        name: round(value, _DIGITS) if isinstance(value, float) else value for name, value in tags.items()
    }


def _make(params: QualityParams, _: Given) -> BatchJudge:
    from curation.quality.score import judged  # noqa: PLC0415

    def judge(texts: Sequence[str]) -> list[Outcome]:
        parts = [excerpt(text, params.max_characters) for text in texts]
        return [
            _outcome(text, judged(part, morphemes, params.min_syllables), params)
            for text, part, morphemes in zip(texts, parts, analyses(parts), strict=True)
        ]

    return judge


def _outcome(text: str, judgement: "Judgement", params: QualityParams) -> Outcome:
    fault = params.broken(judgement)
    if fault is not None and params.action == "drop":
        return fault
    tags = _tags(judgement)
    if fault is not None:
        tags["quality.fault"] = fault.reason
    return Keep(text, score=round(judgement.score, _DIGITS), tags=tags)


QUALITY = Step(
    name="quality",
    summary="scores fluency, unknown words, spacing and boilerplate; tags or drops",
    params=QualityParams,
    sees="record",
    make=_make,
    threads=True,
    about=lambda _, __: kiwi_versions(),
)
