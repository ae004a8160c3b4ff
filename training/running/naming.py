"""Rows by their names, and prompts by their answers: what a run needs to speak to a person."""

import sys
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import HumanMessage

from chat.chat_template import ChatTemplate
from training.data import Gathered
from training.data.masks import Masks
from training.evaluation.generating import answers


def names_of(documents: Sequence[Sequence[int]], gathered: Gathered, tokenizer: Any) -> list[str]:
    """Find the ids of the rows that documents (token ids, possibly cut) were made of.

    Every row is encoded again: rows carry no names, since they have to be named once in a lost run.
    """
    examples = [*gathered.train, *gathered.replay]
    unlearned = [one.unlearned for one in examples]
    encoded = Masks(tokenizer).encode_all([one.messages for one in examples], unlearned)
    wanted = {tuple(one): "" for one in documents}
    lengths = {len(one) for one in wanted}
    for example, found in zip(examples, encoded, strict=True):
        if isinstance(found, str):
            continue
        for length in lengths:
            key = tuple(found.input_ids[:length])
            if len(key) == length and key in wanted:
                wanted[key] = wanted[key] or example.id
    return [name or f"a row of {len(ids)} tokens" for ids, name in wanted.items()]


def answers_to(model: Any, tokenizer: Any, prompts: Sequence[str], max_new_tokens: int) -> list[str]:
    """Ask a model that is being trained, and leave it as it was."""
    was_training = model.training
    model.eval()
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    template = ChatTemplate(tokenizer, "the model in training")
    try:
        return answers(
            inner,
            tokenizer,
            [template.prompt([HumanMessage(prompt)], sys.maxsize) for prompt in prompts],
            end_tokens=template.end_tokens(inner.generation_config.eos_token_id),
            max_new_tokens=max_new_tokens,
            advance=lambda _: None,
        )
    finally:
        model.train(was_training)
