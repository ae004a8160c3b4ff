"""K-MHaS: news comments with all kinds of hate speech that are in them.

https://github.com/adlnlp/K-MHaS, CC BY-SA 4.0; Lee et al. (2022), COLING. Tables parted by tabs (named
`.txt`) with the columns document and label, the numbers of the kinds with commas between; a third of the
comments stand in quotes. Number 8, no hate speech, stands alone.
"""

from collections.abc import Iterator
from functools import partial

from curation.readers.base import Item, Reader, SourceFile
from curation.readers.fixed_table import read_table
from curation.readers.labels import required, squeezed, trimmed
from curation.readers.table import Dialect
from curation.records import InstructionRecord
from curation.tasks.spec import TaskOptions, task


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the comments, whose output names all kinds in the corpus's order.

    Equal comments, some of them with other labels, form a split group.
    """
    yield from read_table(file, ("document", "label"), Dialect("\t"), partial(_record, options))


def _record(options: TaskOptions, values: list[str]) -> tuple[InstructionRecord, str]:
    comment, written = values
    label, recovery = trimmed(written)
    spec = task("kmhas")
    record = spec.record(
        {"comment": required(comment, "comment")},
        [spec.all_in_words(label.split(","))],
        options,
        group=squeezed(comment),
        attributes={"label": label},
    )
    return record, recovery


KMHAS = Reader(
    name="kmhas",
    summary="K-MHaS: news comments with all of eight kinds of hate speech in them, or none",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".txt", ".tsv"),
)
