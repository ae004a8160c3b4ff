"""Where documents to index come from: a dataset release, a folder or file of documents, a JSONL file.

Names of files are told as they are written in NFC: a Mac writes Hangul of file names in its parts.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from curation.errors import ConfigurationError, UserError
from curation.readers import READERS
from curation.readers.base import SourceFile
from curation.records import BadRow, Row, TextRecord
from rag.acl import Rules
from rag.dates import date_of, iso_date
from rag.files import Found, Input, Item, Unreadable, is_slack_archive, of_file, of_folder, size_of_file, walk
from rag.releases import read_release, recognisable, release_files
from rag.slack_archive import unpacked
from rag.types import Document

MOST_MEGABYTES: Final = 100
# A mailbox is read message by message, whatever its size.
_STREAMED: Final = frozenset({".mbox"})
_ARCHIVE: Final = ".zip"


class Sources(NamedTuple):
    """What the paths hold: inputs to read, and what cannot even be looked at.

    ``told_apart``: names begin with those of their folders, because there are several.
    """

    inputs: list[Input]
    faults: list[Unreadable]
    told_apart: bool


def open_sources(
    paths: Sequence[Path],
    configs: Sequence[str] = (),
    *,
    rules: Rules = Rules(),  # noqa: B008 - it is frozen
    most_megabytes: int = MOST_MEGABYTES,
) -> Sources:
    """What each path holds; nothing is read yet.

    Parameters
    ----------
    paths
        Releases (a folder with ``manifest.json`` and ``data/``), folders of documents, Slack exports
        (a folder or its ZIP file), single documents, or ``.jsonl`` files of ``{id, title, text,
        attributes, acl, date, source}``. With several folders the names in each begin with its own.
    configs
        Configurations to take from releases; empty: all.
    rules
        Who may find what.
    most_megabytes
        Documents in larger files are left out and named; mailboxes and ``.jsonl`` may have any size.

    Raises
    ------
    ConfigurationError
        When a path does not exist or is none of these, or a configuration is not in a release.
    """
    if not paths:
        raise ConfigurationError(
            "There is nothing to index.", fix="Name a release, a folder or a docs.jsonl."
        )
    several = sum(path.is_dir() and not _is_release(path) for path in paths) > 1
    reading = _Reading(rules, most_megabytes * 1_000_000, several)
    found: dict[str, Input] = {}
    faults: list[Unreadable] = []
    for path in paths:
        for item in reading.inputs(path, configs):
            if isinstance(item, Unreadable):
                faults.append(item)
            else:
                found.setdefault(item.key, item)
    return Sources(list(found.values()), faults, several)


class _Reading(NamedTuple):
    rules: Rules
    most_bytes: int
    several: bool

    def inputs(self, path: Path, configs: Sequence[str]) -> Iterator[Input | Unreadable]:
        if not path.exists():
            raise ConfigurationError(
                "The path to index does not exist.",
                where=str(path),
                fix="Name a dataset release, a folder of documents or a docs.jsonl of {id, title, text}.",
            )
        if _is_release(path):
            files = release_files(path, configs)
            # The files of a release are named with their hashes in its manifest.
            told = of_file(path / "manifest.json", self._ruled(partial(read_release, files)))
            size = sum(file.stat().st_size for file in files)
            yield replace(told, key=str(path.resolve()), bytes=size)
        elif path.is_dir():
            yield from self._folder(path)
        elif path.suffix == ".jsonl":
            yield of_file(path.absolute(), self._ruled(partial(read_jsonl, path)))
        elif (one := self._entry(Found(path.absolute(), path.name))) is not None:
            yield one
        else:
            suffixes = ", ".join(READERS["documents"].suffixes)
            raise ConfigurationError(
                f"A {path.suffix or 'nameless'} file cannot be indexed by itself.",
                where=str(path),
                fix=f"Give .jsonl or one of {suffixes}, a Slack export, a folder of them, or a release.",
            )

    def _folder(self, folder: Path) -> Iterator[Input | Unreadable]:
        name = folder.resolve().name if self.several else ""
        for entry in walk(folder.resolve(), name):
            one = entry if isinstance(entry, Unreadable) else self._entry(entry)
            if one is not None:
                yield one

    def _entry(self, entry: Found) -> Input | Unreadable | None:
        path, name = entry.path, unicodedata.normalize("NFC", entry.name)
        if entry.is_export:
            return of_folder(path, self._ruled(partial(_read_slack, path, name)))
        suffix = path.suffix.lower()
        if suffix == _ARCHIVE and is_slack_archive(path):
            return of_file(path, self._ruled(partial(_read_slack_archive, path, name)))
        if suffix not in READERS["documents"].suffixes:
            return None
        size = size_of_file(path)
        if size is None:
            return Unreadable(name, "it leads to no file")
        if size > self.most_bytes and suffix not in _STREAMED:
            limit = self.most_bytes / 1e6
            return Unreadable(name, f"{size / 1e6:,.0f} MB are more than the limit of {limit:,.0f} MB")
        return of_file(path, self._ruled(partial(_read_file, SourceFile(path, name))))

    def _ruled(self, read: Callable[[], Iterator[Item]]) -> Callable[[], Iterator[Item]]:
        def ruled() -> Iterator[Item]:
            for item in read():
                yield self.rules.applied(item) if isinstance(item, Document) else item

        return ruled


def _is_release(path: Path) -> bool:
    return (path / "manifest.json").is_file() and (path / "data").is_dir()


def _read_file(file: SourceFile) -> Iterator[Item]:
    mailbox = file.path.suffix.lower() in _STREAMED
    for row in _rows("documents", file):
        if isinstance(row, Unreadable):
            yield row
        else:
            yield _document(_id_in_mailbox(row) if mailbox else file.name, file.name, row)


def _read_slack(folder: Path, name: str) -> Iterator[Item]:
    for row in _rows("slack_export", SourceFile(folder, name)):
        if isinstance(row, Unreadable):
            yield row
            continue
        told = row.record.attributes
        source = recognisable({"title": row.record.title, "source": name}, told)
        yield _document(f"{name}#{told['channel']}/{told['ts']}", source, row)


def _read_slack_archive(path: Path, name: str) -> Iterator[Item]:
    try:
        with unpacked(path) as folder:
            yield from _read_slack(folder, name)
    except (ValueError, OSError) as error:
        yield Unreadable(name, f"no Slack export: {error}")


def _rows(reader_name: str, file: SourceFile) -> "Iterator[_TextRow | Unreadable]":
    reader = READERS[reader_name]
    try:
        for item in reader.read(file, reader.options()):
            if isinstance(item, Row) and isinstance(item.record, TextRecord):
                yield _TextRow(str(item.where), item.where.file, item.record)
            elif isinstance(item, BadRow):
                yield Unreadable(str(item.where), item.error)
    except UserError as error:
        yield Unreadable(file.name, error.what)
    except OSError as error:
        yield Unreadable(file.name, f"it cannot be read: {error.strerror}")


class _TextRow(NamedTuple):
    where: str
    file: str
    record: TextRecord


def _document(doc_id: str, source: str, row: _TextRow) -> Document:
    told = row.record.attributes
    return Document(doc_id, row.record.text, row.record.title, source, told, date=date_of(told))


def _id_in_mailbox(row: _TextRow) -> str:
    """The message's own id: its place changes when a message before it is deleted."""
    own = row.record.attributes.get("message_id")
    return f"{row.file}#{own}" if own else row.where


