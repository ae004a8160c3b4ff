"""The passages that may go into a published bundle, of an index or of documents."""

import contextlib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from curation.errors import ConfigurationError, UserError
from rag.manifest import FILE_NAME, Manifest
from rag.passages import cut_documents
from rag.search import Index
from rag.settings import Ranking
from rag.sources import open_sources
from rag.stores import PassageStore, Stored, open_store
from rag.types import Document, Filter, Passage

_FETCHED_AT_ONCE: Final = 1_000
_DOCUMENTS_AT_ONCE: Final = 256
# Measured on Korean documents: passages overlap, and postings and words take two fifths beside them.
_BYTES_A_CHARACTER, _BYTES_A_BYTE = 4.5, 1.25
_FIX: Final = "Name an index (malmoi rag index), a release, or a folder of documents."
# How the number comes first in a passage's place; see curation.readers.documents.structure.Place.
_NUMBER: Final = re.compile(r"(?:(\d+)(?:~\d+)?쪽|((?:슬라이드|시트) \d+(?:~\d+)?))(?:, |$)")


@dataclass(frozen=True, slots=True)
class Source:
    """What is exported, in an order that only the content decides, and how it is ranked.

    ``left_out``: passages that not everybody may read; ``restricted``: those of them that are exported
    nevertheless, for certain groups. ``licences`` are those that the passages come under, or None where
    nothing says so.
    """

    stored: tuple[Stored, ...]
    ranking: Ranking
    left_out: int
    restricted: int
    licences: tuple[str, ...] | None


def read_source(path: Path, groups: Collection[str] | None = ()) -> Source:
    """The passages of an index, a release, or a folder of documents.

    Parameters
    ----------
    groups
        Whoever opens the bundle is taken for a member of these groups; none: passages that everybody
        may read. ``None``: all passages.

    Raises
    ------
    ConfigurationError
        When there is nothing to read, or an index of another version.
    UserError
        When no passage is left.
    """
    _require_there(path)
    if (path / FILE_NAME).is_file():
        stored, ranking, licences = _of_index(path)
    else:
        stored, ranking, licences = _of_documents(path), Ranking(), licences_of([path])
    among = Filter(groups=None if groups is None else frozenset(groups))
    admitted = [one for one in stored if among.admits(one.passage)]
    if not admitted:
        raise UserError(
            f"No passage may be exported: {len(stored):,} are for certain groups only."
            if stored
            else "There are no passages to export.",
            where=str(path),
            fix="Name the groups that the bundle is for, or other documents.",
        )
    return Source(
        tuple(sorted(admitted, key=_place_in_order)),
        ranking,
        len(stored) - len(admitted),
        sum(bool(one.passage.acl) for one in admitted),
        licences,
    )


def look_at_source(path: Path) -> int:
    """Find what can be found without reading passages, and guess the bytes that they will be exported to.

    Raises
    ------
    ConfigurationError
        When there is nothing to read, or an index of another version.
    """
    _require_there(path)
    if (path / FILE_NAME).is_file():
        with Manifest.open(path) as manifest:
            found = manifest.one("SELECT TOTAL(characters) FROM passages") * _BYTES_A_CHARACTER
    else:
        inputs = open_sources([path]).inputs
        found = sum(one.bytes or one.stamp().size for one in inputs) * _BYTES_A_BYTE
    if not found:
        raise ConfigurationError("There are no passages to export.", where=str(path), fix=_FIX)
    return round(found)


def licences_of(paths: Iterable[Path]) -> tuple[str, ...] | None:
    """Licences of the sources of releases, sorted; None where one of the paths is none, or does not say."""
    found: set[str] = set()
    for path in paths:
        try:
            sources = orjson.loads((path / "manifest.json").read_bytes())["sources"]
            found.update(str(one["licence"]) for one in sources)
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
            return None
    return tuple(sorted(found)) or None


def _require_there(path: Path) -> None:
    if not path.exists():
        raise ConfigurationError(
            "There are no passages to export: the path does not exist.", where=str(path), fix=_FIX
        )


def page_and_headings(passage: Passage) -> tuple[int | None, list[str]]:
    """Where a person finds a passage: its (first) page from 1, and the headings above, outermost first."""
    found = _NUMBER.match(passage.place)
    rest = passage.place[found.end() :] if found else passage.place
    headings = [one for one in rest.split(" > ") if one]
    if found and found[2]:
        headings.insert(0, found[2])
    return (int(found[1]) if found and found[1] else None), headings


def _place_in_order(stored: Stored) -> tuple[str, str, int, str]:
    passage = stored.passage
    return passage.source, passage.doc_id, passage.start, passage.passage_id


def _of_index(path: Path) -> tuple[list[Stored], Ranking, tuple[str, ...] | None]:
    with (
        Manifest.open(path) as manifest,
        contextlib.closing(open_store(manifest.store, path, manifest.dimensions, create=False)) as store,
    ):
        return list(_stored(store)), Index(manifest, store).ranking, _licences_in(manifest)


def _licences_in(manifest: Manifest) -> tuple[str, ...] | None:
    """Licences of an index of releases that are still as they were when it was built."""
    entries = list(manifest.files().values())
    licences = licences_of(Path(entry.path) for entry in entries)
    if licences is None:
        return None
    inputs = {one.key: one for entry in entries for one in open_sources([Path(entry.path)]).inputs}
    unchanged = all(entry.path in inputs and inputs[entry.path].digest() == entry.digest for entry in entries)
    return licences if unchanged else None


def _stored(store: PassageStore) -> Iterator[Stored]:
    ids = sorted({passage_id for passage_id, _ in store.passage_ids()})
    for at in range(0, len(ids), _FETCHED_AT_ONCE):
        yield from store.fetch(ids[at : at + _FETCHED_AT_ONCE]).values()


def _of_documents(path: Path) -> list[Stored]:
    found: list[Stored] = []
    documents: list[Document] = []
    for one in open_sources([path]).inputs:
        documents += [item for item in one.read() if isinstance(item, Document) and item.text.strip()]
        while len(documents) >= _DOCUMENTS_AT_ONCE:
            found += _cut(documents[:_DOCUMENTS_AT_ONCE])
            del documents[:_DOCUMENTS_AT_ONCE]
    return found + _cut(documents)


def _cut(documents: list[Document]) -> list[Stored]:
    return [Stored(cut.passage, cut.lexical) for cut in cut_documents(documents)]
