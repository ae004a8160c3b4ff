"""Questions with what is known of their answers, one JSON object a line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self

import orjson
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from curation.errors import ConfigurationError
from curation.yaml_lines import nearest
from rag.search import MAX_QUERY_CHARACTERS


def _as_text(value: object) -> object:
    """Take a number as an id, but not ``true``."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Id = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]


class Question(BaseModel):
    """One question.

    ``relevant`` are ids of documents or passages that answer it; ``answer`` is a gold answer, as
    short as it can be; a question with ``answerable`` false should be refused; one with ``checked``
    false is a draft that nobody has looked at. A line may carry more keys, such as ``split``: other
    programs keep theirs there.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    # What no search would take is found here, with its line, and not in the middle of a measurement.
    query: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUERY_CHARACTERS)
    ]
    relevant: tuple[Id, ...] = ()
    answer: str = ""
    answerable: bool = True
    checked: bool = True
    id: Id | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.answerable and (self.relevant or self.answer):
            message = "a question that is not answerable has neither relevant ids nor an answer"
            raise ValueError(message)
        return self


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSONL file, in order.

    Raises
    ------
    ConfigurationError
        The file cannot be read, holds no question, or a line is not one; it is named.
    """
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()
    except OSError as error:
        raise ConfigurationError(
            "The file of questions cannot be read.",
            where=f"{path}: {error.strerror}",
            fix='Give a file with a line {"query": "…", "relevant": ["document id"]} for each question.',
        ) from error
    found = [_question(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise ConfigurationError(
            "The file holds no question.",
            where=str(path),
            fix="Draft some from an index: malmoi eval make-queries --index INDEX --out questions.jsonl",
        )
    return found


def answerable_with_relevant(questions: Sequence[Question], path: Path) -> list[Question]:
    """Those that retrieval can be measured on.

    Raises
    ------
    ConfigurationError
        None has relevant ids.
    """
    found = [question for question in questions if question.relevant]
    if not found:
        raise ConfigurationError(
            "No question names the documents that answer it.",
            where=str(path),
            fix='Add "relevant": ["document id"] to the lines.',
        )
    return found


def unchecked(questions: Sequence[Question]) -> int:
    """How many are drafts that nobody has looked at."""
    return sum(not question.checked for question in questions)


def _question(line: bytes, where: str) -> Question:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ConfigurationError(
            f"Not a line of JSON: {error}.", where=where, fix="Correct the line."
        ) from error
    if not isinstance(row, dict):
        raise ConfigurationError(
            "Not a JSON object.", where=where, fix='Write {"query": "…", "relevant": […]}.'
        )
    try:
        return Question.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        missing = first["type"] == "missing"
        others = sorted(set(row) - set(Question.model_fields))
        raise ConfigurationError(
            f"The question has no `{key}`." if missing else f"`{key}`: {first['msg']}.".removeprefix("``: "),
            where=where,
            fix=f"It has {', '.join(others)}. {nearest(others[0], list(Question.model_fields))}"
            if missing and others
            else "Correct the line.",
        ) from error
