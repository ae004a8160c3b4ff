"""Chatbot_data: questions to a chatbot and its kind answers (https://github.com/songys/Chatbot_data).

Labels: 0 everyday life, 1 parting (negative), 2 love (positive). One label is written with blanks
after it. A question is its own instruction, so by default a record is the two turns alone.
"""

from collections.abc import Iterator
from functools import cache, partial

from curation.readers.base import Item, Reader, SourceFile
from curation.readers.fixed_table import read_table
from curation.readers.labels import trimmed
from curation.readers.table import Dialect
from curation.records import InstructionRecord
from curation.tasks.spec import TaskOptions, TaskSpec, task

_LABELS = ("0", "1", "2")


class ChatbotDataOptions(TaskOptions):
    """How records are worded, and whether they say what is asked; by default they are turns alone."""

    definition: bool = False


def read(file: SourceFile, options: ChatbotDataOptions) -> Iterator[Item]:
    """Yield the pairs of question and answer; pairs with the same question form a split group."""
    yield from read_table(file, ("Q", "A", "label"), Dialect(","), partial(_record, options))


def _record(options: ChatbotDataOptions, values: list[str]) -> tuple[InstructionRecord, str]:
    question, answer, written = values
    label, recovery = trimmed(written)
    if label not in _LABELS:
        raise ValueError(f"the label {label!r} is none of {', '.join(_LABELS)}")
    spec = task("chatbot_data") if options.definition else _without_definition()
    record = spec.record(
        {"question": question}, [answer], options, group=question.strip(), attributes={"label": label}
    )
    return record, recovery


@cache
def _without_definition() -> TaskSpec:
    spec = task("chatbot_data")
    return spec.model_copy(update={"definition": ("",) * len(spec.definition)})


CHATBOT_DATA = Reader(
    name="chatbot_data",
    summary="Chatbot_data: question, answer, label (0 everyday, 1 parting, 2 love)",
    options=ChatbotDataOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".csv",),
)
