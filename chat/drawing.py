"""Which token comes next in each row of a batch: the most probable one, or one that is drawn.

A row draws with numbers of its own, one for each token, and from its own scores alone: what stands
beside it in the batch does not change what it says, as far as the scores round alike.
"""

import random
from collections.abc import Sequence
from typing import Final

import torch

from chat.call_settings import CallSettings

# So many of the most probable tokens are sorted first: seldom does `top_p` need more.
_SORTED_FIRST: Final = 1024


class Drawing:
    """How one answer is drawn, and its random numbers.

    Parameters
    ----------
    settings
        Those of the call; their ``draws`` is true.
    """

    def __init__(self, settings: CallSettings) -> None:
        self.settings = settings
        self._random = random.Random(settings.seed)

    def number(self) -> float:
        """Give the next number, above 0 and at most 1."""
        return 1.0 - self._random.random()


def next_tokens(scores: torch.Tensor, drawings: Sequence[Drawing | None]) -> list[int]:
    """Choose a token of each row.

    Parameters
    ----------
    scores
        Logits of shape (rows, vocabulary).
    drawings
        How each row draws; ``None`` takes the most probable token.

    Raises
    ------
    ArithmeticError
        When scores to draw from are no numbers.
    """
    places = [place for place, one in enumerate(drawings) if one is not None]
    if not places:
        tokens: list[int] = scores.argmax(-1).tolist()
        return tokens
    drawn = _drawn(scores[places], [one for one in drawings if one is not None])
    if len(places) == len(drawings):
        return drawn
    tokens = scores.argmax(-1).tolist()
    for place, token in zip(places, drawn, strict=True):
        tokens[place] = token
    return tokens


def probabilities(scores: torch.Tensor, settings: Sequence[CallSettings]) -> torch.Tensor:
    """Give what each row draws from: float32 of shape (rows, vocabulary), 0 for tokens that are left out.

    The temperature comes first, then ``top_k``, then ``top_p``, as in `transformers`; a row adds up to
    what was kept of it.
    """
    temperatures = scores.new_tensor([one.temperature for one in settings], dtype=torch.float32)
    shares = torch.softmax(scores.float() / temperatures.unsqueeze(1), dim=-1)
    for row, one in zip(shares, settings, strict=True):
        if 0 < one.top_k < len(row):
            row[row < row.topk(one.top_k).values[-1]] = 0
        if one.top_p < 1:
            row[row < _least_inside(row, one.top_p)] = 0
    return shares


def _drawn(scores: torch.Tensor, drawings: Sequence[Drawing]) -> list[int]:
    shares = probabilities(scores, [one.settings for one in drawings])
    # In the order of the vocabulary: sorted by probability, tokens that are about equally probable would
    # change places with the last bit of their scores.
    bounds = shares.cumsum(-1, dtype=torch.float64)
    numbers = bounds.new_tensor([[one.number()] for one in drawings])
    places = torch.searchsorted(bounds, numbers * bounds[:, -1:])
    tokens: list[int] = places.squeeze(1).tolist()
    if max(tokens) >= scores.shape[-1]:  # nothing is at most NaN
        message = "its scores are no numbers"
        raise ArithmeticError(message)
    return tokens


def _least_inside(shares: torch.Tensor, top_p: float) -> torch.Tensor:
    """Give the least probability among the fewest tokens that hold ``top_p`` of a row."""
    wanted = top_p * shares.sum(dtype=torch.float64)
    for size in (min(_SORTED_FIRST, len(shares)), len(shares)):
        largest = shares.topk(size).values
        before = largest.cumsum(0, dtype=torch.float64) - largest
        inside = int((before < wanted).sum())
        if inside < size:
            break
    return largest[max(inside, 1) - 1]
