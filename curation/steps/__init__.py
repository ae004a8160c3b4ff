"""Steps, one file each: what a recipe may do to records; `STEPS` is the registry."""

from typing import Any

from curation.steps.base import Step
from curation.steps.exact_dedup import EXACT_DEDUP
from curation.steps.hangul_ratio import HANGUL_RATIO
from curation.steps.length import LENGTH
from curation.steps.normalise import NORMALISE

STEPS: dict[str, Step[Any]] = {step.name: step for step in (NORMALISE, LENGTH, HANGUL_RATIO, EXACT_DEDUP)}
