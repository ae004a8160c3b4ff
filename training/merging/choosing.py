"""Which merged model is kept: both are measured on rows that were held back, the reason is said."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from curation.bootstrap import mean, paired
from training.config import Merge, Method
from training.merging.distributions import Distance, Expected

Target = Literal["dequantised", "original"]
TARGETS: tuple[Target, ...] = ("dequantised", "original")
_FEWEST_ROWS = 2
_KEPT = "the weights that were trained on are kept"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A merged model as it was measured; ``kl`` and ``top1`` compare it with base + adapter as trained."""

    into: Target
    nll: float
    kl: float
    top1: float

    def as_json(self) -> dict[str, Any]:
        """Give the figures as JSON data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Choice:
    """What is kept, and why, in a sentence."""

    into: Target
    reason: str


def targets(method: Method, merge: Merge) -> tuple[Target, ...]:
    """Name the weights that are worth trying: adapters over float weights have been trained on theirs."""
    if method.kind != "qlora":
        return ("original",)
    return TARGETS if merge.into == "best" else (merge.into,)


def candidate(into: Target, seen: Expected, apart: Distance) -> Candidate:
    """Put the figures of a merged model together."""
    return Candidate(into, seen.nll, apart.kl, apart.top1)


def choose(
    method: Method,
    merge: Merge,
    losses: Mapping[Target, Expected],
    *,
    held_out: bool,
    resamples: int,
    seed: int,
) -> Choice:
    """Choose among measured models.

    The original weights win where the loss is lower by more than chance explains (paired bootstrap,
    95 %); otherwise the dequantised ones, because they are what was trained and evaluated. Losses on
    rows that were learned (not ``held_out``) decide nothing.
    """
    if method.kind != "qlora" or merge.into != "best":
        return _without_comparing(method, merge)
    trained, original = losses["dequantised"], losses["original"]
    rows = len(trained.nats) if held_out else 0
    if rows < _FEWEST_ROWS:
        few = f"The rows that were held back ({rows}) are too few to compare by"
        return Choice("dequantised", f"{few}, so {_KEPT}.")
    difference = paired(
        mean(trained.nats, trained.tokens),
        mean(original.nats, original.tokens),
        rows,
        resamples=resamples,
        seed=seed,
    )
    span = f"{difference.low:+.4f} to {difference.high:+.4f}"
    told = (
        f"{original.nll:.4f} nats a token with the original weights, {trained.nll:.4f} with the dequantised "
        f"ones, on {rows} rows; 95 % interval of the difference {span}"
    )
    if difference.high < 0:
        return Choice("original", f"The loss is lower with the original weights ({told}).")
    if difference.low > 0:
        return Choice("dequantised", f"The loss is higher with the original weights ({told}).")
    return Choice("dequantised", f"The losses differ by no more than chance, so {_KEPT} ({told}).")


def _without_comparing(method: Method, merge: Merge) -> Choice:
    if method.kind == "full":
        return Choice("original", "Every weight was trained: there is nothing to merge.")
    if method.kind != "qlora":
        return Choice(
            "original",
            f"The base of {method.kind} is in floats: these are the weights that it was trained on.",
        )
    assert merge.into != "best"
    return Choice(merge.into, f"The configuration asks for it: merge.into is {merge.into}.")
