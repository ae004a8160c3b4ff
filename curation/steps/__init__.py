"""Steps, one file each: what a recipe may do to records; `STEPS` is the registry."""

from typing import Any

from curation.steps.base import Step
from curation.steps.boilerplate import BOILERPLATE
from curation.steps.correct import CORRECT
from curation.steps.decontaminate import DECONTAMINATE
from curation.steps.exact_dedup import EXACT_DEDUP
from curation.steps.function_words import FUNCTION_WORDS
from curation.steps.hangul_ratio import HANGUL_RATIO
from curation.steps.language import LANGUAGE
from curation.steps.length import LENGTH
from curation.steps.lines import LINES
from curation.steps.mix import MIX
from curation.steps.near_dedup import NEAR_DEDUP
from curation.steps.normalise import NORMALISE
from curation.steps.personal_data import PERSONAL_DATA
from curation.steps.quality import QUALITY
from curation.steps.repetition import REPETITION
from curation.steps.safety import SAFETY
from curation.steps.sentence_dedup import SENTENCE_DEDUP
from curation.steps.shape import SHAPE
from curation.steps.split import SPLIT

# In the order that a recipe is likely to have them: cheap ones first.
_ALL = (
    NORMALISE,
    BOILERPLATE,
    LENGTH,
    HANGUL_RATIO,
    SHAPE,
    LINES,
    REPETITION,
    LANGUAGE,
    EXACT_DEDUP,
    NEAR_DEDUP,
    SENTENCE_DEDUP,
    PERSONAL_DATA,
    FUNCTION_WORDS,
    QUALITY,
    CORRECT,
    SAFETY,
    DECONTAMINATE,
    SPLIT,
    MIX,
)

STEPS: dict[str, Step[Any]] = {step.name: step for step in _ALL}
