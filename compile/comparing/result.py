"""Two models over the same rows: the loss of both, and how often they would write the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log
from statistics import median
from typing import Any

from compile.comparing.predicting import Predicted
from curation.bootstrap import Difference, mean, paired


@dataclass(frozen=True, slots=True)
class Cost:
    """What quantising cost, over so many rows; ``before`` is the original model, ``after`` the quantised one.

    ``nats`` is the loss a token and ``bits`` that a byte of the answers' UTF-8. ``agreement`` is the share of
    tokens that both would have written next, with the right ones before them: 1 for the original, which
    agrees with itself. ``divergences`` has by row the first token at which they differ, counted from 0, or
    None. ``left_out`` counts rows that do not fit the page's context, or that the template refuses.
    """

    quantisation: str
    rows: int
    tokens: int
    left_out: int
    nats: Difference
    bits: Difference
    agreement: Difference
    divergences: tuple[int | None, ...]

    @property
    def perplexity(self) -> tuple[float, float]:
        """Perplexity a token of the original, and of the quantised model."""
        return exp(self.nats.before), exp(self.nats.after)

    @property
    def same_share(self) -> float:
        """Share of answers in which no token differs."""
        return sum(one is None for one in self.divergences) / len(self.divergences)

    @property
    def first_divergence(self) -> float | None:
        """Half of the answers that differ do so before this token; None where none differs."""
        differing = [one for one in self.divergences if one is not None]
        return median(differing) if differing else None

    @property
    def answer(self) -> str:
        """What quantising cost, in a sentence."""
        before, after = self.perplexity
        cost = f"{self.nats.change:+.4f} nats a token ({self.nats.low:+.4f} to {self.nats.high:+.4f})"
        sure = "" if self.nats.is_real else ", which these rows do not tell from none"
        return (
            f"{self.quantisation} costs {cost}{sure}: perplexity {before:.2f} becomes {after:.2f}, and "
            f"{100 * self.agreement.after:.1f} % of the next tokens are the same."
        )

    def table(self) -> list[tuple[str, str, str, str]]:
        """Give for each figure its name, the original, the quantised model, the change with its interval."""
        before, after = self.perplexity
        first = self.first_divergence
        ratio = f"×{after / before:.4f} (×{exp(self.nats.low):.4f} to ×{exp(self.nats.high):.4f})"
        return [
            _row("nats a token", self.nats),
            _row("bits a byte", self.bits),
            ("perplexity", f"{before:.3f}", f"{after:.3f}", ratio),
            _row("same next token, %", self.agreement.times(100), 2),
            ("answers that differ nowhere, %", "100.00", f"{100 * self.same_share:.2f}", ""),
            ("first difference, median token", "", "none" if first is None else f"{first:g}", ""),
        ]

    def as_json(self) -> dict[str, Any]:
        """Give the figures as JSON data."""
        before, after = self.perplexity
        return {
            "quantisation": self.quantisation,
            "rows": self.rows,
            "tokens": self.tokens,
            "left_out": self.left_out,
            "nats_a_token": self.nats.as_json(),
            "bits_a_byte": self.bits.as_json(),
            "perplexity": {"before": before, "after": after},
            "agreement": self.agreement.as_json(),
            "same_answers": self.same_share,
            "first_divergence": self.first_divergence,
            "answer": self.answer,
        }


def cost_of(
    original: Sequence[Predicted],
    quantised: Sequence[Predicted],
    sizes: Sequence[int],
    *,
    quantisation: str,
    left_out: int,
    resamples: int,
    seed: int,
) -> Cost:
    """Hold two models against each other; ``sizes`` has the bytes of each row's answers.

    Intervals are those of a paired bootstrap over rows (`curation.bootstrap`).

    Raises
    ------
    ValueError
        Without rows.
    """
    counts = [len(row.nats) for row in original]
    losses = [[sum(row.nats) for row in rows] for rows in (original, quantised)]
    divergences = tuple(_first(one, other) for one, other in zip(original, quantised, strict=True))
    equal = [
        sum(map(int.__eq__, one.likeliest, other.likeliest))
        for one, other in zip(original, quantised, strict=True)
    ]
    bits = [[nats / log(2) for nats in side] for side in losses]

    def difference(
        before: Sequence[float], after: Sequence[float], under: Sequence[float], span: float | None
    ) -> Difference:
        sides = mean(before, under), mean(after, under)
        return paired(*sides, len(counts), resamples=resamples, seed=seed, span=span)

    agreement = difference(counts, equal, counts, 1.0)
    return Cost(
        quantisation=quantisation,
        rows=len(counts),
        tokens=sum(counts),
        left_out=left_out,
        nats=difference(losses[0], losses[1], counts, None),
        bits=difference(bits[0], bits[1], sizes, None),
        agreement=replace(agreement, high=min(agreement.high, 0.0)),  # nothing agrees more than wholly
        divergences=divergences,
    )


def _first(one: Predicted, other: Predicted) -> int | None:
    pairs = enumerate(zip(one.likeliest, other.likeliest, strict=True))
    return next((place for place, (first, second) in pairs if first != second), None)


def _row(name: str, of: Difference, digits: int = 4) -> tuple[str, str, str, str]:
    change = f"{of.change:+.{digits}f} ({of.low:+.{digits}f} to {of.high:+.{digits}f})"
    return name, f"{of.before:.{digits}f}", f"{of.after:.{digits}f}", change
