"""What a model expects at each learned position: its loss, and how far two models are apart."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from training.evaluation.likelihood import Likelihood, likelihoods

# Of the first learned positions everything that was expected is kept, to compare models by.
_MOST_POSITIONS = 2048
_MOST_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Row:
    """The tokens of one document, and which are learned (-100: not), as training saw them."""

    input_ids: tuple[int, ...]
    labels: tuple[int, ...]


def documents(rows: Iterable[Any], limit: int) -> list[Row]:
    """Give the first ``limit`` documents of tokenised rows; packed rows are taken apart."""
    found: list[Row] = []
    for row in rows:
        start = 0
        for length in row.get("seq_lengths") or [len(row["input_ids"])]:
            end = start + length
            one = Row(tuple(row["input_ids"][start:end]), tuple(row["labels"][start:end]))
            start = end
            if any(label >= 0 for label in one.labels[1:]):
                found.append(one)
            if len(found) == limit:
                return found
    return found


@dataclass(frozen=True, slots=True)
class Expected:
    """What a model expected of some rows.

    ``nats`` and ``tokens`` have one entry a row: the loss summed over its learned tokens, and their
    number. ``first`` holds log-probabilities, shape ``(positions, vocabulary)``, of the first learned
    positions of all rows together.
    """

    nats: tuple[float, ...]
    tokens: tuple[int, ...]
    first: torch.Tensor

    @property
    def nll(self) -> float:
        """Loss in nats a learned token; not a number without one."""
        return sum(self.nats) / sum(self.tokens) if self.tokens else math.nan


@dataclass(frozen=True, slots=True)
class Distance:
    """How far one model is from another: nats a token, and how often they rank the same token first."""

    kl: float
    top1: float


@torch.inference_mode()
def expected(model: Any, rows: Sequence[Row]) -> Expected:
    """Run ``rows`` through a model, without dropout and without a cache."""
    model.eval()
    losses: list[Likelihood] = []
    first: list[torch.Tensor] = []
    room = min(_MOST_POSITIONS, _MOST_BYTES // (4 * model.config.get_text_config().vocab_size))
    for row in rows:
        if not room:
            break
        logits = model(input_ids=torch.tensor([row.input_ids], device=model.device), use_cache=False).logits
        labels = torch.tensor(row.labels[1:], device=logits.device)
        learned = labels >= 0
        log_p = torch.log_softmax(logits[0, :-1][learned].float(), dim=-1)
        nats = -log_p.gather(1, labels[learned][:, None]).sum(dtype=torch.float64)
        losses.append(Likelihood(float(nats), len(log_p)))
        first.append(log_p[:room].cpu())
        room -= len(first[-1])
    losses += likelihoods(model, rows[len(losses) :], lambda _: None)
    return Expected(
        tuple(one.nats for one in losses),
        tuple(one.tokens for one in losses),
        torch.cat(first) if first else torch.empty(0, 0),
    )


def distance(truth: Expected, other: Expected) -> Distance:
    """Give the Kullback-Leibler divergence of ``other`` from ``truth``, and their agreement.

    Both must be of the same rows. Summed a block at a time: a vocabulary may have 250,000 tokens.
    """
    total, same = 0.0, 0
    for one, two in zip(torch.split(truth.first, 64), torch.split(other.first, 64), strict=True):
        total += float((one.exp() * (one - two)).sum(dtype=torch.float64))
        same += int((one.argmax(-1) == two.argmax(-1)).sum())
    positions = len(truth.first)
    return Distance(max(total, 0.0) / positions, same / positions) if positions else Distance(0.0, 1.0)
