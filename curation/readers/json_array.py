"""Files that hold one JSON array with an object a row."""

from collections.abc import Callable, Iterator

from curation.errors import UserError
from curation.readers import json_file
from curation.readers.base import Item, SourceFile
from curation.records import BadRow, Location, Record, Row


def rows(
    file: SourceFile, what: str, record_of: Callable[[dict[str, object]], Record | None]
) -> Iterator[Item]:
    """Yield the record of each object; the place of a row is its item in the array, from 1.

    An object that ``record_of`` refuses (ValueError) is a bad row; one that it gives None for is left
    to the caller to count. ``what`` names the items in messages.

    Raises
    ------
    UserError
        When the file is no JSON array.
    """
    items = json_file.load(file)
    if not isinstance(items, list):
        raise UserError(
            f"This file holds no array of {what}.",
            where=file.name,
            fix="Check the file, or leave it out of the recipe.",
        )
    for number, item in enumerate(items, 1):
        where = Location(file.name, number)
        try:
            if not isinstance(item, dict):
                raise ValueError("the item is no object")
            record = record_of(item)
        except ValueError as error:
            yield BadRow(json_file.spelled(item), where, str(error))
            continue
        if record is not None:
            yield Row(record, where)
