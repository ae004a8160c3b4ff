"""Texts in other languages, and texts in more than one."""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal

from pydantic import Field, field_validator

from curation.language import LANGUAGES, UNDETERMINED, Model, bundled_model, evidence, identify
from curation.steps.base import BatchJudge, Drop, Given, Keep, Outcome, Params, Step, Tag

# A sentence with what closes it and the blanks after it, or a line. Possessive repetitions and the
# look behind keep the time linear in long runs of dots.
_SEGMENTS = re.compile(
    r"[^\n]*?(?:(?<![.?!。？！…])[.?!。？！…]++[\"'”’)\]」』]*+(?:[^\S\n]++|(?=\n|\Z))|\n|\Z)"
)
_BLANK_LINES = re.compile(r"\n{3,}")


class LanguageParams(Params):
    """Which languages stay, and what happens to texts that are in those and in others.

    ``keep``
        language codes as in ISO 639-1; ``und`` stands for texts whose language nobody could tell;
    ``min_score``
        how sure the model must be; below it a text is ``und`` (Hangul needs no model);
    ``mixed``
        ``keep`` leaves mixed texts whole, ``split`` leaves their sentences and lines in the languages
        to keep, ``drop`` drops them;
    ``mixed_share``
        a text is mixed when this share of it is in languages to keep and this share is in others;
    ``least_letters``
        a sentence or line with fewer letters goes with the one before it. (A Hangul syllable counts
        for 2.36 Latin letters, here and in the shares.)
    """

    keep: tuple[str, ...] = Field(default=("ko",), min_length=1, strict=False)
    min_score: float = Field(default=0.5, ge=0, le=1)
    mixed: Literal["keep", "split", "drop"] = "keep"
    mixed_share: float = Field(default=0.2, gt=0, le=0.5)
    least_letters: int = Field(default=20, ge=1)

    @field_validator("keep")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for language in value:
            if language not in LANGUAGES and language != UNDETERMINED:
                near = get_close_matches(language, LANGUAGES, 1, 0)
                raise ValueError(f"'{language}' is no language code the model knows; near: {near[0]}")
        return value


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence or line of a text, its amount of text in Latin letters, and its language."""

    text: str
    weight: float
    language: str


def segments(text: str, model: Model, params: LanguageParams) -> list[Segment]:
    """Cut ``text`` into sentences and lines and name the language of each; joined they give ``text``."""
    parts = [part for part in _SEGMENTS.findall(text) if part]
    weighed = evidence(parts)
    weights, korean = weighed.weight.tolist(), weighed.korean.tolist()
    languages = [
        identify(part, share, model, params.min_score)[0] if weight >= params.least_letters else ""
        for part, weight, share in zip(parts, weights, korean, strict=True)
    ]
    # What is too short to tell, or could not be told, goes with what stands before it; at the start
    # with what comes after.
    known = [language for language in languages if language not in ("", UNDETERMINED)]
    current = known[0] if known else UNDETERMINED
    found = []
    for part, weight, language in zip(parts, weights, languages, strict=True):
        current = language if language not in ("", UNDETERMINED) else current
        found.append(Segment(part, weight, current))
    return found


def shares(found: Sequence[Segment]) -> dict[str, float]:
    """Give the share of each language in a text, the largest first."""
    weights: dict[str, float] = {}
    for segment in found:
        weights[segment.language] = weights.get(segment.language, 0.0) + segment.weight
    total = sum(weights.values()) or 1.0
    ordered = sorted(weights.items(), key=lambda entry: (-entry[1], entry[0]))
    return {language: weight / total for language, weight in ordered}


def _make(params: LanguageParams, _: Given) -> BatchJudge:
    model = bundled_model()
    # A text so Korean cannot be mixed: what is left is less than the share that makes it so.
    surely = max(0.9, 1 - params.mixed_share) if "ko" in params.keep else 2.0

    def judge(texts: Sequence[str]) -> list[Outcome]:
        korean = evidence(texts).korean
        scores = korean.round(2).tolist()
        return [
            Keep(text, score, tags=_tags("ko", score))
            if share > surely
            else _judge(text, share, model, params)
            for text, share, score in zip(texts, korean.tolist(), scores, strict=True)
        ]

    return judge


def _judge(text: str, korean: float, model: Model, params: LanguageParams) -> Outcome:
    language, score = identify(text, korean, model, params.min_score)
    score = round(score, 2)
    if _may_be_mixed(text, korean, params):
        found = segments(text, model, params)
        by_language = shares(found)
        kept = sum(share for name, share in by_language.items() if name in params.keep)
        if params.mixed_share <= kept <= 1 - params.mixed_share:
            return _mixed(text, found, by_language, kept, params)
    if language in params.keep:
        return Keep(text, score, tags=_tags(language, score))
    if language == UNDETERMINED:
        return Drop("undetermined_language", score)
    return Drop("other_language", score, language)


def _may_be_mixed(text: str, korean: float, params: LanguageParams) -> bool:
    """Tell whether it is worth looking at sentences: Korean and another script share the text.

    Two languages in one script (English and French) are not told apart within a text.
    """
    return 0.5 * params.mixed_share <= korean <= 1 - 0.5 * params.mixed_share and len(text) > 1


def _mixed(
    text: str, found: Sequence[Segment], by_language: Mapping[str, float], kept: float, params: LanguageParams
) -> Outcome:
    first, second, *_ = by_language
    if params.mixed == "drop":
        detail = ", ".join(f"{language} {share:.2f}" for language, share in by_language.items())
        return Drop("mixed_language", round(kept, 2), detail)
    if params.mixed == "keep":
        score = round(by_language[first], 2)
        return Keep(text, score, {"mixed": 1}, {**_tags(first, score), "second_language": second})
    staying = [segment for segment in found if segment.language in params.keep]
    rest = _BLANK_LINES.sub("\n\n", "".join(segment.text for segment in staying)).strip()
    left = shares(staying)
    language = next(iter(left))
    counts = {"mixed": 1, "segments_removed": len(found) - len(staying)}
    return Keep(rest, round(kept, 2), counts, _tags(language, round(left[language], 2)), rewritten=True)


@functools.cache
def _tags(language: str, score: float) -> Mapping[str, Tag]:
    return MappingProxyType({"language": language, "language_score": score})


LANGUAGE = Step(
    name="language",
    summary="tells the language of each text, offline; keeps some, and splits or drops mixed texts",
    params=LanguageParams,
    sees="record",
    make=_make,
)
