"""KOTE: online comments with the emotions that five raters found in them.

https://github.com/searle-j/KOTE, MIT; Jeon et al. (2022), arXiv 2205.05300. A table without a header,
parted by tabs: id, comment, and the numbers of the emotions with commas between. Most comments have
several; quotes are text. There are 43 emotions, and number 24 for none.
"""

from collections.abc import Iterator
from functools import partial

from curation.readers.base import Item, Reader, SourceFile
from curation.readers.fixed_table import read_bare_table
from curation.readers.labels import required, squeezed
from curation.readers.table import TABS
from curation.records import InstructionRecord
from curation.tasks.spec import TaskOptions, task


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the comments, whose output names all their emotions in the corpus's order.

    Equal comments form a split group.

    Raises
    ------
    UserError
        When none of the first lines is an id, a comment and numbers of emotions.
    """
    columns = "an id, a comment and numbers of emotions from 0 to 43"
    yield from read_bare_table(file, 3, TABS, partial(_record, options), columns)


def _record(options: TaskOptions, values: list[str]) -> tuple[InstructionRecord, str]:
    identifier, comment, numbers = values
    spec = task("kote")
    record = spec.record(
        {"comment": required(comment, "comment")},
        [spec.all_in_words(numbers.split(","))],
        options,
        group=squeezed(comment),
        attributes={"id": identifier, "label": numbers},
    )
    return record, ""


KOTE = Reader(
    name="kote",
    summary="KOTE: online comments with all of 43 emotions that raters found in them",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".tsv",),
)
