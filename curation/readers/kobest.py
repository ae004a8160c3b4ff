"""KoBEST BoolQ: a paragraph, a question or claim about it, True or False.

The table is parted by tabs without quoting: quotes in it are text.
"""

import hashlib
import reprlib
from collections.abc import Iterator

from curation.readers.base import Item, Options, Reader, SourceFile
from curation.readers.fixed_table import read_table
from curation.readers.table import Dialect
from curation.records import InstructionRecord, Message

DEFINITION = (
    "본문을 읽고, 이어지는 질문이나 문장이 본문의 내용과 맞으면 True, 맞지 않으면 False라고만 답한다."
)
_LABELS = ("False", "True")


class KobestBoolqOptions(Options):
    """KoBEST BoolQ has no options."""


def read(file: SourceFile, _options: KobestBoolqOptions) -> Iterator[Item]:
    """Yield the questions; those about the same paragraph form a split group."""
    header = ("ID", "Text", "Question", "Answer")
    yield from read_table(file, header, Dialect("\t", quotes=False), _record)


def _record(values: list[str]) -> tuple[InstructionRecord, str]:
    identifier, text, question, written = values
    answer = written.strip()
    if answer not in _LABELS:
        raise ValueError(f"the answer {reprlib.repr(written)} is neither True nor False")
    # The paragraph counts, not how its blanks are set.
    paragraph = " ".join(text.split()).encode()
    record = InstructionRecord(
        messages=(Message("user", f"본문: {text}\n질문: {question}"), Message("assistant", answer)),
        task="kobest_boolq",
        definition=DEFINITION,
        references=(answer,),
        label_space=_LABELS,
        split_group=f"kobest_boolq-{hashlib.blake2b(paragraph, digest_size=8).hexdigest()}",
        attributes={"id": identifier},
    )
    return record, "" if answer == written else "blanks around the answer"


KOBEST_BOOLQ = Reader(
    name="kobest_boolq",
    summary="KoBEST BoolQ: paragraph and question, answered True or False",
    options=KobestBoolqOptions,
    read=read,
    kind=lambda _: "instruction",
    suffixes=(".tsv",),
)
