"""Texts without the particles and endings that tie words into sentences: keyword lists, menus.

Gopher asks for two of eight English stop words (Rae et al. 2021, appendix A.1.1). Korean says the
same with morphemes inside the eojeol, so Kiwi has to find them; docs/shape-filters.md measures how far
prose and lists lie apart.
"""

from collections.abc import Sequence

from pydantic import Field

from curation.korean import function_morphemes
from curation.steps.base import BatchJudge, Drop, Given, Keep, Outcome, Params, Step


class FunctionWordsParams(Params):
    """What a text of ``least_morphemes`` morphemes or more must have.

    ``min``
        different particles and endings;
    ``min_share``
        share of particles and endings among the morphemes;
    ``characters``
        how much of a text is looked at, from its start: a list says what it is early on.
    """

    min: int = Field(default=2, ge=0)
    min_share: float = Field(default=0.05, ge=0, le=1)
    least_morphemes: int = Field(default=20, ge=1)
    characters: int = Field(default=500, ge=1)


def head(text: str, characters: int) -> str:
    """Give the start of ``text``, cut after a whole word where it has one."""
    if len(text) <= characters:
        return text
    start = text[:characters]
    if text[characters].isspace() or start[-1].isspace():
        return start.rstrip()
    words = start.rsplit(None, 1)
    return words[0] if len(words) == 2 else start


def _make(params: FunctionWordsParams, _: Given) -> BatchJudge:
    def outcome(text: str, function: list[tuple[str, str]], morphemes: int) -> Outcome:
        if morphemes < params.least_morphemes:
            return text
        different = len(set(function))
        share = round(len(function) / morphemes, 4)
        if different >= params.min and share >= params.min_share:
            return Keep(text, share)
        return Drop("few_function_words", share, f"{different} different")

    def judge(texts: Sequence[str]) -> list[Outcome]:
        # A morpheme has a character or more, except for endings that only change a syllable.
        rows = [row for row, text in enumerate(texts) if 2 * len(text) >= params.least_morphemes]
        found = function_morphemes([head(texts[row], params.characters) for row in rows])
        outcomes: list[Outcome] = list(texts)
        for row, (function, morphemes) in zip(rows, found, strict=True):
            outcomes[row] = outcome(texts[row], function, morphemes)
        return outcomes

    return judge


FUNCTION_WORDS = Step(
    name="function_words",
    summary="drops texts with hardly any particles and endings: lists of keywords, menus",
    params=FunctionWordsParams,
    sees="record",
    make=_make,
    threads=True,
)
