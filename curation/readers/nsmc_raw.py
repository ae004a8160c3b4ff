"""NSMC as it was collected: one JSON array of reviews a movie.

The author is left out: it is the reviewer's nickname with its end masked, which is personal data
and of no use to a dataset.
"""

from collections.abc import Iterator

from curation.errors import UserError
from curation.readers import json_file
from curation.readers.base import Item, Options, Reader, SourceFile
from curation.records import BadRow, Location, Row, TextRecord

_ATTRIBUTES = ("review_id", "movie_id", "rating", "date")


class NsmcRawOptions(Options):
    """The raw reviews have no options."""


def read(file: SourceFile, _options: NsmcRawOptions) -> Iterator[Item]:
    """Yield the reviews of one movie; the place of a review is its item in the array.

    Raises
    ------
    UserError
        When the file is no JSON array.
    """
    reviews = json_file.load(file)
    if not isinstance(reviews, list):
        raise UserError(
            "This file holds no array of reviews.",
            where=file.name,
            fix="The reader `nsmc_raw` takes one JSON array a movie; leave other files out of the recipe.",
        )
    for item, review in enumerate(reviews, 1):
        where = Location(file.name, item)
        try:
            yield Row(_record(review), where)
        except ValueError as error:
            yield BadRow(json_file.spelled(review), where, str(error))


def _record(review: object) -> TextRecord:
    if not isinstance(review, dict):
        raise ValueError("a review is no object")
    known = json_file.scalars(review)
    attributes = {key: known[key] for key in _ATTRIBUTES if key in known}
    return TextRecord(json_file.required_text(review, "review"), attributes=attributes)


NSMC_RAW = Reader(
    name="nsmc_raw",
    summary="NSMC raw reviews: a JSON array a movie, without the authors",
    options=NsmcRawOptions,
    read=read,
    kind=lambda _: "text",
    suffixes=(".json",),
)
