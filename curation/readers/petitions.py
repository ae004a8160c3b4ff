"""Petitions to the Blue House (2017-2019): JSON lines without a file suffix."""

from collections.abc import Iterator

from curation.readers import json_file
from curation.readers.base import Item, Options, Reader, SourceFile
from curation.readers.encoding import file_encoding
from curation.readers.jsonl import json_lines, rows
from curation.records import TextRecord

_ATTRIBUTES = ("category", "begin", "end", "num_agree", "status", "petition_idx")


class PetitionsOptions(Options):
    """Petitions have no options."""


def read(file: SourceFile, _options: PetitionsOptions) -> Iterator[Item]:
    """Yield the petitions of one month, with their titles."""
    yield from rows(json_lines(file, file_encoding(file)), file.name, _record)


def _record(values: dict[str, object]) -> TextRecord:
    return TextRecord(
        json_file.required_text(values, "content"),
        json_file.required_text(values, "title"),
        json_file.scalars({key: values[key] for key in _ATTRIBUTES if key in values}),
    )


PETITIONS = Reader(
    name="petitions",
    summary="Blue House petitions: JSON lines with category, dates and number of signatures",
    options=PetitionsOptions,
    read=read,
    kind=lambda _: "text",
)
