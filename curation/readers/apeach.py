"""APEACH: sentences that people wrote for a topic, with hate in them or without.

https://github.com/jason9693/APEACH, CC BY-SA 4.0; Yang et al. (2022), EMNLP Findings. A table with commas:
text, age and gender of the writer, topic, class (`Spoiled` with hate, `Default` without), age group, and the
topic in English. Some texts run over several lines.
"""

from collections.abc import Iterator
from functools import partial

from curation.readers.base import Item, Reader, SourceFile
from curation.readers.fixed_table import read_table
from curation.readers.labels import required, squeezed, trimmed
from curation.readers.table import Dialect
from curation.records import InstructionRecord
from curation.tasks.spec import TaskOptions, task

_HEADER = ("text", "user_age", "user_gender", "text_topic", "class", "age", "text_topic_eng")


def read(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sentences; topic and writer's age and gender are attributes.

    Equal sentences form a split group.
    """
    yield from read_table(file, _HEADER, Dialect(","), partial(_record, options))


def _record(options: TaskOptions, values: list[str]) -> tuple[InstructionRecord, str]:
    attributes = dict(zip(_HEADER, values, strict=True))
    text = required(attributes.pop("text"), "text")
    label, recovery = trimmed(attributes.pop("class"), "class")
    spec = task("apeach")
    attributes["label"] = label
    group = squeezed(text)
    outputs = [spec.in_words(label)]
    return spec.record({"text": text}, outputs, options, group=group, attributes=attributes), recovery


APEACH = Reader(
    name="apeach",
    summary="APEACH: sentences written for a topic, with hate in them or without",
    options=TaskOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".csv",),
)
