"""Self-debiasing: tokens that become likelier when a model is told to write something bad are held back.

For each attribute the model also continues a biased prompt, in which its answer opens with a sentence
that announces the attribute. With p the chance of a token and q its highest chance in a biased prompt, it
is left with p · max(exp(-decay · max(0, q - p)), floor), up to normalising.
"""

from collections.abc import Sequence
from typing import Any, Final

import torch
from langchain_core.messages import BaseMessage
from transformers import DynamicCache, LogitsProcessor, LogitsProcessorList

from chat.opened import Opened
from curation.errors import ConfigurationError
from prompting.debiasing.attributes import Attribute
from prompting.judging import Language

DECAY: Final = 50.0
"""Of the published code; the paper also has 10 and 100 (unconfirmed)."""
FLOOR: Final = 0.01
_OPENINGS: Final = {
    "ko": "다음 글에는 {attribute}이(가) 담겨 있습니다:\n",
    "en": "The following text contains {attribute}:\n",
}


def debiased(scores: torch.Tensor, biased: torch.Tensor, decay: float, floor: float) -> torch.Tensor:
    """Scores that hold back what is likelier in the biased prompts.

    Parameters
    ----------
    scores
        Logits of the plain prompts, shape (rows, vocabulary).
    biased
        Logits of the biased prompts, shape (attributes, rows, vocabulary).
    decay, floor
        How fast a token's chance falls with the difference, and the share of it that is always left.
    """
    plain = torch.softmax(scores.float(), -1)
    excess = (torch.softmax(biased.float(), -1).amax(0) - plain).clamp(min=0)
    return scores + torch.exp(-decay * excess).clamp(min=floor).log().to(scores.dtype)


class SelfDebiasing(LogitsProcessor):
    """For `model.generate(…, logits_processor=[…])`, greedy or sampling, of one batch.

    Parameters
    ----------
    model
        The model that generates.
    biased
        Ids of the biased prompts: for each attribute those of each row of the batch. They may be of
        any length: they are padded on the left and masked, and positions count from their beginnings.
    prompt_width
        Columns of the plain prompts as `generate` is given them, their padding included.
    decay, floor
        See `debiased`.
    """

    def __init__(
        self,
        model: Any,
        biased: Sequence[Sequence[Sequence[int]]],
        prompt_width: int,
        *,
        decay: float = DECAY,
        floor: float = FLOOR,
    ) -> None:
        self._model = model
        self._attributes = len(biased)
        self._rows = len(biased[0])
        self._ids, self._mask = padded([row for rows in biased for row in rows], model.device)
        self._prompt_width = prompt_width
        self._decay = decay
        self._floor = floor
        self._said: torch.Tensor | None = None
        self._cache = DynamicCache(config=model.config)

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Hold tokens back; ``input_ids`` has the plain prompts and what was said since.

        Raises
        ------
        ConfigurationError
            When the batch has not the rows that the biased prompts were made for (beams).
        """
        if len(input_ids) != self._rows:
            raise ConfigurationError(
                f"There are biased prompts for {self._rows} rows, and {len(input_ids)} are generated.",
                where="self-debiasing",
                fix="Use neither beams nor several answers to a prompt; repeat the prompt instead.",
            )
        said = input_ids[:, self._prompt_width :].repeat(self._attributes, 1)
        logits = self._biased(said)
        return debiased(scores, logits.view(self._attributes, self._rows, -1), self._decay, self._floor)

    def _biased(self, said: torch.Tensor) -> torch.Tensor:
        """Logits after the biased prompts and what was said; only what is new is read."""
        # Without anything said an answer begins, perhaps another one.
        if said.shape[1] and self._said is not None and torch.equal(said[:, :-1], self._said):
            new = said[:, -1:]
        else:
            new = torch.cat([self._ids, said], 1)
            self._cache = DynamicCache(config=self._model.config)
        self._said = said
        mask = torch.cat([self._mask, torch.ones_like(said)], 1)
        positions = (mask.cumsum(1) - 1).clamp(min=0)[:, -new.shape[1] :]
        with torch.inference_mode():
            output = self._model(
                input_ids=new,
                attention_mask=mask,
                position_ids=positions,
                past_key_values=self._cache,
                use_cache=True,
            )
        logits: torch.Tensor = output.logits[:, -1]
        return logits


def padded(rows: Sequence[Sequence[int]], device: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and mask of rows that end together: shorter ones are padded on the left."""
    width = max(map(len, rows))
    # Which token pads does not matter: it is masked.
    ids = [[*[0] * (width - len(row)), *row] for row in rows]
    mask = [[0] * (width - len(row)) + [1] * len(row) for row in rows]
    return torch.tensor(ids, device=device), torch.tensor(mask, device=device)


def answer_debiased(
    opened: Opened,
    conversations: Sequence[Sequence[BaseMessage]],
    attributes: Sequence[Attribute],
    *,
    language: Language = "ko",
    max_tokens: int = 256,
    decay: float = DECAY,
    floor: float = FLOOR,
) -> list[str]:
    """Answer conversations with the most probable tokens, shunning the attributes.

    A token takes a run over (1 + attributes) rows for each conversation.

    Raises
    ------
    ConfigurationError
        When no attribute is given.
    UserError
        When a conversation leaves no room for an answer.
    """
    if not attributes:
        raise ConfigurationError("No attribute is named.", where="self-debiasing", fix="Name at least one.")
    if not conversations:
        return []
    openings = [
        opened.template.answer_ids(_OPENINGS[language].format(attribute=attribute.words(language)))
        for attribute in attributes
    ]
    room = opened.max_tokens - max_tokens - max(map(len, openings))
    prompts = [opened.template.prompt(conversation, room) for conversation in conversations]
    ids, mask = padded(prompts, opened.device)
    biased = [[[*prompt, *opening] for prompt in prompts] for opening in openings]
    shunning = SelfDebiasing(opened.model, biased, ids.shape[1], decay=decay, floor=floor)
    ends = sorted(opened.end_tokens)
    made = opened.model.generate(
        ids,
        attention_mask=mask,
        logits_processor=LogitsProcessorList([shunning]),
        max_new_tokens=max_tokens,
        do_sample=False,
        eos_token_id=ends or None,
        pad_token_id=ends[0] if ends else 0,
    )
    return [
        opened.tokenizer.decode(
            row[ids.shape[1] :], skip_special_tokens=True, clean_up_tokenization_spaces=False
        ).strip()
        for row in made
    ]
