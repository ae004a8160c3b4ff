"""From a conversation to the tokens that a model was trained to continue, and those that end its answer."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import jinja2
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage, convert_to_openai_messages

from curation.errors import ConfigurationError, UserError

_SAID: Final = "말모이"


class ChatTemplate:
    """The chat template of a tokenizer.

    Parameters
    ----------
    tokenizer
        A `transformers` tokenizer.
    where
        The model, for messages.

    Raises
    ------
    ConfigurationError
        When the tokenizer has no chat template: the model was not made to converse.
    """

    def __init__(self, tokenizer: Any, where: str) -> None:
        if not tokenizer.chat_template:
            raise ConfigurationError(
                "The tokenizer has no chat template, so nobody knows how to ask this model.",
                where=where,
                fix="Choose the model's instruction-tuned variant (often …-Instruct or …-it), or put the "
                "template that it was trained with into its folder as chat_template.jinja.",
            )
        self._tokenizer = tokenizer
        self._where = where
        added = tokenizer.added_tokens_decoder.items()
        self._control = {token.content: number for number, token in added if token.special}
        # Of a single character nothing can be broken up, and a blank in front would be one again.
        spelled = [re.escape(text) for text in map(str.strip, self._control) if len(text) > 1]
        self._controls = re.compile("|".join(spelled)) if spelled else None

    def prompt(self, messages: Sequence[BaseMessage], limit: int) -> list[int]:
        """Ids of the conversation, up to where the answer begins.

        While they are more than ``limit``, the oldest messages are left out; system messages and
        the last message, which holds the sources and the question, are not.

        Raises
        ------
        UserError
            When what may not be left out is too long.
        """
        kept = list(messages)
        while True:
            ids = self._ids(self._text_of(kept))
            if len(ids) <= limit:
                return ids
            if (shorter := _without_oldest(kept)) is None:
                raise UserError(
                    f"The question and its sources are {len(ids):,} tokens; "
                    f"the model takes {limit:,} beside its answer.",
                    where=self._where,
                    fix="Ask a shorter question, or use a model with a longer context.",
                )
            kept = shorter

    def answer_ids(self, answer: str) -> list[int]:
        """Ids of what an answer says, or begins with, as they follow those of a `prompt`.

        Many tokenizers give a text other ids at the beginning than behind another one, and some
        templates put a blank between the two.
        """
        question = [{"role": "user", "content": "?"}]
        opening = self.text(question)
        head = self.text(question, said=_SAID).rpartition(_SAID)[0]
        blank = head.removeprefix(opening) if head.startswith(opening) else ""
        said = f"{blank if blank.isspace() else ''}{answer}"
        before, together = self._ids(opening), self._ids(f"{opening}{said}")
        return together[len(before) :] if together[: len(before)] == before else self._ids(said)

    def end_tokens(self, declared: int | Sequence[int] | None) -> frozenset[int]:
        """Ids that end an answer.

        ``declared`` is `generation_config.eos_token_id`. The tokenizer's own and the control token
        that the template writes after an answer belong to them: many model folders declare only one
        of the three.
        """
        ids = {declared} if isinstance(declared, int) else set(declared or ())
        ids.add(self._tokenizer.eos_token_id)
        closing = self.end_of_turn()
        if ending := [text for text in self._control if closing.endswith(text)]:
            ids.add(self._control[max(ending, key=len)])
        return frozenset(number for number in ids if number is not None)

    def end_of_turn(self) -> str:
        """What the template writes after an answer, up to and with a control token; "" without one."""
        _, said, closing = self.text([{"role": "user", "content": "?"}], said=_SAID).rpartition(_SAID)
        behind = [(closing.find(text), -len(text)) for text in self._control if text in closing]
        if not said or not behind:
            return ""
        start, length = min(behind)
        return closing[: start - length]

    def text(self, turns: Sequence[Mapping[str, str]], said: str = "") -> str:
        """Text of turns (role, content) up to where the answer begins, or past the answer ``said``.

        Raises
        ------
        UserError
            When the template refuses the conversation.
        """
        plain = [{"role": turn["role"], "content": self.harmless(turn["content"])} for turn in turns]
        try:
            return self._accepted(plain, said)
        except jinja2.TemplateError as error:
            raise UserError(
                f"The model's chat template refuses the conversation: {error}",
                where=self._where,
                fix="Most templates want questions and answers to take turns, a question first.",
            ) from error

    def harmless(self, content: str) -> str:
        """Text in which no control token stands: a document must not end its own turn."""
        # Again until none is left: a token may hold another one.
        while self._controls is not None and self._controls.search(content):
            content = self._controls.sub(lambda found: f"{found[0][:1]} {found[0][1:]}", content)
        return content

    def _text_of(self, messages: Sequence[BaseMessage]) -> str:
        return self.text(convert_to_openai_messages(messages, text_format="string"))

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def _accepted(self, turns: Sequence[Mapping[str, str]], said: str) -> str:
        try:
            return self._rendered(turns, said)
        except jinja2.TemplateError:
            if len(turns) < 2 or turns[0]["role"] != "system":
                raise
            # Some templates (Gemma's) know no system role: the rules then head the first question.
            rules, first, *rest = turns
            first = {"role": first["role"], "content": f"{rules['content']}\n\n{first['content']}"}
            return self._rendered([first, *rest], said)

    def _rendered(self, turns: Sequence[Mapping[str, str]], said: str) -> str:
        answer = [{"role": "assistant", "content": said}] if said else []
        text: str = self._tokenizer.apply_chat_template(
            [*turns, *answer],
            tokenize=False,
            add_generation_prompt=not said,
            enable_thinking=False,  # templates that know it then ask for the answer alone
        )
        return text


def _without_oldest(messages: Sequence[BaseMessage]) -> list[BaseMessage] | None:
    """Without the oldest turn and what answered it; ``None`` when only what must stay is left."""
    rules = [message for message in messages[:-1] if isinstance(message, SystemMessage)]
    turns = [message for message in messages[:-1] if not isinstance(message, SystemMessage)]
    if not turns:
        return None
    # Templates want a question first.
    questions = [at for at, turn in enumerate(turns) if at and isinstance(turn, HumanMessage)]
    rest = turns[questions[0] :] if questions else []
    return [*rules, *rest, messages[-1]]
