"""The yearly tasks of the institute's evaluation of language models (인공지능 언어 능력 평가).

JSON lines, or one array of the same objects. Which task a file holds is told by its first object;
`evaluation_tasks` says how the objects look.

Test sets without ``output`` go to quarantine. Access on application, no redistribution:
https://corpus.korean.go.kr.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from curation.errors import UserError
from curation.readers import json_file
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import cannot_open, file_encoding
from curation.readers.jsonl import ObjectLine, json_lines
from curation.readers.nikl.evaluation_tasks import RecordOf, task_of
from curation.records import BadRow, FileNote, Location, Row
from curation.tasks.spec import TaskOptions

_MOST_UNKNOWN = 50


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the objects of a set; the place of a row is its line, or its item in an array.

    Raises
    ------
    UserError
        When the first objects belong to none of the tasks.
    """
    record_of: RecordOf | None = None
    unknown = 0
    for item in _objects(file):
        if not isinstance(item, _Object):
            yield item
            continue
        record_of = record_of or task_of(item.values)
        try:
            if record_of is None:
                unknown += 1
                raise ValueError("an object of none of the tasks")
            record, recovery = record_of(options, item.values)
        except ValueError as error:
            yield BadRow(item.raw or json_file.spelled(item.values), item.where, str(error))
        else:
            yield Row(record, item.where, recovery=", ".join(filter(None, (item.recovery, recovery))))
        if unknown == _MOST_UNKNOWN:
            raise _no_task(file)
    if record_of is None and unknown:
        raise _no_task(file)


def _no_task(file: SourceFile) -> UserError:
    return UserError(
        "This file holds none of the evaluation tasks that are known: "
        "emotion, aspects (ABSA), table to text, inference between sentences.",
        where=file.name,
        fix="Read it with the reader `jsonl`, or leave it out of the recipe.",
    )


class _Object(NamedTuple):
    """An object of a set, its place, its bytes where they are a line, and how those were read."""

    values: dict[str, Any]
    where: Location
    raw: bytes = b""
    recovery: str = ""


def _objects(file: SourceFile) -> Iterator["_Object | BadRow | FileNote"]:
    encoding = file_encoding(file)
    try:
        with file.path.open("rb") as stream:
            head = stream.read(256).decode(encoding.codec, "ignore")
    except OSError as error:
        raise cannot_open(file, error) from error
    if head.lstrip("\ufeff \t\r\n").startswith("["):
        yield from _items(file)
        return
    for found in json_lines(file, encoding):
        if isinstance(found, ObjectLine):
            number, raw, recovery, values = found
            yield _Object(values, Location(file.name, number), raw, recovery)
        elif not isinstance(found, Row):
            yield found


def _items(file: SourceFile) -> Iterator["_Object | BadRow"]:
    array = json_file.load(file)
    for item, value in enumerate(array if isinstance(array, list) else [], 1):
        where = Location(file.name, item)
        if isinstance(value, dict):
            yield _Object(value, where)
        else:
            yield BadRow(json_file.spelled(value), where, "no JSON object")


NIKL_EVALUATION = Reader(
    name="nikl_evaluation",
    summary="인공지능 언어 능력 평가: emotion, ABSA, table to text, inference, JSON lines",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".jsonl", ".json"),
)
