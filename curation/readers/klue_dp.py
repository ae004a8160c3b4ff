"""KLUE DP: sentences with a dependency tree over their words (어절).

https://github.com/KLUE-benchmark/KLUE, CC BY-SA 4.0. A line a word: number, form, morphemes, their tags,
head (0: root), relation. A spreadsheet went over the table: ``3%`` became ``0`` among the morphemes, and
in five sentences of the development set ``15.7%`` became ``15.70%`` or ``5.0`` became ``5`` among the
words, while the sentence keeps what was written: the words are then restored from it.
"""

from collections.abc import Iterator
from functools import partial

from curation.readers import json_file
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.dependencies import in_lines, sejong_relation
from curation.readers.klue_sentences import read_sentences
from curation.records import InstructionRecord
from curation.tasks.spec import TaskOptions, TaskSpec, task

COLUMNS = ("index", "form", "lemma", "pos", "head", "deprel")
RESTORED = "words restored from the sentence"


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sentences.

    Raises
    ------
    UserError
        When the file is no table of this kind.
    """
    yield from read_sentences(file, "klue_dp", partial(_record, task("klue_dp"), options))


def _record(
    spec: TaskSpec, options: TaskOptions, identifier: str, sentence: str, lines: list[str]
) -> tuple[InstructionRecord, str]:
    fields = [line.split("\t") for line in lines]
    if any(len(one) != len(COLUMNS) for one in fields):
        raise ValueError(f"not every word has {len(COLUMNS)} columns")
    # The table by columns: shorter than a mapping a word.
    columns = dict(zip(COLUMNS, zip(*fields, strict=True), strict=True))
    forms, recovery = list(columns["form"]), ""
    if " ".join(forms) != sentence:
        written = sentence.split()
        if len(written) != len(forms):
            raise ValueError("the words are not those of the sentence")
        forms, recovery = written, RESTORED
    relations = list(map(sejong_relation, columns["deprel"]))
    record = spec.record(
        {"text": sentence},
        [in_lines(columns["index"], forms, columns["head"], relations)],
        options,
        attributes={"id": identifier, "annotation": json_file.spelled(columns).decode()},
    )
    return record, recovery


KLUE_DP = Reader(
    name="klue_dp",
    summary="KLUE DP: sentences with a dependency tree over their words",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".tsv",),
)
