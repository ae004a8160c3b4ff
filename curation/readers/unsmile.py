"""Korean UnSmile: sentences with all kinds of hate in them, abuse, or neither.

https://github.com/smilegate-ai/korean_unsmile_dataset, data CC BY-NC-ND 4.0. Tables parted by tabs without
quoting: the sentence, ten columns of 0 or 1 for its labels, and whether it names a person. Two sentences of
the training set have no label at all.
"""

from collections.abc import Iterator
from functools import partial
from itertools import compress

from curation.readers.base import Item, Reader, SourceFile
from curation.readers.fixed_table import read_table
from curation.readers.labels import required, squeezed
from curation.readers.table import TABS
from curation.records import InstructionRecord
from curation.tasks.spec import TaskOptions, task

_NAMES_A_PERSON = "개인지칭"


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sentences, whose output names all their labels in the corpus's order.

    Equal sentences form a split group.
    """
    header = ("문장", *task("unsmile").labels, _NAMES_A_PERSON)
    yield from read_table(file, header, TABS, partial(_record, options))


def _record(options: TaskOptions, values: list[str]) -> tuple[InstructionRecord, str]:
    sentence, *flags, names_a_person = values
    spec = task("unsmile")
    fields = {"sentence": required(sentence, "sentence")}
    if not {"0", "1"}.issuperset(flags):
        raise ValueError("a label is neither 0 nor 1")
    labels = list(compress(spec.labels, map(int, flags)))
    record = spec.record(
        fields,
        [spec.all_in_words(labels)],
        options,
        group=squeezed(sentence),
        attributes={"label": ",".join(labels), _NAMES_A_PERSON: names_a_person},
    )
    return record, ""


UNSMILE = Reader(
    name="unsmile",
    summary="Korean UnSmile: sentences with all kinds of hate in them, abuse, or neither",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".tsv",),
)
