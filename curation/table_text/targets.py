"""Tables and references that sentences are scored or checked against, from any reader of tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from curation.errors import ConfigurationError, UserError
from curation.readers import READERS
from curation.readers.base import SourceFile
from curation.readers.quoting import shown
from curation.records import BadRow, InstructionRecord, Location, Row
from curation.table_text.model import Table, table_of_attributes

_READERS = {
    ".jsonl": "totto",
    **dict.fromkeys((".html", ".htm", ".csv", ".tsv", ".xlsx"), "table_documents"),
}
_OF_TABLES = "totto, e2e, rotowire, wikibio, kbgen, nikl_evaluation or table_documents"


@dataclass(frozen=True, slots=True)
class Target:
    """A table, the sentences that were written for it, and where it stands.

    ``subset`` is ``overlap`` or ``nonoverlap`` where ToTTo says whether the table's headers stand in
    its training tables, else empty.
    """

    table: Table
    references: tuple[str, ...]
    where: Location
    subset: str = ""


def reader_for(path: Path) -> str:
    """Name the reader for a file by its suffix.

    Raises
    ------
    ConfigurationError
        When the suffix says none.
    """
    try:
        return _READERS[path.suffix.lower()]
    except KeyError:
        raise ConfigurationError(
            "What tables this file holds cannot be told from its name.",
            where=path.name,
            fix=f"Name the reader: --reader {_OF_TABLES}.",
        ) from None


def read_targets(path: Path, reader: str, **options: Any) -> list[Target]:
    """Read all tables of a file or folder.

    Raises
    ------
    UserError
        When it cannot be read, a row of it cannot, or its rows hold no tables.
    ConfigurationError
        When there is no such reader, or it has no such option.
    """
    used = READERS.get(reader)
    if used is None:
        raise ConfigurationError(
            f"There is no reader {shown(reader)!r}.", where="--reader", fix=f"Name one of {_OF_TABLES}."
        )
    try:
        chosen = used.options(**options)
    except ValidationError as error:
        fault = error.errors()[0]
        raise ConfigurationError(
            f"The reader {reader!r} does not take {fault['loc'][0]}: {fault['msg']}.",
            where=path.name,
            fix="Leave the option out; --cells and --header-rows are for tables of your own.",
        ) from error
    found = [
        _target(item)
        for item in used.read(SourceFile(path, path.name), chosen)
        if isinstance(item, Row | BadRow)
    ]
    if not found:
        raise UserError("There are no tables here.", where=path.name, fix="Check the file.")
    return found


def read_sentences(path: Path, count: int) -> list[str]:
    """Read sentences, one a line, as many as there are tables; a blank line is an empty sentence.

    Raises
    ------
    UserError
        When there are more or fewer, or the file cannot be read.
    """
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UserError(
            f"These sentences cannot be read: {reason}.", where=path.name, fix="Check the path and the file."
        ) from error
    if not lines[-1]:
        lines.pop()
    if len(lines) != count:
        raise UserError(
            f"The numbers of sentences and of tables differ: {len(lines):,} and {count:,}.",
            where=path.name,
            fix="Write one sentence a line, in the order of the tables; leave a line blank for none.",
        )
    return [line.strip() for line in lines]


def _target(item: Row | BadRow) -> Target:
    if isinstance(item, BadRow):
        # Sentences belong to tables by their order: leaving one out would shift them.
        raise UserError(
            f"This table cannot be read: {item.error}.",
            where=str(item.where),
            fix=f"Repair or remove the row; or, if these are other tables, name the reader: {_OF_TABLES}.",
        )
    record = item.record
    table = table_of_attributes(record.attributes)
    if table is None or not isinstance(record, InstructionRecord):
        raise UserError(
            "This row holds no table.", where=str(item.where), fix=f"Choose a reader of tables: {_OF_TABLES}."
        )
    subset = {"true": "overlap", "false": "nonoverlap"}.get(record.attributes.get("overlap_subset", ""), "")
    return Target(table, record.references, item.where, subset)


def subsets(targets: Sequence[Target]) -> dict[str, list[int]]:
    """Give the places of the targets of each subset; nothing where there are none."""
    found: dict[str, list[int]] = {}
    for place, target in enumerate(targets):
        if target.subset:
            found.setdefault(target.subset, []).append(place)
    return found
