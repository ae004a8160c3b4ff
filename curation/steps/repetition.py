"""Texts that repeat themselves: lines, paragraphs, phrases, runs of characters.

The rules follow Gopher (Rae et al. 2021, table A1), with limits for Korean; docs/shape-filters.md
derives and measures each. Lines and phrases are compared as they stand. Since an eojeol changes with
the particle or ending at its end, longer repetitions are looked for in windows of characters, blanks
left out.
"""

import re
from collections import Counter
from collections.abc import Sequence

from pydantic import Field, model_validator

from curation.steps.base import BatchJudge, Drop, Given, Outcome, Params, Step
from curation.windows import covered, most_covered

_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_PHRASES = (2, 3, 4)
_OFTEN = 3  # what stands twice is a quotation or an emphasis


class RepetitionParams(Params):
    """Limits, as shares; ``null`` switches a rule off.

    ``max_lines``, ``max_paragraphs``
        lines, or paragraphs, that stood in the text before; ``..._characters`` weighs them by length;
    ``max_phrase``
        characters of the most frequent phrase of 2, 3 or 4 eojeol, where it stands three times or more;
    ``max_short``, ``max_long``
        characters inside windows of ``short`` (or ``long``) characters that stood in the text before.

    Lines need ``least_lines`` lines, paragraphs ``least_paragraphs`` paragraphs, phrases
    ``least_eojeol`` eojeol, windows ``least_characters`` characters that are no blanks.
    """

    max_lines: float | None = Field(default=0.3, ge=0, le=1)
    max_line_characters: float | None = Field(default=0.2, ge=0, le=1)
    max_paragraphs: float | None = Field(default=0.3, ge=0, le=1)
    max_paragraph_characters: float | None = Field(default=0.2, ge=0, le=1)
    max_phrase: float | None = Field(default=0.3, ge=0, le=1)
    max_short: float | None = Field(default=0.4, ge=0, le=1)
    max_long: float | None = Field(default=0.3, ge=0, le=1)
    short: int = Field(default=12, ge=2)
    long: int = Field(default=24, ge=2)
    least_lines: int = Field(default=5, ge=2)
    least_paragraphs: int = Field(default=3, ge=2)
    least_eojeol: int = Field(default=20, ge=2)
    least_characters: int = Field(default=100, ge=2)

    @model_validator(mode="after")
    def _ordered(self) -> "RepetitionParams":
        if self.long < self.short:
            raise ValueError(f"long ({self.long}) is smaller than short ({self.short})")
        return self


def repeated(parts: Sequence[str]) -> tuple[float, float]:
    """Give the share of ``parts`` that equal an earlier one, and the share of their characters."""
    different = set(parts)
    if len(different) == len(parts):
        return 0.0, 0.0
    characters = sum(map(len, parts))
    again = characters - sum(map(len, different))
    return 1 - len(different) / len(parts), again / max(1, characters)


def top_phrase(eojeol: Sequence[str], limit: float) -> float:
    """Give the share of the characters in the most frequent phrase of 2, 3 or 4 eojeol.

    Occurrences do not overlap, and there are three of them at least. Where the share cannot exceed
    ``limit``, the answer is 0.
    """
    total = sum(map(len, eojeol))
    frequent = [count * len(word) for word, count in Counter(eojeol).items() if count >= _OFTEN]
    # A phrase stands no more often than each eojeol in it.
    if sum(sorted(frequent)[-_PHRASES[-1] :]) <= limit * total:
        return 0.0
    best = 0
    for size in _PHRASES:
        phrases = Counter(zip(*(eojeol[start:] for start in range(size)), strict=False))
        for phrase, count in phrases.items():
            length = sum(map(len, phrase))
            if count >= _OFTEN and count * length > max(best, limit * total):
                times = _apart(eojeol, phrase)
                best = max(best, times * length if times >= _OFTEN else 0)
    return best / total


def _apart(eojeol: Sequence[str], phrase: tuple[str, ...]) -> int:
    """Count the occurrences of ``phrase`` that do not overlap."""
    times, start, size = 0, 0, len(phrase)
    while start <= len(eojeol) - size:
        if tuple(eojeol[start : start + size]) == phrase:
            times += 1
            start += size
        else:
            start += 1
    return times


def _make(params: RepetitionParams, _: Given) -> BatchJudge:
    # An eojeol is a character and the blank after it, at least.
    smallest = min(params.least_characters, 2 * params.least_eojeol - 1)

    def judge(texts: Sequence[str]) -> list[Outcome]:
        outcomes: list[Outcome] = list(texts)
        rows, compact = [], []
        for row, text in enumerate(texts):
            drop = _by_lines(text, params)
            if drop is None and len(text) >= smallest:
                eojeol = text.split()
                drop = _by_phrases(eojeol, params)
                if drop is None and len(text) >= params.least_characters:
                    rows.append(row)
                    compact.append("".join(eojeol))
            if drop is not None:
                outcomes[row] = drop
        for row, drop in zip(rows, _by_windows(compact, params), strict=True):
            if drop is not None:
                outcomes[row] = drop
        return outcomes

    return judge


def _by_lines(text: str, params: RepetitionParams) -> Drop | None:
    breaks = text.count("\n")
    if breaks >= params.least_lines - 1:
        lines = [line for line in map(str.strip, text.split("\n")) if line]
        if len(lines) >= params.least_lines:
            drop = _beyond("repeated_lines", lines, params.max_lines, params.max_line_characters)
            if drop is not None:
                return drop
    if breaks >= 2 * (params.least_paragraphs - 1):
        paragraphs = _PARAGRAPHS.split(text.strip())
        if len(paragraphs) >= params.least_paragraphs:
            limits = params.max_paragraphs, params.max_paragraph_characters
            return _beyond("repeated_paragraphs", paragraphs, *limits)
    return None


def _beyond(
    reason: str, parts: Sequence[str], by_number: float | None, by_length: float | None
) -> Drop | None:
    for share, limit in zip(repeated(parts), (by_number, by_length), strict=True):
        if limit is not None and share > limit:
            return Drop(reason, round(share, 4))
    return None


def _by_phrases(eojeol: Sequence[str], params: RepetitionParams) -> Drop | None:
    if params.max_phrase is None or len(eojeol) < params.least_eojeol:
        return None
    share = top_phrase(eojeol, params.max_phrase)
    return Drop("repeated_phrase", round(share, 4)) if share > params.max_phrase else None


def _by_windows(compact: Sequence[str], params: RepetitionParams) -> list[Drop | None]:
    """Judge texts without their blanks by the windows that come again."""
    limits = [
        (width, limit)
        for width, limit in ((params.short, params.max_short), (params.long, params.max_long))
        if limit is not None
    ]
    found: list[Drop | None] = [None] * len(compact)
    if not compact or not limits:
        return found
    # What longer windows cover, shorter ones cover too: one look at the shortest clears most texts.
    bounds = most_covered(compact, limits[0][0])
    lowest = min(limit for _, limit in limits)
    for row in (bounds > lowest).nonzero()[0].tolist():
        text = compact[row]
        if len(text) < params.least_characters:
            continue
        for width, limit in limits:
            share = covered(text, width)
            if share > limit:
                found[row] = Drop("repeated_characters", round(share, 4))
                break
    return found


REPETITION = Step(
    name="repetition",
    summary="drops texts that repeat their own lines, paragraphs, phrases or runs of characters",
    params=RepetitionParams,
    sees="record",
    make=_make,
)
