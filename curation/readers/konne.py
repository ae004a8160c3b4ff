"""KoNNE: sentences with named entities that may lie within one another, one JSON object a line.

The sentences of KLUE NER with types of the 150-type set (https://github.com/korean-named-entity/konne,
CC BY-SA 4.0). ``label`` holds ``[begin, end, type]`` with ``end`` exclusive; eight sentences of the
development set have none.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from curation.readers import json_file
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import file_encoding
from curation.readers.jsonl import json_lines, rows
from curation.readers.named_entities import TYPES_150, in_lines, sentence_group
from curation.records import InstructionRecord
from curation.tasks.spec import TaskOptions, TaskSpec, task


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sentences; equal ones, also those of KLUE NER and KoNEC, form a split group."""
    found = json_lines(file, file_encoding(file))
    yield from rows(found, file.name, partial(_record, task("konne"), options))


def _record(spec: TaskSpec, options: TaskOptions, values: dict[str, object]) -> InstructionRecord:
    text = json_file.required_text(values, "text")
    labels = values.get("label")
    if not isinstance(labels, list):
        raise ValueError("no list of entities under 'label'")
    _check(labels, len(text))
    attributes = {
        key: str(values[key]) for key in ("id", "klue_id") if isinstance(values.get(key), str | int)
    }
    attributes["annotation"] = json_file.spelled(labels).decode()
    outputs, group = (in_lines(text, labels, TYPES_150),), sentence_group(text)
    return spec.record({"text": text}, outputs, options, group=group, attributes=attributes)


def _check(labels: list[Any], length: int) -> None:
    for label in labels:
        try:
            begin, end, kind = label
        except (TypeError, ValueError):
            begin = end = kind = None
        if type(begin) is not int or type(end) is not int or type(kind) is not str:
            raise ValueError("an entity is no [begin, end, type]")
        if not 0 <= begin < end <= length:
            raise ValueError(f"the entity {begin}–{end} does not lie within the text")


KONNE = Reader(
    name="konne",
    summary="KoNNE: sentences with nested entities of 150 types, JSON lines",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".jsonl",),
)
