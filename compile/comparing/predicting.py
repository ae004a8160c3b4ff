"""What a model expects at each token of an answer: how likely the right one is, and which is likeliest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from training.data.masks import NOT_LEARNED, Encoded

# Logits are computed for so many places at a time: a number for each entry of the vocabulary.
_AT_ONCE: Final = 256


@dataclass(frozen=True, slots=True)
class Predicted:
    """A row: the loss in nats of each token of its answers, and the token that the model would have said."""

    nats: tuple[float, ...]
    likeliest: tuple[int, ...]


def predict(model: Any, rows: Sequence[Encoded], advance: Callable[[int], None]) -> list[Predicted]:
    """Ask a causal language model of transformers about each row, always with the right tokens before.

    Rows go through one at a time, without padding; the softmax is of float32.
    """
    found = []
    for row in rows:
        found.append(_predicted(model, row))
        advance(1)
    return found


def _predicted(model: Any, row: Encoded) -> Predicted:
    import torch  # noqa: PLC0415

    places = [place for place, label in enumerate(row.labels) if place and label != NOT_LEARNED]
    wanted = torch.tensor([row.labels[place] for place in places])
    with torch.inference_mode():
        hidden = model.base_model(input_ids=torch.tensor([row.input_ids]), use_cache=False).last_hidden_state[
            0
        ]
        # What is said at a place is decided by the one before it.
        deciding = hidden[torch.tensor(places) - 1]
        head = model.get_output_embeddings()
        nats: list[float] = []
        likeliest: list[int] = []
        for some, right in zip(torch.split(deciding, _AT_ONCE), torch.split(wanted, _AT_ONCE), strict=True):
            logits = head(some).float()
            nats += torch.nn.functional.cross_entropy(logits, right, reduction="none").tolist()
            likeliest += logits.argmax(dim=-1).tolist()
    return Predicted(tuple(nats), tuple(likeliest))
