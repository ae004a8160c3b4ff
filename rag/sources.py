"""Where documents to index come from: a dataset release, a folder or file of documents, a JSONL file."""

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from curation.errors import ConfigurationError, UserError
from curation.readers import READERS
from curation.readers.base import SourceFile
from curation.records import BadRow, Row, TextRecord
from curation.tables import row_groups
from rag.types import Document

_BATCH_ROWS = 512
_SOURCE_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row or file that gave no document: where it is and why."""

    where: str
    error: str


Item = Document | Unreadable
Source = Callable[[], Iterator[Item]]


def open_sources(paths: Sequence[Path], configs: Sequence[str] = ()) -> list[Source]:
    """What each path holds; calling a source reads it from the start.

    Parameters
    ----------
    paths
        Releases (a folder with ``manifest.json`` and ``data/``), folders of documents, single
        documents, or ``.jsonl`` files of ``{id, title, text}``.
    configs
        Configurations to take from releases; empty: all.

    Raises
    ------
    ConfigurationError
        When a path does not exist or is none of these, or a configuration is not in a release.
    """
    if not paths:
        raise ConfigurationError(
            "There is nothing to index.", fix="Name a release, a folder or a docs.jsonl."
        )
    return [_source(path, configs) for path in paths]


def _source(path: Path, configs: Sequence[str]) -> Source:
    if not path.exists():
        raise ConfigurationError(
            "The path to index does not exist.",
            where=str(path),
            fix="Name a dataset release, a folder of documents or a docs.jsonl of {id, title, text}.",
        )
    if path.is_dir() and (path / "manifest.json").is_file() and (path / "data").is_dir():
        files = _release_files(path, configs)
        return lambda: _read_release(files)
    if path.is_dir():
        return lambda: _read_documents(path)
    if path.suffix == ".jsonl":
        return lambda: _read_jsonl(path)
    if path.suffix.lower() in READERS["documents"].suffixes:
        return lambda: _read_file(SourceFile(path, path.name))
    suffixes = ", ".join(READERS["documents"].suffixes)
    raise ConfigurationError(
        f"A {path.suffix or 'nameless'} file cannot be indexed by itself.",
        where=str(path),
        fix=f"Give .jsonl or one of {suffixes}, a folder of them, or a release.",
    )


def _release_files(release: Path, configs: Sequence[str]) -> list[Path]:
    present = sorted(path.name for path in (release / "data").iterdir() if path.is_dir())
    unknown = sorted(set(configs) - set(present))
    if unknown:
        raise ConfigurationError(
            f"The release has no configuration {', '.join(map(repr, unknown))}.",
            where=str(release),
            fix=f"It has: {', '.join(present) or 'none'}.",
        )
    return [
        file
        for name in present
        if not configs or name in configs
        for file in sorted((release / "data" / name).glob("*.parquet"))
    ]


def _read_release(files: Sequence[Path]) -> Iterator[Item]:
    for file in files:
        try:
            for batch in row_groups(file):
                for start in range(0, batch.num_rows, _BATCH_ROWS):
                    rows = batch.slice(start, _BATCH_ROWS).to_pylist()
                    yield from (_release_document(row, file) for row in rows)
        except (pa.ArrowInvalid, OSError) as error:
            raise UserError(
                "A data file of the release cannot be read.",
                where=f"{file}: {error}",
                fix="Build the release again; its files are written whole or not at all.",
            ) from error


def _release_document(row: dict[str, Any], file: Path) -> Item:
    attributes = orjson.loads(row.get("attributes") or "{}")
    if "messages" in row:
        turns = [turn["content"] for turn in row["messages"] if turn["role"] in ("user", "assistant")]
        # No title: a task's name says nothing of the one record, and each passage would repeat it.
        return Document(row["id"], "\n".join(turns), "", _of_task(row, attributes), attributes)
    if "text" in row:
        return Document(row["id"], row["text"], row["title"], _recognisable(row, attributes), attributes)
    return Unreadable(str(file), f"columns {', '.join(row)} hold neither text nor messages")


def _of_task(row: Mapping[str, Any], attributes: Mapping[str, str]) -> str:
    name = _recognisable(row, attributes)
    return name if row["task"] in ("", name) else f"{name}: {row['task']}"


def _recognisable(row: Mapping[str, Any], attributes: Mapping[str, str]) -> str:
    """What a person knows the record by: its file, the thread's beginning, or source and title."""
    if "path" in attributes:
        return attributes["path"]
    title = textwrap.shorten(row.get("title") or "", _SOURCE_CHARACTERS, placeholder=" …")
    if "channel" in attributes:
        channel = f"#{attributes['channel']}"
        return title if title.startswith(channel) else f"{channel} {title}".rstrip()
    return f"{row['source']}: {title}" if title else str(row["source"])


def _read_documents(folder: Path) -> Iterator[Item]:
    reader = READERS["documents"]
    if reader.unit == "folder":
        yield from _read_file(SourceFile(folder, folder.name))
        return
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts)
        if path.is_file() and not hidden and path.suffix.lower() in reader.suffixes:
            yield from _read_file(SourceFile(path, name.as_posix()))


def _read_file(file: SourceFile) -> Iterator[Item]:
    reader = READERS["documents"]
    try:
        for item in reader.read(file, reader.options()):
            if isinstance(item, Row) and isinstance(item.record, TextRecord):
                yield _file_document(item, item.record)
            elif isinstance(item, BadRow):
                yield Unreadable(str(item.where), item.error)
    except UserError as error:
        yield Unreadable(file.name, error.what)


def _file_document(row: Row, record: TextRecord) -> Document:
    # A file is one document; only a reader that finds several in it needs the place in the id.
    name = row.where.file if row.where.line <= 1 else str(row.where)
    return Document(name, record.text, record.title, name, record.attributes)


def _read_jsonl(path: Path) -> Iterator[Item]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            content = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if content.strip():
                yield _jsonl_document(content, f"{path.name}:{number}")


def _jsonl_document(line: bytes, where: str) -> Item:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Unreadable(where, f"not a line of JSON: {error}")
    if not isinstance(row, dict):
        return Unreadable(where, "not a JSON object")
    doc_id, text, title = row.get("id"), row.get("text"), row.get("title") or ""
    if not isinstance(doc_id, str | int) or not str(doc_id):
        return Unreadable(where, "no id")
    if not isinstance(text, str) or not isinstance(title, str):
        return Unreadable(where, "text or title is not a string")
    return Document(str(doc_id), text, title, str(row.get("source") or doc_id))
