"""Parquet tables, read by batches and mapped by column names."""

import base64
from collections.abc import Iterator
from datetime import date, datetime, time

import orjson
import pyarrow as pa
from pyarrow import parquet

from curation.errors import UserError
from curation.readers import columns
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import cannot_open
from curation.readers.quoting import shown
from curation.records import BadRow, Location, Row

_ROWS_A_BATCH = 1024
_LONGEST_ERROR = 300
_VALUE_ERRORS = (ValueError, OverflowError, pa.ArrowException)


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
            # Group by group: over a whole file, Arrow keeps what it read of every group until the end.
            for group in range(table.num_row_groups):
                for batch in table.iter_batches(_ROWS_A_BATCH, [group], wanted):
                    for values, error in _rows(batch):
                        number += 1
                        yield _item(values, error, options, Location(file.name, number))
    except OSError as error:
        # Arrow reports damaged pages as OSError as well, without a code of the system.
        if error.errno is not None:
            raise cannot_open(file, error) from error
        raise _damaged(file, error) from error
    except (pa.ArrowException, UnicodeDecodeError) as error:  # a column's name may be no UTF-8
        raise _damaged(file, error) from error


def _rows(batch: pa.RecordBatch) -> Iterator[tuple[dict[str, object], str]]:
    """Each row of a batch, and what is wrong with it when one of its values cannot be read."""
    try:
        held = batch.to_pylist()
    except _VALUE_ERRORS:
        names = batch.schema.names
        for row in range(batch.num_rows):
            values, errors = {}, []
            for column, name in enumerate(names):
                values[name], error = _value(batch.column(column)[row])
                errors += [f"{name!r} cannot be read: {error}"] if error else []
            yield values, "; ".join(errors)
    else:
        for one in held:
            yield one, ""


def _value(scalar: pa.Scalar) -> tuple[object, str]:
    """A value, or what is left of it and why Python has none for it: no UTF-8, no day before 10000."""
    try:
        return scalar.as_py(), ""
    except _VALUE_ERRORS as error:
        if isinstance(scalar, pa.StringScalar):  # the large one too
            # With a backslash for every byte that is no text, none is lost.
            return scalar.as_buffer().to_pybytes().decode("utf-8", "backslashreplace"), str(error)
        return str(getattr(scalar, "value", scalar.type)), str(error)


def _item(values: dict[str, object], error: str, options: ParquetOptions, where: Location) -> Item:
    try:
        if error:
            raise ValueError(error)
        plain = {key: _plain(value) for key, value in values.items() if not isinstance(value, bytes)}
        return Row(columns.record(plain, options), where)
    except ValueError as fault:
        blobs = [key for key in columns.content_columns(options) if isinstance(values.get(key), bytes)]
        reason = f"{blobs[0]!r} is bytes, not text" if blobs and not error else str(fault)
        raw = orjson.dumps({key: _plain(value) for key, value in values.items()})
        return BadRow(raw, where, reason)


def _plain(value: object) -> object:
    """A value of those that JSON has, for attributes and quarantine are written in it."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)  # exact numbers, spans of time, half-precision numbers, UUIDs


def _damaged(file: SourceFile, error: Exception) -> UserError:
    return UserError(
        f"This file is no Parquet, or it is damaged: {shown(str(error), _LONGEST_ERROR)}.",
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
