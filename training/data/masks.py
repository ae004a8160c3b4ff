"""Conversations as token ids, and which of them are learned: the answers and the ends of their turns.

What an answer is, is the difference of two prefixes of the conversation: up to where the answer begins,
as the chat template writes it when the model is asked, and the same with the answer and the token that
ends it. No template has to be known for that, and the tokens before an answer are those that a chat
with the model feeds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chat.chat_template import ChatTemplate
from curation.errors import ConfigurationError, UserError
from curation.records import Message

NOT_LEARNED = -100
_QUESTION = [{"role": "user", "content": "?"}]
_ANSWER = "말모이"


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids of a conversation, and the same with ``NOT_LEARNED`` for what is only read.

    ``passed_over`` counts earlier answers that are not learned, because the template writes them
    otherwise once there are later ones.
    """

    input_ids: list[int]
    labels: list[int]
    passed_over: int = 0


@dataclass(frozen=True, slots=True)
class _Turn:
    """An answer: all text before it, its own with the end of the turn, and whether it is learned."""

    before: str
    answer: str
    learned: bool


class Masks:
    """Encodes conversations for one tokenizer.

    Parameters
    ----------
    tokenizer
        A tokenizer of `transformers` with a chat template.

    Raises
    ------
    ConfigurationError
        When it has no template, or one that ends answers with no control token: the model could not
        learn to stop.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._where = str(getattr(tokenizer, "name_or_path", ""))
        self._template = ChatTemplate(tokenizer, self._where)
        self._closing = self._template.end_of_turn()
        if not self._closing:
            raise ConfigurationError(
                "The chat template ends an answer with no control token: "
                "a model that is trained with it does not learn to stop.",
                where=self._where,
                fix="Give a template as base.template that writes the end token after each answer.",
            )
        before = self._template.text(_QUESTION)
        whole = self._template.text(_QUESTION, said=_ANSWER)
        # Some templates write a blank before answers, which is then the model's to write.
        between = whole.removeprefix(before).partition(_ANSWER)[0] if whole.startswith(before) else ""
        self._opening = between if not between.strip() else ""
        apart = self._ids(["?:", _ANSWER, f"?:{_ANSWER}"])
        self._cuts_anywhere = apart[0] + apart[1] == apart[2]

    def encode_all(
        self, conversations: Sequence[Sequence[Message]], unlearned: Sequence[Sequence[int]] = ()
    ) -> list[Encoded | str]:
        """Encode conversations that end with an answer; text says why one cannot be.

        ``unlearned`` has for each the places of answers that are only read; without it, all are learned.
        """
        found: list[list[_Turn] | str] = []
        for number, messages in enumerate(conversations):
            try:
                found.append(self._turns(messages, unlearned[number] if unlearned else ()))
            except UserError as error:
                found.append(error.what)
        learned = [turn for turns in found if not isinstance(turns, str) for turn in turns]
        texts = [text for turn in learned for text in (turn.before, self._second(turn))]
        ids = iter(self._ids(texts))
        return [
            turns
            if isinstance(turns, str)
            else self._joined([(next(ids), next(ids)) for _ in turns], [turn.learned for turn in turns])
            for turns in found
        ]

    def _turns(self, messages: Sequence[Message], unlearned: Sequence[int]) -> list[_Turn]:
        turns = [{"role": one.role, "content": one.content} for one in messages]
        for turn in turns:
            # A blank at the end would teach a blank, and one at the beginning melts into what is before.
            if turn["role"] == "assistant":
                turn["content"] = self._template.harmless(turn["content"].strip())
        asked = next((place for place, turn in enumerate(turns) if turn["role"] == "user"), len(turns))
        return [
            _Turn(
                self._template.text(turns[:place]),
                f"{self._opening}{turn['content']}{self._closing}",
                place not in unlearned,
            )
            for place, turn in enumerate(turns)
            # The last answer has all before it in front, learned or not. A greeting before the first
            # question is only read: there is nothing that a template could ask with.
            if turn["role"] == "assistant"
            and (place == len(turns) - 1 or (place not in unlearned and place > asked))
        ]

    def _second(self, turn: _Turn) -> str:
        return turn.answer if self._cuts_anywhere else turn.before + turn.answer

    def _joined(self, turns: Sequence[tuple[list[int], list[int]]], learned: Sequence[bool]) -> Encoded | str:
        answers = []
        for before, second in turns:
            if not self._cuts_anywhere and second[: len(before)] != before:
                return "the tokenizer melts the answer's beginning into what stands before it"
            answers.append((before, second if self._cuts_anywhere else second[len(before) :]))
        prompt, last = answers[-1]
        ids = prompt + last
        labels = [NOT_LEARNED] * len(prompt) + (last if learned[-1] else [NOT_LEARNED] * len(last))
        passed_over = 0
        for before, answer in answers[:-1]:
            end = len(before) + len(answer)
            if ids[:end] == before + answer and end <= len(prompt):
                labels[len(before) : end] = answer
            else:
                passed_over += 1
        return Encoded(ids, labels, passed_over)

    def _ids(self, texts: list[str]) -> list[list[int]]:
        if not texts:
            return []
        ids: list[list[int]] = self._tokenizer(
            texts,
            add_special_tokens=False,
            return_attention_mask=False,
            return_token_type_ids=False,
            verbose=False,  # what is too long is reported with all else
        )["input_ids"]
        return ids


def encode(tokenizer: Any, messages: Sequence[Message]) -> Encoded:
    """Encode one conversation; :class:`Masks` is for many.

    Raises
    ------
    UserError
        When the template refuses the conversation, or it cannot be encoded.
    """
    (encoded,) = Masks(tokenizer).encode_all([messages])
    if isinstance(encoded, str):
        raise UserError(encoded, fix="Leave the row out, or give another template as base.template.")
    return encoded
