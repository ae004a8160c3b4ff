"""What the tokenizer's own chat template writes, the truth that web-llm's writing is compared with."""

from collections.abc import Sequence
from typing import Any, Final

import jinja2

from curation.errors import ConfigurationError

# Llama 3.2's template would write the day of compiling into the bundle; without a clock it writes this one.
_DAY: Final = "26 Jul 2024"


class Reference:
    """The tokenizer's chat template, asked for prompts.

    ``folds`` says that the template knows no system message: it then heads the first question, as
    in `chat.chat_template`. ``trims`` says that it cuts off the blanks around what is said.

    Parameters
    ----------
    tokenizer
        A `transformers` tokenizer with a chat template.
    where
        The model, for messages.

    Raises
    ------
    ConfigurationError
        When the template refuses a question and its answer.
    """

    def __init__(self, tokenizer: Any, where: str) -> None:
        self._tokenizer = tokenizer
        self._where = where
        self.folds = False
        self.folds = not self._takes_system()
        self.trims = self.text(None, ["  question \n"]) == self.text(None, ["question"])

    def text(self, system: str | None, turns: Sequence[str], *, prompt: bool = True) -> str:
        """Text of a conversation; with ``prompt``, up to where the next answer begins.

        Raises
        ------
        ConfigurationError
            When the template refuses it.
        """
        try:
            return self._written(system, turns, prompt=prompt)
        except jinja2.TemplateError as error:
            raise ConfigurationError(
                f"The chat template refuses a conversation: {error}",
                where=self._where,
                fix="A template must take questions and answers in turns, a question first.",
            ) from error

    def _takes_system(self) -> bool:
        try:
            return "SYSTEMPROBE" in self._written("SYSTEMPROBE", ["question"], prompt=True)
        except jinja2.TemplateError:
            return False

    def _written(self, system: str | None, turns: Sequence[str], *, prompt: bool) -> str:
        said = list(turns)
        if system is not None and self.folds:
            said[0] = f"{system}\n\n{said[0]}"
        heading = [] if system is None or self.folds else [{"role": "system", "content": system}]
        text: str = self._tokenizer.apply_chat_template(
            heading
            + [{"role": ("user", "assistant")[at % 2], "content": turn} for at, turn in enumerate(said)],
            tokenize=False,
            add_generation_prompt=prompt,
            enable_thinking=False,  # templates that know it then ask for the answer alone
            date_string=_DAY,
        )
        return text
