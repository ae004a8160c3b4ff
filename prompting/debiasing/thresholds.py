"""Where a self-diagnosis says yes: a threshold fitted on labelled texts. A model's 0.5 means nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from curation.errors import ConfigurationError

CANDIDATES: Final = tuple(step / 20 for step in range(1, 20))
"""From 0.05 to 0.95, as in the paper; that a step is 0.05 is unconfirmed, so it is a parameter."""
_CHANCE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Fitted:
    """A threshold, and on the texts that it was fitted on how many it tells apart.

    ``balanced_accuracy`` is the mean of the shares found among those that have the attribute
    (``recall``) and passed among those that have not (``specificity``): 0.5 is guessing.
    """

    threshold: float
    balanced_accuracy: float
    recall: float
    specificity: float
    texts: int

    @property
    def is_better_than_guessing(self) -> bool:
        """Whether it tells anything apart at all."""
        return self.balanced_accuracy > _CHANCE

    def has(self, share: float) -> bool:
        """Whether a text with this diagnosis has the attribute."""
        return share >= self.threshold

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        names = ("threshold", "balanced_accuracy", "recall", "specificity")
        return {"texts": self.texts, **{name: round(getattr(self, name), 4) for name in names}}


def measured(shares: Sequence[float], truth: Sequence[bool], threshold: float) -> Fitted:
    """How a threshold does on labelled texts.

    Raises
    ------
    ConfigurationError
        When the texts are all of one kind.
    """
    having = [share for share, has in zip(shares, truth, strict=True) if has]
    lacking = [share for share, has in zip(shares, truth, strict=True) if not has]
    if not having or not lacking:
        raise ConfigurationError(
            f"{len(having)} texts have the attribute and {len(lacking)} have not; both kinds are needed.",
            where="labelled texts",
            fix="Add texts of the kind that is missing.",
        )
    recall = sum(share >= threshold for share in having) / len(having)
    specificity = sum(share < threshold for share in lacking) / len(lacking)
    return Fitted(threshold, (recall + specificity) / 2, recall, specificity, len(shares))


def fit_threshold(
    shares: Sequence[float], truth: Sequence[bool], candidates: Sequence[float] = CANDIDATES
) -> Fitted:
    """Choose the threshold of the highest balanced accuracy; of equals the one nearest to their middle.

    What it says of itself is measured on the texts that chose it: use `measured` on others.
    """
    tried = [measured(shares, truth, candidate) for candidate in candidates]
    most = max(one.balanced_accuracy for one in tried)
    best = [one for one in tried if one.balanced_accuracy == most]
    return best[(len(best) - 1) // 2]
