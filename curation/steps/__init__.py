"""Steps, one file each: what a recipe may do to records; `STEPS` is the registry."""

from typing import Any

from curation.registry import Registry
from curation.steps.base import Step

# In the order that a recipe is likely to have them: cheap ones first.
_NAMES = (
    "normalise",
    "boilerplate",
    "length",
    "hangul_ratio",
    "shape",
    "lines",
    "repetition",
    "language",
    "exact_dedup",
    "near_dedup",
    "sentence_dedup",
    "personal_data",
    "function_words",
    "quality",
    "correct",
    "safety",
    "decontaminate",
    "split",
    "mix",
)

STEPS: Registry[Step[Any]] = Registry(Step, {name: f"{__name__}.{name}:{name.upper()}" for name in _NAMES})
