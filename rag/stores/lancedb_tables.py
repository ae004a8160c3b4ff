"""The two LanceDB tables of an index: their columns, their indexes, rows by document."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import lancedb
import pyarrow as pa
from lancedb.index import FTS, BTree

from curation.errors import ConfigurationError, UserError
from rag.stores.filters import sql_literals
from rag.types import Passage

# Every write makes a version. Younger ones stay, because a bot may be reading from them.
KEEP_VERSIONS: Final = timedelta(minutes=10)
_IDS: Final = ("passage_id", "doc_id")
_TYPES: Final = {"start": pa.int64(), "end": pa.int64(), "acl": pa.list_(pa.string())}
PASSAGE_FIELDS: Final = tuple(Passage.__dataclass_fields__)
PASSAGES: Final = pa.schema(
    [pa.field(name, _TYPES.get(name, pa.string()), nullable=False) for name in (*PASSAGE_FIELDS, "lexical")]
)


def vectors_schema(dimensions: int) -> pa.Schema:
    """Columns of the vectors; half precision moves a cosine by less than 0.001."""
    return pa.schema(
        [pa.field(name, pa.string(), nullable=False) for name in _IDS]
        + [pa.field("vector", pa.list_(pa.float16(), dimensions), nullable=False)]
    )


def open_table(folder: Path, name: str, schema: pa.Schema, *, create: bool) -> Any:
    """Open a table; several processes may read while one writes: each read sees the newest whole version.

    Raises
    ------
    ConfigurationError
        When it is gone although the index has a manifest, or another version wrote it.
    UserError
        When it is damaged.
    """
    if not create and not (folder / f"{name}.lance").is_dir():
        raise ConfigurationError(
            f"The index has a manifest and no {name}.",
            where=str(folder),
            fix=f"Build it again: malmoi rag index PATH --out {folder.parent}",
        )
    # An interval of zero: a long-lived reader looks for a newer version at every search.
    database: Any = lancedb.connect(folder, read_consistency_interval=timedelta(0))
    if name in database.list_tables().tables:
        table = _opened(database, name, folder)
    else:
        table = database.create_table(name, schema=schema)
    if table.schema != schema:
        raise ConfigurationError(
            f"Another version wrote the {name} of the index: they have other columns.",
            where=str(folder),
            fix=f"Build it again in a new folder: malmoi rag index PATH --out {folder.parent}-new",
        )
    _create_indexes(table)
    return table


def _opened(database: Any, name: str, folder: Path) -> Any:
    try:
        return database.open_table(name)
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(
            f"The {name} of the index cannot be read: they are damaged, or a newer LanceDB wrote them.",
            where=f"{folder / name}.lance: {str(error).splitlines()[0][:300]}",
            fix="Restore a backup (malmoi rag restore), or build the index again in a new folder.",
        ) from error


def _create_indexes(table: Any) -> None:
    there = {column for index in table.list_indices() for column in index.columns}
    for column in _IDS:
        if column not in there:
            table.create_index(column, config=BTree())
    if "lexical" in table.schema.names and "lexical" not in there:
        # The field is tokenised already: split at white space and change nothing.
        table.create_index(
            "lexical",
            config=FTS(
                base_tokenizer="whitespace",
                lower_case=False,
                stem=False,
                remove_stop_words=False,
                ascii_folding=False,
                max_token_length=None,
                with_position=False,
            ),
        )


def ids_of(table: Any) -> Iterator[tuple[str, str]]:
    """``(passage_id, doc_id)`` of every row."""
    for batch in table.search().select(list(_IDS)).to_batches(10_000):
        yield from zip(*(batch.column(name).to_pylist() for name in _IDS), strict=True)


def remove_documents(table: Any, doc_ids: Sequence[str]) -> None:
    """Remove every row of the documents."""
    for at in range(0, len(doc_ids), 500):
        table.delete(f"doc_id IN ({sql_literals(doc_ids[at : at + 500])})")
