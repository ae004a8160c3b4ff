"""The search's language model: a chat model of this process, opened."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from langchain_core.messages import HumanMessage

from chat.opened import Opened
from curation.errors import UserError
from prompting.rain.kept_states import AnswerReader
from prompting.rain.language_model import LogProbs, Tokens

_BROKEN: Final = "\N{REPLACEMENT CHARACTER}"


class OpenedModel:
    """Continues the answer to one question; what it has read it reads no second time.

    Raises
    ------
    UserError
        When the question leaves no room for an answer.
    """

    def __init__(self, opened: Opened, question: str, *, reuse: bool = True) -> None:
        self._tokenizer = opened.tokenizer
        prompt = opened.template.prompt([HumanMessage(question)], opened.max_tokens - 1)
        self.end_tokens = opened.end_tokens
        self.room = opened.max_tokens - len(prompt)
        self.prompt_tokens = len(prompt)
        self._reader = AnswerReader(opened.model, prompt, reuse=reuse)

    @property
    def tokens_read(self) -> int:
        """Tokens that the model was run over for the answer."""
        return self._reader.tokens_read

    def next_log_probs(self, answers: Sequence[Tokens]) -> LogProbs:
        """Natural logarithms of the probabilities of the next token, shape (answers, vocabulary).

        Raises
        ------
        UserError
            When the model gives none.
        """
        found = self._reader.log_probs(answers)
        if np.isnan(found).any():
            raise UserError(
                "The model gives no probabilities (NaN): its weights are damaged or beyond its precision.",
                fix="Check the model's folder, or use another model.",
            )
        return found

    def text(self, tokens: Sequence[int]) -> str:
        """Text of tokens, without control tokens and halves of characters."""
        text: str = self._tokenizer.decode(
            list(tokens), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text.replace(_BROKEN, "")

    def commit(self, answer: Tokens) -> None:
        """Forget what other answers needed."""
        self._reader.forget_others(answer)