def read_jsonl(path: Path) -> Iterator[Item]:
    """The documents of a ``.jsonl`` file; see `open_sources`."""
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                content = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if content.strip():
                    yield _jsonl_document(content, f"{path.name}:{number}")
    except OSError as error:
        yield Unreadable(path.name, f"it cannot be read: {error.strerror}")


def _jsonl_document(line: bytes, where: str) -> Item:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Unreadable(where, f"not a line of JSON: {error}")
    if not isinstance(row, dict):
        return Unreadable(where, "not a JSON object")
    try:
        return _told_document(row)
    except ValueError as error:
        return Unreadable(where, str(error))


def _told_document(row: dict[str, Any]) -> Document:
    doc_id, text, title = row.get("id"), row.get("text"), row.get("title") or ""
    if not isinstance(doc_id, str | int) or not str(doc_id):
        raise ValueError("no id")
    if not isinstance(text, str) or not isinstance(title, str):
        raise ValueError("text or title is not a string")
    attributes = row.get("attributes") or {}
    if not isinstance(attributes, dict):
        raise ValueError("attributes is no object")
    known = {key: value if isinstance(value, str) else str(value) for key, value in attributes.items()}
    # Who may read a document is not guessed: a row that says it otherwise is left out.
    acl = row.get("acl")
    if acl is not None and not (isinstance(acl, list) and all(isinstance(one, str) and one for one in acl)):
        raise ValueError("acl is no list of groups")
    date = row.get("date") or ""
    told = iso_date(date) if isinstance(date, str) else ""
    if date and not told:
        raise ValueError(f"date is no ISO 8601 date: {date!r}")
    return Document(
        str(doc_id),
        text,
        title,
        str(row.get("source") or doc_id),
        known,
        tuple(acl or ()),
        told or date_of(known),
    )
