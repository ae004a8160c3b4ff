"""KorNLI and KorSTS: inference and similarity, translated (https://github.com/kakaobrain/kor-nlu-datasets).

CC BY-SA 4.0. Tables parted by tabs without quoting: quotes in them are text. KorNLI has the same three
columns in all its files (``multinli.train.ko.tsv``, ``snli_1.0_train.ko.tsv``, ``xnli.*.ko.tsv``).
KorSTS scores from 0 to 5 keep their spelling (5.000, 2.75, 0); its ids count anew in each of its
sources and years.
"""

from collections.abc import Iterator
from functools import partial

from curation.readers.base import Item, Reader, SourceFile
from curation.readers.fixed_table import read_table
from curation.readers.labels import required, score, squeezed, trimmed
from curation.readers.table import TABS
from curation.records import InstructionRecord
from curation.tasks.spec import TaskOptions, task

_MOST_SIMILAR = 5


def read_nli(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the pairs; those with the same premise form a split group."""
    yield from read_table(file, ("sentence1", "sentence2", "gold_label"), TABS, partial(_nli, options))


def read_sts(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the pairs; those with the same first sentence form a split group."""
    header = ("genre", "filename", "year", "id", "score", "sentence1", "sentence2")
    yield from read_table(file, header, TABS, partial(_sts, options))


def _nli(options: TaskOptions, values: list[str]) -> tuple[InstructionRecord, str]:
    premise, hypothesis, written = values
    label, recovery = trimmed(written)
    spec = task("kornli")
    record = spec.record(
        {"premise": required(premise, "premise"), "hypothesis": required(hypothesis, "hypothesis")},
        [spec.in_words(label)],
        options,
        group=squeezed(premise),
        attributes={"label": label},
    )
    return record, recovery


def _sts(options: TaskOptions, values: list[str]) -> tuple[InstructionRecord, str]:
    genre, filename, year, identifier, written, first, second = values
    label, recovery = trimmed(written, "score")
    record = task("korsts").record(
        {"sentence1": required(first, "first sentence"), "sentence2": required(second, "second sentence")},
        [score(label, _MOST_SIMILAR)],
        options,
        group=squeezed(first),
        attributes={"genre": genre, "filename": filename, "year": year, "id": identifier, "label": label},
    )
    return record, recovery


KORNLI = Reader(
    name="kornli",
    summary="KorNLI: premise, hypothesis, and how they relate",
    options=TaskOptions,
    read=read_nli,
    kind=lambda _: "instruction",
    suffixes=(".tsv",),
)
KORSTS = Reader(
    name="korsts",
    summary="KorSTS: two sentences and their similarity from 0 to 5",
    options=TaskOptions,
    read=read_sts,
    kind=lambda _: "instruction",
    suffixes=(".tsv",),
)
