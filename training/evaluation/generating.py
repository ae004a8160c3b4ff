"""What a model answers: the most probable tokens, many prompts at a time."""

from collections.abc import Callable, Sequence
from functools import partial
from queue import SimpleQueue
from typing import Any, Final

from chat.batching import Batcher, Event, Request
from chat.rows import Rows

# Bytes of a batch's cache and rows in it: on a graphics card more rows cost hardly more time.
_CACHE: Final = {"cpu": 2**28, "cuda": 2**33}
_ROWS: Final = {"cpu": 16, "cuda": 128}


def answers(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[Sequence[int]],
    *,
    end_tokens: frozenset[int],
    max_new_tokens: int,
    advance: Callable[[int], None],
) -> list[str]:
    """Answer each prompt as :mod:`chat` would: greedily, up to an end token.

    Prompts share batches; an answer is the same as that of its prompt alone, as far as the sums of
    a larger product of matrices round alike.

    Parameters
    ----------
    model
        A causal language model in evaluation mode.
    prompts
        Token ids; with ``max_new_tokens`` more each must fit into the model's context.

    Returns
    -------
    list of str
        The answers without special tokens and outer white space, in the order of the prompts.
    """
    device = model.device.type
    cache = _CACHE.get(device, _CACHE["cpu"]) // _bytes_a_token(model)
    rows = _ROWS.get(device, _ROWS["cpu"])
    batcher = Batcher(Rows(model), end_tokens, max_rows=rows, max_tokens=cache)
    inbox: SimpleQueue[tuple[int, Event]] = SimpleQueue()
    # The longest first: neighbours then need little padding, and what does not fit fails at once.
    order = sorted(range(len(prompts)), key=lambda place: -len(prompts[place]))
    requests = [Request(prompts[place], max_new_tokens, partial(_deliver, inbox, place)) for place in order]
    made: list[list[int]] = [[] for _ in prompts]
    try:
        for request in requests:
            batcher.submit(request)
        waiting = len(requests)
        while waiting:
            place, event = inbox.get()
            if isinstance(event, Exception):
                raise event
            if isinstance(event, int):
                made[place].append(event)
            else:
                waiting -= 1
                advance(1)
    finally:
        for request in requests:
            request.cancelled = True
    return [
        tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False).strip()
        for ids in made
    ]


def _deliver(inbox: "SimpleQueue[tuple[int, Event]]", place: int, event: Event) -> None:
    inbox.put((place, event))


def _bytes_a_token(model: Any) -> int:
    """Keys and values of all layers."""
    config = model.config.get_text_config()
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return int(2 * config.num_hidden_layers * heads * size * model.dtype.itemsize)
