"""The file that a selection makes and other commands load: demos with their scores, and how to ask."""

import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final, Literal, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from curation.atomic import write_text
from curation.records import Message
from curation.yaml_lines import invalid, read_yaml
from prompting.asking import Conversation
from prompting.judging import Language
from prompting.selection.plan import Method, Selection
from prompting.selection.queries import sha256_of
from prompting.selection.types import PAPERS, Chosen, Demo, Query, Task
from prompting.selection.usp import demos_for
from prompting.selection.wording import instruction_for, prompt_for

VERSION: Final = 1
# Signs that JSON may hold as they are and YAML may not, or takes for the end of a line.
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class StoredDemo(_Strict):
    """A demo as it is stored; see `prompting.selection.types.Demo`."""

    query_id: str
    query: str = Field(min_length=1)
    response: str = Field(min_length=1)
    answer: str = ""
    score: float = 0.0
    parts: dict[str, float] = Field(default_factory=dict)
    why: str = ""
    forced: bool = False

    def demo(self) -> Demo:
        """Give it as what it was made of."""
        return Demo(**self.model_dump())


class Prompt(_Strict):
    """A prompt with demos.

    Attributes
    ----------
    method, task, language, labels, cot
        What it was chosen for; a file written by a person has the method ``by hand``.
    instruction
        The system message.
    k
        Most demos before a question.
    model, queries_sha256
        Whose replies the demos are, and to which questions.
    confidence, worth_it, notes, dropped
        See `prompting.selection.types.Chosen`.
    calls
        How many calls of the model the replies took.
    """

    version: Literal[1] = VERSION
    method: Method | Literal["by hand"] = "by hand"
    task: Task
    language: Language = "ko"
    labels: list[str] = Field(default_factory=list)
    cot: bool = False
    instruction: str = ""
    k: int = Field(default=PAPERS.demos, ge=1)
    demos: list[StoredDemo]
    model: str = ""
    queries_sha256: str = ""
    confidence: float = 0.0
    worth_it: bool = True
    calls: int = 0
    notes: list[str] = Field(default_factory=list)
    dropped: dict[str, int] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.task == "cls" and len(self.labels) < 2:
            message = "a prompt for the task cls names its labels"
            raise ValueError(message)
        return self

    def conversation(self, query: str) -> Conversation:
        """Give the messages that ask a question; a demo that is this very question is left out."""
        return self.conversation_with(Query("", query), [one.demo() for one in self.demos])

    def conversation_with(self, query: Query, demos: Sequence[Demo]) -> Conversation:
        """Ask it with other demos."""
        shown = demos_for(demos, query, replace(PAPERS, demos=self.k))
        return prompt_for(
            self.task,
            query,
            shown,
            labels=self.labels,
            language=self.language,
            cot=self.cot,
            instruction=self.instruction,
        )

    def turns(self) -> list[Message]:
        """Give the demos alone, at most ``k``, as turns of a conversation."""
        return [
            message
            for one in self.demos[: self.k]
            for message in (Message("user", one.query), Message("assistant", one.response))
        ]


_NOTHING: Final = Chosen((), 0.0, worth_it=False)


def prompt_of(
    selection: Selection,
    pool: Sequence[Query],
    model: str,
    chosen: Chosen = _NOTHING,
    calls: int = 0,
) -> Prompt:
    """Make the prompt of a selection from questions, by default before there are demos."""
    return Prompt(
        method=selection.method,
        task=selection.task,
        language=selection.language,
        labels=list(selection.labels),
        cot=selection.cot,
        instruction=instruction_for(selection.task, selection.labels, selection.language, cot=selection.cot),
        k=selection.constants.demos,
        demos=[StoredDemo(**asdict(demo)) for demo in chosen.demos],
        model=model,
        queries_sha256=sha256_of(pool),
        confidence=chosen.confidence,
        worth_it=chosen.worth_it,
        calls=calls,
        notes=list(chosen.notes),
        dropped=dict(chosen.dropped),
    )


def load_prompt(path: Path) -> Prompt:
    """Read a prompt file: JSON as `malmoi prompt select` writes it, or the same in YAML.

    Raises
    ------
    ConfigurationError
        When it cannot be read, or for its first fault, with the line.
    """
    file = read_yaml(path)
    if not isinstance(file.data, dict):
        raise file.fault((), "this is no prompt file", "make one with: malmoi prompt select")
    try:
        return Prompt.model_validate(file.data)
    except ValidationError as error:
        raise invalid(file, error, [*Prompt.model_fields, *StoredDemo.model_fields]) from error


def write_prompt(path: Path, prompt: Prompt) -> None:
    """Write the file atomically: JSON that is YAML as well."""
    data = prompt.model_dump(mode="json")
    text = orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    write_text(path, _NOT_IN_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", text))
