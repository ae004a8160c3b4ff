"""Steps that compare records with each other; `COMPARISONS` says how each is carried out."""

from curation.comparisons.base import Comparison
from curation.comparisons.exact_dedup import EXACT_DEDUP
from curation.comparisons.mix import MIX
from curation.comparisons.near_dedup import NEAR_DEDUP
from curation.comparisons.sentence_dedup import SENTENCE_DEDUP
from curation.comparisons.split import SPLIT

COMPARISONS: dict[str, Comparison] = {
    "exact_dedup": EXACT_DEDUP,
    "near_dedup": NEAR_DEDUP,
    "sentence_dedup": SENTENCE_DEDUP,
    "split": SPLIT,
    "mix": MIX,
}
