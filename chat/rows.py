"""Conversations that one causal language model continues together, a token a step each.

Prompts are read one at a time, so none needs padding there; decoding, which reads every weight for
a single token, is what gains from company. In the shared cache shorter rows are padded on the left
and masked, and positions count from each row's own beginning: a row's tokens are those that it
would get alone.
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from chat.drawing import Drawing, next_tokens


@dataclass(frozen=True, slots=True)
class Prefilled:
    """A prompt that was read: its keys and values, the first token of the answer, and how it goes on."""

    cache: DynamicCache
    length: int
    token: int
    drawing: Drawing | None


class Rows:
    """The batch. A row goes on with the most probable tokens (greedy), or with those that it draws.

    Parameters
    ----------
    model
        A `transformers` causal language model in evaluation mode.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        layers = DynamicCache(config=model.config).layers
        # Sliding windows and recurrent states cannot be padded and joined like this.
        self.can_share = bool(layers) and all(type(layer) is DynamicLayer for layer in layers)
        self._last_scores_only = last_scores_only(model)
        self.clear()

    def __len__(self) -> int:
        return len(self._last)

    @property
    def width(self) -> int:
        """Tokens that each row takes in the cache, its padding included."""
        return max(self._lengths, default=0)

    def clear(self) -> None:
        """Forget every row."""
        self._cache: DynamicCache | None = None
        self._lengths: list[int] = []  # tokens in the cache
        self._last: list[int] = []  # the newest token, which is not there yet
        self._drawings: list[Drawing | None] = []

    def prefill(self, prompt: Sequence[int], drawing: Drawing | None = None) -> Prefilled:
        """Read a prompt; the rows stay as they are."""
        cache = DynamicCache(config=self._model.config)
        ids = self._tensor([list(prompt)])
        positions = torch.arange(len(prompt), device=self._model.device).unsqueeze(0)
        (token,) = self._next_tokens(ids, torch.ones_like(ids), positions, cache, [drawing])
        return Prefilled(cache, len(prompt), token, drawing)

    def join(self, new: Prefilled) -> None:
        """Add a row at the end."""
        if self._cache is None:
            self._cache = new.cache
        else:
            width = max(self.width, new.length)
            for layer, added in zip(_layers(self._cache), _layers(new.cache), strict=True):
                layer.keys = torch.cat([_widened(layer.keys, width), _widened(added.keys, width)])
                layer.values = torch.cat([_widened(layer.values, width), _widened(added.values, width)])
        self._lengths.append(new.length)
        self._last.append(new.token)
        self._drawings.append(new.drawing)

    def step(self) -> list[int]:
        """One more token of each row, in order."""
        assert self._cache is not None
        lengths = self._tensor(self._lengths).unsqueeze(1)
        columns = torch.arange(self.width + 1, device=self._model.device)
        mask = (columns >= self.width - lengths).long()
        newest = self._tensor(self._last).unsqueeze(1)
        self._last = self._next_tokens(newest, mask, lengths, self._cache, self._drawings)
        self._lengths = [length + 1 for length in self._lengths]
        return list(self._last)

    def keep(self, places: Sequence[int]) -> None:
        """Drop every other row, and the columns that only they needed."""
        if not places:
            self.clear()
            return
        assert self._cache is not None
        surplus = self.width - max(self._lengths[place] for place in places)
        self._cache.batch_select_indices(self._tensor(list(places)))
        if surplus:
            for layer in _layers(self._cache):
                layer.keys, layer.values = layer.keys[..., surplus:, :], layer.values[..., surplus:, :]
        self._lengths = [self._lengths[place] for place in places]
        self._last = [self._last[place] for place in places]
        self._drawings = [self._drawings[place] for place in places]

    def _next_tokens(
        self,
        ids: torch.Tensor,
        mask: torch.Tensor,
        positions: torch.Tensor,
        cache: DynamicCache,
        drawings: Sequence[Drawing | None],
    ) -> list[int]:
        with torch.inference_mode():
            output = self._model(
                input_ids=ids,
                attention_mask=mask,
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
                **self._last_scores_only,
            )
            return next_tokens(output.logits[:, -1], drawings)

    def _tensor(self, values: Sequence[Any]) -> torch.Tensor:
        return torch.tensor(values, device=self._model.device)


def last_scores_only(model: Any) -> dict[str, int]:
    """Give what tells a model, where it can be told, to score only what follows the last token.

    Otherwise the scores of the whole vocabulary are kept for every token of a prompt.
    """
    return {"logits_to_keep": 1} if "logits_to_keep" in inspect.signature(model.forward).parameters else {}


def _layers(cache: DynamicCache) -> list[Any]:
    """Plain layers, as ``can_share`` made sure: keys and values of shape (rows, heads, tokens, size)."""
    return cache.layers


def _widened(states: torch.Tensor, width: int) -> torch.Tensor:
    """Keys or values, padded on the left to ``width`` tokens."""
    return torch.nn.functional.pad(states, (0, 0, width - states.shape[-2], 0))
