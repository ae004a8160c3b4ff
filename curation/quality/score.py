"""One figure in [0, 1] for a text: the product of what is in order about it.

==================  =====================================================  ==========
part                is                                                     to the power
==================  =====================================================  ==========
fluency             0 at -8.5 (syllables of real text in random order),    1
                    1 at -3 (half of edited prose is at or above -3.4)
known               the share of the text that is not ``unknown``          1
sentences           1/2 where no particle or ending stands (keywords),     1
                    1 from a share of 0.2 (95 % of edited prose)
spacing             1 minus the share of misplaced spaces                  1/2
body                1 minus the share of boilerplate                       1
==================  =====================================================  ==========

A product, because a text that fails in one respect is not saved by the others; spacing counts
half, because it can be repaired. docs/quality.md has the measurements behind the figures. A text
with too few syllables to judge its fluency counts as fluent, and as a sentence.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from curation.korean import Morpheme
from curation.quality.boilerplate import boilerplate, share
from curation.quality.corrections import spacing_errors
from curation.quality.fluency import Reading, read

_NONSENSE, _PROSE = -8.5, -3.0
_SENTENCE_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything measured about a text; ``fluency`` is None when there was too little to judge."""

    score: float
    fluency: float | None
    reading: Reading
    spacing_errors: float
    boilerplate: float


def judged(text: str, morphemes: Sequence[Morpheme], min_syllables: int) -> Judgement:
    """Measure ``text`` by its analysis; fluency takes at least ``min_syllables`` Hangul syllables."""
    reading = read(text, morphemes)
    fluency = reading.fluency if reading.syllables >= min_syllables else None
    spacing = spacing_errors(text, morphemes)
    body = share(text, boilerplate(text))
    return Judgement(_score(fluency, reading, spacing, body), fluency, reading, spacing, body)


def _score(fluency: float | None, reading: Reading, spacing: float, body: float) -> float:
    fluent = sentences = 1.0
    if fluency is not None:
        fluent = min(1.0, max(0.0, (fluency - _NONSENSE) / (_PROSE - _NONSENSE)))
        sentences = 0.5 + 0.5 * min(1.0, reading.function / _SENTENCE_SHARE)
    return fluent * (1.0 - reading.unknown) * sentences * math.sqrt(1.0 - spacing) * (1.0 - body)
