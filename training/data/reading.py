"""Rows as a configuration names them: read, held against their hash, chosen."""

import hashlib
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError, UserError
from curation.readers import json_file
from curation.readers.base import SourceFile
from curation.readers.encoding import file_encoding
from curation.readers.jsonl import ObjectLine, json_lines
from curation.records import BadRow, InstructionRecord, record_id
from training import config
from training.data import releases, superni_tasks
from training.data.examples import Example, RowsRead
from training.data.formats import parsed

_ARRAY: Final = b"["


def read_rows(rows: config.Rows, split: str, *, may_be_none: bool = False) -> RowsRead:
    """Read the rows of ``split``; only a release has splits, a file is taken whole.

    Raises
    ------
    ConfigurationError
        When there is nothing at the path, its hash is not the one that is pinned, a release lacks
        the split or configuration, or no row is left and there must be one.
    UserError
        When a file cannot be read.
    """
    if not Path(rows.path).expanduser().exists():
        raise ConfigurationError(
            "There is nothing at this path.", where=rows.path, fix="Check `path` in the configuration."
        )
    read = _READERS.get(rows.format, _read_file)(rows, rows.split or split)
    if rows.sha256 and rows.sha256 != read.sha256:
        raise ConfigurationError(
            f"The data has the SHA-256 {read.sha256}, and the configuration says {rows.sha256}.",
            where=rows.path,
            fix="Get the data that was meant, or write its hash into the configuration.",
        )
    wanted = [
        one
        for one in read.examples
        if not rows.tasks or any(fnmatchcase(one.task, pattern) for pattern in rows.tasks)
    ]
    if not (wanted or may_be_none):
        why = f": {read.bad[0]}" if read.bad else "."
        raise ConfigurationError(
            f"There is no row to learn from here{why}",
            where=rows.path,
            fix=f"Check `format` ({rows.format}), `config`, `split` and `tasks` in the configuration.",
        )
    return RowsRead(_some(wanted, rows.limit), read.sha256, read.bad, read.name, read.card)


def _some(examples: list[Example], limit: int) -> list[Example]:
    """Choose by hash, so that a row more or less in the data changes the choice by one."""
    if not limit or len(examples) <= limit:
        return examples
    hashes = [hashlib.blake2b(example.id.encode(), digest_size=8).digest() for example in examples]
    chosen = sorted(range(len(examples)), key=lambda place: (hashes[place], place))[:limit]
    return [examples[place] for place in sorted(chosen)]


def _read_file(rows: config.Rows, _split: str) -> RowsRead:
    path = Path(rows.path).expanduser()
    if path.is_dir():
        raise ConfigurationError(
            f"The format {rows.format!r} is read from a file, and this is a folder.",
            where=rows.path,
            fix="Give the file, or `format: release` for a folder that malmoi curate made.",
        )
    examples: list[Example] = []
    bad: list[str] = []
    for place, row in _objects(path):
        try:
            if isinstance(row, str):
                raise ValueError(row)
            found = parsed(row, rows.format)
        except ValueError as error:
            bad.append(f"{place}: {error}")
            continue
        fields = {"source": path.stem, **found.fields}
        fields["licence"] = rows.licence or fields.get("licence", "")
        fields["id"] = fields.get("id") or record_id(fields["source"], InstructionRecord(found.messages))
        if not fields.get("references"):
            fields["references"] = (found.messages[-1].content,)
        examples.append(Example(messages=found.messages, unlearned=found.unlearned, **fields))
    return RowsRead(examples, sha256_of(path), bad, name=path.stem)


def _objects(path: Path) -> Iterator[tuple[str, dict[str, object] | str]]:
    """Give each object of a file with its place, or what is wrong there: JSON lines, or one array."""
    file = SourceFile(path, str(path))
    if _begins(path) == _ARRAY:
        items = json_file.load(file)
        assert isinstance(items, list)  # what begins so is one, or no JSON
        for number, item in enumerate(items, 1):
            yield f"{path}, item {number}", item if isinstance(item, dict) else "the item is no object"
        return
    for found in json_lines(file, file_encoding(file, None)):
        if isinstance(found, ObjectLine):
            yield f"{path}:{found.number}", found.values
        elif isinstance(found, BadRow):
            yield str(found.where), found.error


def _begins(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    except OSError as error:
        raise UserError(f"The file cannot be read: {error.strerror}", where=str(path)) from error


_READERS: Final[dict[str, Callable[[config.Rows, str], RowsRead]]] = {
    "release": releases.read,
    "superni": superni_tasks.read,
}
