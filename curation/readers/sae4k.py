"""sae4K: what a question asks for or a command wants done (https://github.com/warnikchow/sae4k).

CC BY-SA 4.0. Lines parted by tabs, without a header: sentence, argument, label in ``sae4k_v1.txt``;
label, sentence, argument in ``sae4k_v2.txt``. Labels: 0 yes/no question, 1 question between
alternatives, 2 question with a question word, 3 prohibition, 4 request, 5 request with a prohibition.
Some sentences stand twice with arguments worded in two ways; they form a split group.
"""

from collections.abc import Iterator
from functools import partial

from curation.readers.base import Item, Reader, SourceFile
from curation.readers.fixed_table import read_bare_table
from curation.readers.labels import required, squeezed, trimmed
from curation.readers.table import TABS
from curation.records import InstructionRecord
from curation.tasks.spec import TaskOptions, task

_LABELS = ("0", "1", "2", "3", "4", "5")


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sentences with their arguments.

    Raises
    ------
    UserError
        When none of the first lines is a sentence, an argument and a label.
    """
    columns = "a sentence, its argument and a label from 0 to 5"
    yield from read_bare_table(file, 3, TABS, partial(_record, options), columns)


def _record(options: TaskOptions, values: list[str]) -> tuple[InstructionRecord, str]:
    # The columns of version 1, or of version 2.
    first, second, third = values
    in_order = third.strip() in _LABELS
    sentence, argument, written = values if in_order else (second, third, first)
    label, recovery = trimmed(written)
    if label not in _LABELS:
        raise ValueError(f"neither the last nor the first column is one of {', '.join(_LABELS)}")
    record = task("sae4k").record(
        {"sentence": required(sentence, "sentence")},
        [required(argument, "argument")],
        options,
        group=squeezed(sentence),
        attributes={"label": label},
    )
    return record, recovery


SAE4K = Reader(
    name="sae4k",
    summary="sae4K: a question or command, and its argument in a noun phrase",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".txt",),
)
