"""Steps that compare records with each other; `COMPARISONS` says how each is carried out."""

from curation.comparisons.base import Comparison
from curation.registry import Registry

_NAMES = ("exact_dedup", "near_dedup", "sentence_dedup", "split", "mix")

COMPARISONS = Registry(Comparison, {name: f"{__name__}.{name}:{name.upper()}" for name in _NAMES})
