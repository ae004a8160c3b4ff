"""Log-probabilities of labels after a prompt that is read once."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from chat.rows import last_scores_only


@torch.inference_mode()
def label_scores(
    model: Any, prompt: Sequence[int], labels: Sequence[Sequence[int]], max_tokens: int
) -> list[float]:
    """Give log p(label | prompt) in nats for each label: the sum over its tokens.

    Parameters
    ----------
    model
        A `transformers` causal language model in evaluation mode.
    prompt, labels
        Token ids; none of the labels is empty.
    max_tokens
        Most tokens in the cache at a time, those of the prompt counted for each label beside another.
    """
    cache = DynamicCache(config=model.config)
    ids = torch.tensor([list(prompt)], device=model.device)
    output = model(input_ids=ids, past_key_values=cache, use_cache=True, **last_scores_only(model))
    first = _log_softmax(output.logits[0, -1])
    found = [float(first[label[0]]) for label in labels]
    longer = [place for place, label in enumerate(labels) if len(label) > 1]
    if not all(isinstance(layer, DynamicLayer) for layer in cache.layers):
        # The state of a recurrent layer cannot be handed to several labels: each is read with the prompt.
        for place in longer:
            found[place] = _read_whole(model, prompt, labels[place])
        return found
    width = max((len(label) for label in labels), default=1)
    at_once = max(1, max_tokens // (len(prompt) + width))
    for at in range(0, len(longer), at_once):
        places = longer[at : at + at_once]
        rest = _rest(model, copy.deepcopy(cache), [labels[place] for place in places])
        for place, nats in zip(places, rest, strict=True):
            found[place] += nats
    return found


def _rest(model: Any, cache: DynamicCache, labels: Sequence[Sequence[int]]) -> list[float]:
    """Sums over the tokens behind the first one; what pads a label stands behind it, where nothing looks."""
    width = max(map(len, labels)) - 1
    padded = [[*label[:-1], *[0] * (width + 1 - len(label))] for label in labels]
    cache.batch_repeat_interleave(len(labels))
    ids = torch.tensor(padded, device=model.device)
    logits = model(input_ids=ids, past_key_values=cache, use_cache=True).logits
    return [_sum(row, label[1:]) for row, label in zip(logits, labels, strict=True)]


def _read_whole(model: Any, prompt: Sequence[int], label: Sequence[int]) -> float:
    ids = torch.tensor([[*prompt, *label]], device=model.device)
    return _sum(model(input_ids=ids, use_cache=False).logits[0, len(prompt) - 1 :], label)


def _sum(logits: torch.Tensor, tokens: Sequence[int]) -> float:
    """Sum of log p over tokens, each of which is told by the logits in its place."""
    scores = _log_softmax(logits[: len(tokens)])
    wanted = torch.tensor(tokens, device=logits.device).unsqueeze(1)
    return float(scores.gather(1, wanted).sum(dtype=torch.float64))


def _log_softmax(logits: torch.Tensor) -> torch.Tensor:
    return torch.log_softmax(logits.float(), dim=-1)
