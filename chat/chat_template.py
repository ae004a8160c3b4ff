"""From a conversation to the tokens that a model was trained to continue, and those that end its answer."""

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
            ids: list[int] = self._tokenizer(self._render(kept), add_special_tokens=False)["input_ids"]
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

    def end_tokens(self, declared: int | Sequence[int] | None) -> frozenset[int]:
        """Ids that end an answer.

        ``declared`` is `generation_config.eos_token_id`. The tokenizer's own and the control token
        that the template writes after an answer belong to them: many model folders declare only one
        of the three.
        """
        ids = {declared} if isinstance(declared, int) else set(declared or ())
        ids.add(self._tokenizer.eos_token_id)
        _, said, closing = self._render([HumanMessage("?")], said=_SAID).rpartition(_SAID)
        behind = {closing.find(text): number for text, number in self._control.items() if text in closing}
        if said and behind:
            ids.add(behind[min(behind)])
        return frozenset(number for number in ids if number is not None)

    def _render(self, messages: Sequence[BaseMessage], said: str = "") -> str:
        turns = [
            {"role": turn["role"], "content": self._harmless(turn["content"])}
            for turn in convert_to_openai_messages(messages, text_format="string")
        ]
        try:
            return self._accepted(turns, said)
        except jinja2.TemplateError as error:
            raise UserError(
                f"The model's chat template refuses the conversation: {error}",
                where=self._where,
                fix="Most templates want questions and answers to take turns, a question first.",
            ) from error

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

    def _harmless(self, content: str) -> str:
        """Text in which no control token stands: a document must not end its own turn."""
        for token in self._control:
            content = content.replace(token, f"{token[:1]} {token[1:]}")
        return content


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
