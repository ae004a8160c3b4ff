"""Reads tokens once: keys and values of what a causal language model has read are kept and used again.

Both readers fall back to reading everything again for models whose caches cannot be put together from
parts (sliding windows, recurrent states). The caches are their own, so the chat model may answer others
meanwhile (`chat.opened`).
"""

import inspect
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

import torch
from transformers import DynamicCache

from chat.rows import Rows
from prompting.rain.language_model import LogProbs, Tokens

_MOST_ROWS: Final = 10  # that are run at once: each has the whole prompt in its cache


class _Reader:
    """A model, and the tokens that it has read until now."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.can_reuse = Rows(model).can_share
        takes = inspect.signature(model.forward).parameters
        self._last_scores_only = {"logits_to_keep": 1} if "logits_to_keep" in takes else {}
        self.tokens_read = 0

    def _run(self, ids: torch.Tensor, cache: DynamicCache, done: int) -> torch.Tensor:
        """Log-probabilities after the rows of ``ids``, before which the cache has ``done`` tokens."""
        rows, width = ids.shape
        self.tokens_read += rows * width
        positions = torch.arange(done, done + width, device=ids.device).expand(rows, -1)
        with torch.inference_mode():
            output = self._model(
                input_ids=ids,
                attention_mask=torch.ones((rows, done + width), dtype=torch.long, device=ids.device),
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
                **self._last_scores_only,
            )
            return torch.log_softmax(output.logits[:, -1].float(), -1)

    def _new_cache(self) -> DynamicCache:
        return DynamicCache(config=self._model.config)

    def _tensor(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        return torch.tensor(rows, device=self._model.device)


class AnswerReader(_Reader):
    """What may follow a prompt and beginnings of an answer.

    Of every answer token its keys and values are kept, once for all answers that begin alike.

    Parameters
    ----------
    model
        A `transformers` causal language model in evaluation mode.
    prompt
        Ids of the prompt, at least one.
    """

    def __init__(self, model: Any, prompt: Sequence[int], *, reuse: bool = True) -> None:
        super().__init__(model)
        self.can_reuse = self.can_reuse and reuse
        self._prompt = list(prompt)
        # Keys and values stacked: (layers, 2, heads, tokens, size); of one token without "tokens".
        self._of_prompt: torch.Tensor | None = None
        self._first: torch.Tensor | None = None
        self._of_answer: dict[Tokens, torch.Tensor] = {}

    def log_probs(self, answers: Sequence[Tokens]) -> LogProbs:
        """Natural log-probabilities of the next token, shape (answers, vocabulary)."""
        found: dict[Tokens, torch.Tensor] = {}
        if () in answers:
            found[()] = self._after_prompt()
        pending = sorted((one for one in set(answers) if one), key=lambda one: (self._known(one), len(one)))
        for (known, _), alike in groupby(pending, key=lambda one: (self._known(one), len(one))):
            rows = list(alike)
            for at in range(0, len(rows), _MOST_ROWS):
                some = rows[at : at + _MOST_ROWS]
                found.update(zip(some, self._after(some, known), strict=True))
        return torch.stack([found[one] for one in answers]).double().cpu().numpy()

    def forget_others(self, answer: Tokens) -> None:
        """Keep only what answers that begin like this one need."""
        size = len(answer)
        self._of_answer = {
            tokens: states
            for tokens, states in self._of_answer.items()
            if tokens[:size] == answer[: len(tokens)]
        }

    def _known(self, answer: Tokens) -> int:
        """Tokens of an answer that need not be read: the last one is, for what comes after it."""
        known = len(answer) - 1
        while known and answer[:known] not in self._of_answer:
            known -= 1
        return known

    def _after_prompt(self) -> torch.Tensor:
        if self._first is None:
            cache = self._new_cache()
            (self._first,) = self._run(self._tensor([self._prompt]), cache, 0)
            if self.can_reuse:
                self._of_prompt = _stacked(cache, 0)[0]
        return self._first

    def _after(self, answers: Sequence[Tokens], known: int) -> torch.Tensor:
        if not self.can_reuse:
            whole = [[*self._prompt, *answer] for answer in answers]
            return self._run(self._tensor(whole), self._new_cache(), 0)
        self._after_prompt()
        assert self._of_prompt is not None
        cache, done = self._new_cache(), len(self._prompt) + known
        past = torch.stack([self._past(answer, known) for answer in answers])
        for layer in range(past.shape[1]):
            cache.update(past[:, layer, 0], past[:, layer, 1], layer)
        found = self._run(self._tensor([answer[known:] for answer in answers]), cache, done)
        for answer, states in zip(answers, _stacked(cache, done), strict=True):
            for at in range(states.shape[-2]):
                self._of_answer[answer[: known + at + 1]] = states[..., at, :].clone()
        return found

    def _past(self, answer: Tokens, known: int) -> torch.Tensor:
        assert self._of_prompt is not None
        if not known:
            return self._of_prompt
        own = torch.stack([self._of_answer[answer[: at + 1]] for at in range(known)], dim=-2)
        return torch.cat([self._of_prompt, own], dim=-2)


class QuestionReader(_Reader):
    """What may follow questions that begin alike: only from where they differ are they read."""

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self._read: list[int] = []
        self._cache = self._new_cache()

    def log_probs(self, question: Sequence[int]) -> torch.Tensor:
        """Natural log-probabilities of the next token, shape (vocabulary,)."""
        ids = list(question)
        shared = self._shared(ids) if self.can_reuse else 0
        if shared:
            for layer in _layers(self._cache):
                layer.keys, layer.values = layer.keys[..., :shared, :], layer.values[..., :shared, :]
        else:
            self._cache = self._new_cache()
        self._read = []  # should the run fail, the cache is of no use
        found = self._run(self._tensor([ids[shared:]]), self._cache, shared)
        self._read = ids
        return found[0]

    def _shared(self, ids: Sequence[int]) -> int:
        """Tokens at the beginning that were read last time; the last one is read again in any case."""
        pairs = zip(self._read, ids[:-1], strict=False)
        most = min(len(self._read), len(ids) - 1)
        return next((at for at, (old, new) in enumerate(pairs) if old != new), most)


def _stacked(cache: DynamicCache, begin: int) -> torch.Tensor:
    """Keys and values from a token on, shape (rows, layers, 2, heads, tokens, size)."""
    pairs = [(layer.keys[..., begin:, :], layer.values[..., begin:, :]) for layer in _layers(cache)]
    return torch.stack([torch.stack(pair, dim=1) for pair in pairs], dim=1)


def _layers(cache: DynamicCache) -> list[Any]:
    """Plain layers, as ``can_reuse`` made sure: keys and values of shape (rows, heads, tokens, size)."""
    return cache.layers
