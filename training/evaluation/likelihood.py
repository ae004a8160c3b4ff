"""How well a model expects an answer: the loss of the learned tokens, row by row."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import torch

# Logits of a batch take a number for each token and each entry of the vocabulary.
_LOGITS: Final = 2**27
_AT_ONCE: Final = 512
_NOT_LEARNED: Final = -100


class Learned(Protocol):
    """Tokens and labels of a row: -100 where a token is not learned."""

    @property
    def input_ids(self) -> Sequence[int]: ...  # noqa: D102
    @property
    def labels(self) -> Sequence[int]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Likelihood:
    """The loss of a row, in nats over all its learned tokens, and how many these are."""

    nats: float
    tokens: int


@torch.inference_mode()
def likelihoods(model: Any, rows: Sequence[Learned], advance: Callable[[int], None]) -> list[Likelihood]:
    """Measure each row: the sum over learned tokens of -log p(token | the tokens before it).

    Rows of about the same length go through the model together, padded on the right and masked; the
    softmax is of float32, whatever the model computes in.

    Parameters
    ----------
    model
        A causal language model in evaluation mode.
    rows
        Any order; the result has the same.
    """
    found: list[Likelihood] = [Likelihood(0.0, 0)] * len(rows)
    for places in _batches(rows, model.config.get_text_config().vocab_size):
        batch = [rows[place] for place in places]
        for place, one in zip(places, _together(model, batch), strict=True):
            found[place] = one
        advance(len(places))
    return found


def _batches(rows: Sequence[Learned], vocabulary: int) -> Iterator[list[int]]:
    room = max(1, _LOGITS // vocabulary)
    batch: list[int] = []
    # The longest first: what does not fit into memory fails at once.
    for place in sorted(range(len(rows)), key=lambda place: -len(rows[place].input_ids)):
        if batch and (len(batch) + 1) * len(rows[batch[0]].input_ids) > room:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _together(model: Any, rows: Sequence[Learned]) -> list[Likelihood]:
    width = max(len(row.input_ids) for row in rows)
    ids = torch.tensor([_padded(row.input_ids, width, 0) for row in rows], device=model.device)
    labels = torch.tensor([_padded(row.labels, width, _NOT_LEARNED) for row in rows], device=model.device)
    mask = torch.tensor([_padded([1] * len(row.input_ids), width, 0) for row in rows], device=model.device)
    logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits[:, :-1]
    targets = labels[:, 1:]
    learned = targets != _NOT_LEARNED
    chosen, wanted = logits[learned], targets[learned]
    nats = torch.cat(
        [
            torch.nn.functional.cross_entropy(scores.float(), tokens, reduction="none")
            for scores, tokens in zip(
                torch.split(chosen, _AT_ONCE), torch.split(wanted, _AT_ONCE), strict=True
            )
        ]
    )
    counts = learned.sum(dim=1).tolist()
    return [
        Likelihood(float(part.sum(dtype=torch.float64)), count)
        for part, count in zip(torch.split(nats, counts), counts, strict=True)
    ]


def _padded(values: Sequence[int], width: int, padding: int) -> list[int]:
    return [*values, *[padding] * (width - len(values))]
