"""From the columns of a row to a record, as the options of the generic readers map them."""

from collections.abc import Collection, Mapping
from itertools import islice
from typing import Self

from pydantic import model_validator

from curation.errors import UserError
from curation.readers import json_file
from curation.readers.base import Options
from curation.readers.quoting import shown
from curation.records import InstructionRecord, Kind, Message, Record, TextRecord

DEFAULT_TEXT = "text"
_MOST_NAMED = 20


class ColumnOptions(Options):
    """Which columns make a record: ``text`` (with ``title``), or ``prompt`` and ``response``.

    Without any of them, ``text`` is the column of that name. ``attributes`` lists the columns to
    keep beside the text; without it, every other column that holds a single value is kept.
    """

    text: str | int | None = None
    title: str | int | None = None
    prompt: str | int | None = None
    response: str | int | None = None
    attributes: list[str | int] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.prompt is None) != (self.response is None):
            raise ValueError("prompt and response go together")
        if self.prompt is not None and (self.text is not None or self.title is not None):
            raise ValueError("give either text and title, or prompt and response")
        return self


def kind(options: ColumnOptions) -> Kind:
    """The kind of record that these options make."""
    return "text" if options.prompt is None else "instruction"


def content_columns(options: ColumnOptions) -> list[str]:
    """The columns that every row needs, the first of them the text or the prompt."""
    if options.prompt is not None:
        return [str(options.prompt), str(options.response)]
    text = DEFAULT_TEXT if options.text is None else str(options.text)
    return [text] if options.title is None else [text, str(options.title)]


def named_columns(options: ColumnOptions) -> list[str]:
    """All columns that the options name."""
    return content_columns(options) + [str(column) for column in options.attributes or ()]


def require(options: ColumnOptions, existing: Collection[str], where: str) -> None:
    """Check that the columns that the options name exist.

    Raises
    ------
    UserError
        With the columns that do exist.
    """
    missing = [column for column in named_columns(options) if column not in existing]
    if missing:
        raise UserError(
            f"There is no column {missing[0]!r}; the columns are: {_listed(existing)}.",
            where=where,
            fix="Name columns that exist in the reader's options: text, title, prompt, response, attributes.",
        )


def _listed(names: Collection[str]) -> str:
    # A damaged table may have a million columns, or a text for a column's name.
    first = ", ".join(map(shown, islice(names, _MOST_NAMED)))
    return first if len(names) <= _MOST_NAMED else f"{first} and {len(names) - _MOST_NAMED:,} more"


def record(values: Mapping[str, object], options: ColumnOptions) -> Record:
    """Make the record of a row.

    Raises
    ------
    ValueError
        When a column that the record needs is absent or holds no text.
    """
    content = content_columns(options)
    attributes = _attributes(values, content, options)
    main = json_file.required_text(values, content[0])
    if options.prompt is not None:
        response = json_file.required_text(values, content[1])
        return InstructionRecord(
            messages=(Message("user", main), Message("assistant", response)),
            references=(response,),
            attributes=attributes,
        )
    # Unlike a text, a title may be absent from a row.
    title = values.get(content[1]) if len(content) > 1 else None
    return TextRecord(main, title if isinstance(title, str) else "", attributes)


def _attributes(
    values: Mapping[str, object], content: Collection[str], options: ColumnOptions
) -> dict[str, str]:
    if options.attributes is None:
        return json_file.scalars({key: value for key, value in values.items() if key not in content})
    chosen = {key: values.get(key) for key in map(str, options.attributes)}
    return {
        key: value if isinstance(value, str) else json_file.spelled(value).decode()
        for key, value in chosen.items()
        if value is not None
    }
