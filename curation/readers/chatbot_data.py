"""Chatbot_data: questions to a chatbot and its kind answers (https://github.com/songys/Chatbot_data).

Labels: 0 everyday life, 1 parting (negative), 2 love (positive). One label is written with blanks
after it.
"""

import hashlib
import reprlib
from collections.abc import Iterator

from curation.readers.base import Item, Options, Reader, SourceFile
from curation.readers.fixed_table import read_table
from curation.readers.table import Dialect
from curation.records import InstructionRecord, Message

_LABELS = frozenset("012")


class ChatbotDataOptions(Options):
    """Chatbot_data has no options."""


def read(file: SourceFile, _options: ChatbotDataOptions) -> Iterator[Item]:
    """Yield the pairs of question and answer; pairs with the same question form a split group."""
    yield from read_table(file, ("Q", "A", "label"), Dialect(","), _record)


def _record(values: list[str]) -> tuple[InstructionRecord, str]:
    question, answer, written = values
    label = written.strip()
    if label not in _LABELS:
        raise ValueError(f"the label {reprlib.repr(written)} is none of 0, 1, 2")
    record = InstructionRecord(
        messages=(Message("user", question), Message("assistant", answer)),
        task="chatbot_data",
        references=(answer,),
        split_group=f"chatbot_data-{hashlib.blake2b(question.strip().encode(), digest_size=8).hexdigest()}",
        attributes={"label": label},
    )
    return record, "" if label == written else "blanks around the label"


CHATBOT_DATA = Reader(
    name="chatbot_data",
    summary="Chatbot_data: question, answer, label (0 everyday, 1 parting, 2 love)",
    options=ChatbotDataOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".csv",),
)
