"""BEEP!: comments on entertainment news, labelled for hate and for social bias.

https://github.com/kocohub/korean-hate-speech, CC BY-SA 4.0; Moon et al. (2020), SocialNLP. The labelled
tables have the columns comments, contain_gender_bias, bias and hate; a comment with quotes in it stands
in quotes. The other files hold a text a line: comments without labels, the test set (with a header), and
the titles of the news, whose line n belongs to line n + 1 of the labelled table of the same name. Most
titles stand in quotes, and some are empty.
"""

from collections.abc import Iterator
from functools import partial
from typing import Literal

from curation.readers.base import Item, Options, Reader, SourceFile
from curation.readers.encoding import file_encoding
from curation.readers.fixed_table import read_table
from curation.readers.labels import required, squeezed, trimmed
from curation.readers.lines import text_lines
from curation.readers.table import Dialect, split_row
from curation.records import BadRow, FileNote, InstructionRecord, Location, Row, TextRecord
from curation.tasks.spec import TaskOptions, TaskSpec, task

_HEADER = ("comments", "contain_gender_bias", "bias", "hate")
_COLUMNS = {"hate": "hate", "bias": "bias", "gender_bias": "contain_gender_bias"}


class BeepOptions(TaskOptions):
    """Which label is asked for: hate speech, social bias, or whether there is gender bias."""

    task: Literal["hate", "bias", "gender_bias"] = "hate"


def read(file: SourceFile, options: BeepOptions) -> Iterator[Item]:
    """Yield the labelled comments; the labels that are not asked for are attributes.

    Equal comments form a split group.
    """
    asked = _HEADER.index(_COLUMNS[options.task])
    record = partial(_record, task(f"beep_{options.task}"), options, asked)
    yield from read_table(file, _HEADER, Dialect("\t"), record)


def _record(
    spec: TaskSpec, options: BeepOptions, asked: int, values: list[str]
) -> tuple[InstructionRecord, str]:
    comment, gender_bias, bias, hate = values
    fields = {"comment": required(comment, "comment")}
    label, recovery = trimmed(values[asked])
    attributes = {"label": label, "contain_gender_bias": gender_bias, "bias": bias, "hate": hate}
    del attributes[_HEADER[asked]]
    record = spec.record(
        fields, [spec.in_words(label)], options, group=squeezed(comment), attributes=attributes
    )
    return record, recovery


class BeepTextOptions(Options):
    """The files without labels have no options."""


def read_texts(file: SourceFile, _options: BeepTextOptions) -> Iterator[Item]:
    """Yield the comments or titles of a file without labels; a note says how many lines are empty."""
    empty = 0
    for line in text_lines(file, file_encoding(file)):
        if isinstance(line, BadRow):
            yield line
            continue
        text = line.text.removesuffix("\r")
        if line.number == 1 and text == _HEADER[0]:
            continue
        if text[:1] == '"':
            fields = split_row(text, "\t")
            # A quote that does not part the line properly is text: no text runs over two lines here.
            text = fields[0] if isinstance(fields, list) and len(fields) == 1 else text
        if text.strip():
            yield Row(TextRecord(text), Location(file.name, line.number), 1, line.recovery)
        else:
            empty += 1
    if empty:
        yield FileNote(file.name, "empty lines", str(empty))


BEEP = Reader(
    name="beep",
    summary="BEEP!: news comments labelled for hate speech, social bias or gender bias",
    options=BeepOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".tsv",),
)
BEEP_TEXT = Reader(
    name="beep_text",
    summary="BEEP! without labels: comments, test set or news titles, a text a line",
    options=BeepTextOptions,
    read=read_texts,
    kind=lambda _: "text",
    suffixes=(".txt", ".no_label.tsv"),
)
