"""KoBEST: five tasks of understanding (https://huggingface.co/datasets/skt/kobest_v1, CC BY-SA 4.0).

Tables parted by tabs without quoting: quotes in them are text. BoolQ, a paragraph and a question or
claim about it. COPA, the likelier of two causes or results. WiC, whether a word in brackets means the
same in two sentences; its answers are True or TRUE, some contradict the dictionary entries beside them,
and once the brackets are around another word. HellaSwag, which of four sentences goes on. SentiNeg,
reviews, in the test table with a negation put in or taken out; its three tables have three headers.
"""

import reprlib
from collections.abc import Iterator, Mapping
from functools import partial

from curation.readers.base import Item, SourceFile
from curation.readers.encoding import file_encoding
from curation.readers.fixed_table import headed_rows, items, read_table
from curation.readers.labels import required, squeezed, trimmed
from curation.readers.table import TABS
from curation.readers.worded import worded_reader
from curation.records import FileNote, InstructionRecord, Row
from curation.tasks.spec import TaskOptions, task

_SENSES = ("dictionary_1", "link_1", "dictionary_2", "link_2")
_SENTINEG = [
    ("ID", "Text", "Label"),
    ("ID", "Label", "Text"),
    ("ID", "Label_origin", "Text_origin", "Label", "Text", "Category_neg"),
]


def read_boolq(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the questions; those about the same paragraph form a split group."""
    yield from read_table(file, ("ID", "Text", "Question", "Answer"), TABS, partial(_boolq, options))


def read_copa(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the premises with their alternatives; the same premise forms a split group."""
    header = ("ID", "sentence", "question", "1", "2", "Answer")
    yield from read_table(file, header, TABS, partial(_copa, options))


def read_wic(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the pairs of sentences; those about the same word form a split group."""
    first, second = ("SENTENCE1", "Dictionary 1", "Link 1"), ("SENTENCE2", "Dictionary 2", "Link2")
    header = ("ID", "Target", *first, *second, "ANSWER")
    contradicted = 0
    for item in read_table(file, header, TABS, partial(_wic, options)):
        contradicted += isinstance(item, Row) and _contradicted(item.record.attributes)
        yield item
    if contradicted:
        yield FileNote(file.name, "answers that contradict the dictionary entries", str(contradicted))


def read_hellaswag(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the beginnings with their four continuations; the same beginning forms a split group."""
    header = ("context", "choice1", "choice2", "choice3", "choice4", "label")
    yield from read_table(file, header, TABS, partial(_hellaswag, options))


def read_sentineg(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the reviews; one and those made of it by negation form a split group.

    Raises
    ------
    UserError
        When the file begins with none of the three headers.
    """
    header, rows = headed_rows(file, file_encoding(file), _SENTINEG, TABS)
    yield from items(rows, len(header), file.name, partial(_sentineg, options, header))


def _boolq(options: TaskOptions, values: list[str]) -> tuple[InstructionRecord, str]:
    identifier, text, question, written = values
    answer, recovery = trimmed(written, "answer")
    spec = task("kobest_boolq")
    if answer not in spec.labels:
        raise ValueError(f"the answer {reprlib.repr(written)} is neither True nor False")
    # The paragraph counts, not how its blanks are set.
    record = spec.record(
        {"text": text, "question": question},
        [answer],
        options,
        group=squeezed(text),
        attributes={"id": identifier},
    )
    return record, recovery


def _copa(options: TaskOptions, values: list[str]) -> tuple[InstructionRecord, str]:
    identifier, premise, asked, first, second, written = values
    answer, recovery = trimmed(written)
    question, blanks = trimmed(asked, "question")
    if question not in ("원인", "결과"):
        raise ValueError(f"the question {reprlib.repr(asked)} is neither 원인 nor 결과")
    spec = task("kobest_copa")
    record = spec.record(
        {
            "premise": required(premise, "premise"),
            "question": question,
            "first": required(first, "first alternative"),
            "second": required(second, "second alternative"),
        },
        [spec.in_words(answer)],
        options,
        group=squeezed(premise),
        attributes={"id": identifier, "label": answer},
    )
    return record, ", ".join(filter(None, (recovery, blanks)))


def _wic(options: TaskOptions, values: list[str]) -> tuple[InstructionRecord, str]:
    identifier, word, first, sense_1, link_1, second, sense_2, link_2, written = values
    answer, recovery = trimmed(written)
    spec = task("kobest_wic")
    senses = dict(zip(_SENSES, (sense_1, link_1, sense_2, link_2), strict=True))
    record = spec.record(
        {
            "word": required(word, "word"),
            "first": required(first, "first sentence"),
            "second": required(second, "second sentence"),
        },
        [spec.in_words(answer)],
        options,
        group=word.strip(),
        attributes={"id": identifier, "label": answer, **senses},
    )
    return record, recovery


def _contradicted(known: Mapping[str, str]) -> bool:
    same = (known["dictionary_1"], known["link_1"]) == (known["dictionary_2"], known["link_2"])
    return same != (known["label"].lower() == "true")


def _hellaswag(options: TaskOptions, values: list[str]) -> tuple[InstructionRecord, str]:
    context, *choices, written = values
    label, recovery = trimmed(written)
    spec = task("kobest_hellaswag")
    fields = {f"choice{number}": required(text, "choice") for number, text in enumerate(choices, 1)}
    record = spec.record(
        {"context": required(context, "context"), **fields},
        [spec.in_words(label)],
        options,
        group=squeezed(context),
        attributes={"label": label},
    )
    return record, recovery


def _sentineg(
    options: TaskOptions, header: tuple[str, ...], values: list[str]
) -> tuple[InstructionRecord, str]:
    known = {name.lower(): value for name, value in zip(header, values, strict=True)}
    text = required(known.pop("text"), "text")
    known["label"], recovery = trimmed(known["label"])
    spec = task("kobest_sentineg")
    record = spec.record(
        {"text": text},
        [spec.in_words(known["label"])],
        options,
        group=squeezed(known.get("text_origin", text)),
        attributes=known,
    )
    return record, recovery


KOBEST_BOOLQ = worded_reader(
    "kobest_boolq", "KoBEST BoolQ: paragraph and question, answered True or False", read_boolq, ".tsv"
)
KOBEST_COPA = worded_reader(
    "kobest_copa", "KoBEST COPA: the likelier of two causes or results", read_copa, ".tsv"
)
KOBEST_WIC = worded_reader(
    "kobest_wic", "KoBEST WiC: whether a word means the same in two sentences", read_wic, ".tsv"
)
KOBEST_HELLASWAG = worded_reader(
    "kobest_hellaswag", "KoBEST HellaSwag: which of four sentences goes on", read_hellaswag, ".tsv"
)
KOBEST_SENTINEG = worded_reader(
    "kobest_sentineg",
    "KoBEST SentiNeg: reviews, negated in the test table, good or bad",
    read_sentineg,
    ".tsv",
)
