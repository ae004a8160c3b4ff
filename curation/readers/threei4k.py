"""3i4K: what an utterance wants (https://github.com/warnikchow/3i4k, CC BY-SA 4.0).

Lines of label and utterance, parted by a tab, without a header: ``fci.txt`` and its divisions. The
utterances have no punctuation, so that some depend on the tone they are spoken in. Labels: 0 fragment,
1 statement, 2 question, 3 command, 4 rhetorical question, 5 rhetorical command, 6 depends on the tone.
One in twenty stands more than once, some with several labels; all copies form a split group.
"""

from collections.abc import Iterator
from functools import partial

from curation.readers.base import Item, Reader, SourceFile
from curation.readers.fixed_table import read_bare_table
from curation.readers.labels import required, squeezed, trimmed
from curation.readers.table import TABS
from curation.records import InstructionRecord
from curation.tasks.spec import TaskOptions, task


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the utterances.

    Raises
    ------
    UserError
        When none of the first lines is a label, a tab and an utterance.
    """
    columns = "a label from 0 to 6 and an utterance"
    yield from read_bare_table(file, 2, TABS, partial(_record, options), columns)


def _record(options: TaskOptions, values: list[str]) -> tuple[InstructionRecord, str]:
    written, utterance = values
    label, recovery = trimmed(written)
    spec = task("3i4k")
    record = spec.record(
        {"utterance": required(utterance, "utterance")},
        [spec.in_words(label)],
        options,
        group=squeezed(utterance),
        attributes={"label": label},
    )
    return record, recovery


THREE_I4K = Reader(
    name="3i4k",
    summary="3i4K: an utterance and what it wants, one of seven intentions",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".txt",),
)
