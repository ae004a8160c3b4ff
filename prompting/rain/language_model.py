"""What the search needs of a language model, and of whoever judges a text."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from curation.errors import UserError
from prompting.rain.tree import Vectors

LogProbs = npt.NDArray[np.float64]
Tokens = tuple[int, ...]

Judge = Callable[[str], float]
"""The value of a text, from -1 (harmful) to 1 (harmless), in two votes; it may raise TooLongError."""

Embed = Callable[[Sequence[str]], Vectors]
"""Vectors of shape (texts, dimensions)."""


class TooLongError(UserError):
    """A text has more tokens than its judge can read beside the question."""


class LanguageModel(Protocol):
    """One prompt, and what may follow it. An answer is the tokens after the prompt."""

    @property
    def end_tokens(self) -> frozenset[int]:
        """Tokens that end an answer."""

    @property
    def room(self) -> int:
        """Most tokens an answer may have."""

    def next_log_probs(self, answers: Sequence[Tokens]) -> LogProbs:
        """Natural logarithms of the probabilities of the next token, shape (answers, vocabulary)."""

    def text(self, tokens: Sequence[int]) -> str:
        """Text of tokens, without control tokens and halves of characters."""

    def commit(self, answer: Tokens) -> None:
        """Only answers that begin like this will be asked about from now on."""
