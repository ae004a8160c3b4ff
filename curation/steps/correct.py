"""Careful correction of spaces and misspelled words; what it changes is recorded as rewritten."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from pydantic import Field, model_validator

from curation.korean import analyses, kiwi_versions
from curation.steps.base import BatchJudge, Given, Keep, Outcome, Params, Step

_SYLLABLE = re.compile("[가-힣]")
_PIECE = 4000  # characters analysed at a time: bounds memory, and spreads a long text over the cores


class CorrectParams(Params):
    """What to correct, and how much is too much.

    ``spacing``
        put in spaces that the orthography demands, and take out those that split a word;
    ``compounds``
        also separate what may be written together, such as compound nouns: for text whose spaces
        are lost, since it changes a tenth of the words of good text;
    ``typos``
        correct misspelled words; takes about twice the time;
    ``max_changed``
        lines where more than this share of the words would be touched stay as they are (three edits
        are always allowed): there, the analysis is more likely wrong than the line.
    """

    spacing: bool = True
    compounds: bool = False
    typos: bool = False
    max_changed: float = Field(default=0.5, ge=0, le=1)

    @model_validator(mode="after")
    def _corrects_something(self) -> "CorrectParams":
        if not self.spacing and (self.compounds or not self.typos):
            raise ValueError("nothing to correct: set spacing or typos to true (compounds needs spacing)")
        return self


def _make(params: CorrectParams, _: Given) -> BatchJudge:
    from curation.quality.corrections import Corrected, Wanted, corrected, pieces  # noqa: PLC0415

    wanted = Wanted(params.spacing, params.typos, params.compounds, params.max_changed)

    def judge(texts: Sequence[str]) -> list[Outcome]:
        # Strings without Hangul cost one look.
        cut = [pieces(text, _PIECE) if _SYLLABLE.search(text) else [] for text in texts]
        flat = [piece for parts in cut for piece in parts]
        done: Iterator[Corrected] = (
            corrected(piece, morphemes, wanted)
            for piece, morphemes in zip(flat, analyses(flat, typos=params.typos), strict=True)
        )
        return [
            _outcome(text, list(islice(done, len(parts)))) for text, parts in zip(texts, cut, strict=True)
        ]

    def _outcome(text: str, parts: Sequence[Corrected]) -> Outcome:
        counts = {
            "spacing": sum(part.spacing for part in parts),
            "typos": sum(part.typos for part in parts),
            "refused": sum(part.refused for part in parts),
        }
        counts = {kind: number for kind, number in counts.items() if number}
        if not counts:
            return text
        written = "".join(part.text for part in parts)
        return Keep(written, counts=counts, rewritten=written != text)

    return judge


CORRECT = Step(
    name="correct",
    summary="corrects spaces and, if wanted, misspelled words, where it is sure",
    params=CorrectParams,
    sees="strings",
    make=_make,
    threads=True,
    about=lambda _, __: kiwi_versions(),
)
