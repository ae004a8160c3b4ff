"""A judge that is read rather than listened to: which option's letter is more probable.

The wording, the two orders and how votes are counted are those of `prompting.judging`; this only
answers its questions without generating anything. The letters' tokens come from the model's own tokenizer.
"""

from collections.abc import Sequence
from typing import Any, Final

from chat.opened import Opened
from curation.errors import ConfigurationError
from prompting.asking import Conversation
from prompting.judging import Language, judge
from prompting.rain.kept_states import QuestionReader
from prompting.rain.language_model import TooLongError

_LETTERS: Final = ("A", "B")
# What the model is made to say before the letter: a bracket, or nothing where "(A" is a single token.
_OPENINGS: Final = ("(", "")


class LetterJudge:
    """The model of an opened chat model as a judge.

    Raises
    ------
    ConfigurationError
        When the letters are not single tokens for this model.
    """

    def __init__(self, opened: Opened) -> None:
        self._tokenizer = opened.tokenizer
        self._template = opened.template
        self._context = opened.max_tokens
        self._reader = QuestionReader(opened.model)
        self._opening, self._ids = self._resolved()

    @property
    def tokens_read(self) -> int:
        """Tokens that the model was run over for judging."""
        return self._reader.tokens_read

    @property
    def letter_tokens(self) -> tuple[int, ...]:
        """Ids of the letters A and B, where an answer has them."""
        return self._ids

    def value(self, text: str, language: Language = "ko") -> float:
        """Give RAIN's value of a text: 1 harmless, -1 harmful, 0 where the two votes differ."""
        return float(judge(self.ask, [text], language)[0].value)

    def ask(self, conversations: Sequence[Conversation]) -> list[str]:
        """Answer each conversation with the letter that is more probable; with nothing for a tie."""
        return [self._letter(conversation) for conversation in conversations]

    def _letter(self, conversation: Conversation) -> str:
        ids = self._ids_of(self._begun(conversation))
        if len(ids) >= self._context:
            raise TooLongError(
                f"The judge's question and the text are {len(ids):,} tokens; "
                f"the model takes {self._context - 1:,}.",
                fix="Answer with fewer tokens (--max-tokens), or use a model with a longer context.",
            )
        log_probs = self._reader.log_probs(ids)
        first, second = (float(log_probs[one]) for one in self._ids)
        return "" if first == second else f"({_LETTERS[first < second]})"

    def _begun(self, conversation: Conversation) -> str:
        turns = [{"role": message.role, "content": message.content} for message in conversation]
        return self._template.text(turns) + self._opening

    def _resolved(self) -> tuple[str, tuple[int, ...]]:
        """Give the first opening after which each letter is one token of its own, and these tokens."""
        asked = self._template.text([{"role": "user", "content": "(A) (B)"}])
        for opening in _OPENINGS:
            before = self._ids_of(asked + opening)
            after = [self._ids_of(asked + opening + letter) for letter in _LETTERS]
            if all(ids[:-1] == before for ids in after) and after[0] != after[1]:
                return opening, tuple(ids[-1] for ids in after)
        raise ConfigurationError(
            "The letters A and B are not single tokens of this model, so it cannot vote.",
            where="the model's tokenizer",
            fix="Choose a model whose tokenizer knows Latin letters; nearly all do.",
        )

    def _ids_of(self, text: str) -> list[Any]:
        ids: list[Any] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids
