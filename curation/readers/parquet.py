"""Parquet tables, read by batches and mapped by column names."""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal

import orjson
import pyarrow as pa
from pyarrow import parquet

from curation.errors import UserError
from curation.readers import columns
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import cannot_open
from curation.records import BadRow, Location, Row

_ROWS_A_BATCH = 1024


class ParquetOptions(columns.ColumnOptions):
    """Columns as in the other generic readers."""


def read(file: SourceFile, options: ParquetOptions) -> Iterator[Item]:
    """Yield the rows of a table as records; the place of a row is its number from 1.

    Raises
    ------
    UserError
        When the file is no Parquet, is damaged, or has no column that the options name.
    """
    try:
        with parquet.ParquetFile(file.path) as table:
            names = table.schema_arrow.names
            columns.require(options, names, file.name)
            wanted = None if options.attributes is None else columns.named_columns(options)
            number = 0
            for batch in table.iter_batches(batch_size=_ROWS_A_BATCH, columns=wanted):
                for values in batch.to_pylist():
                    number += 1
                    yield _item(values, options, Location(file.name, number))
    except OSError as error:
        # Arrow reports damaged pages as OSError as well, without a code of the system.
        if error.errno is not None:
            raise cannot_open(file, error) from error
        raise _damaged(file, error) from error
    except pa.ArrowException as error:
        raise _damaged(file, error) from error


def _item(values: dict[str, object], options: ParquetOptions, where: Location) -> Item:
    plain = {key: _plain(value) for key, value in values.items() if not isinstance(value, bytes)}
    try:
        return Row(columns.record(plain, options), where)
    except ValueError as error:
        return BadRow(orjson.dumps(plain, default=str), where, str(error))


def _plain(value: object) -> object:
    """Dates and exact numbers as text: JSON, in which attributes are written, has neither."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _damaged(file: SourceFile, error: Exception) -> UserError:
    return UserError(
        f"This file is no Parquet, or it is damaged: {str(error).splitlines()[0]}.",
        where=file.name,
        fix="Write the file again, or leave it out of the recipe.",
    )


PARQUET = Reader(
    name="parquet",
    summary="Parquet: read by batches, columns mapped by options",
    options=ParquetOptions,
    read=read,
    kind=columns.kind,
    suffixes=(".parquet",),
)
