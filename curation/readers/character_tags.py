"""KLUE NER and KoNEC: one character a line with its BIO tag, sentences parted by blank lines.

KLUE NER: https://github.com/KLUE-benchmark/KLUE, CC BY-SA 4.0, six types. KoNEC, the same sentences
with types of the 150-type set: https://github.com/korean-named-entity/konec, CC BY-SA 4.0.

A blank is a character as well (`` \\tO``), and angle brackets occur as text. KLUE marks the entities in
the sentence's own line (``<경찰:OG>은``), KoNEC does not. What the characters say is taken; a line that
says something else is named in the recovery.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from curation.readers import json_file
from curation.readers.base import Item, SourceFile
from curation.readers.klue_sentences import read_sentences
from curation.readers.named_entities import KLUE_TYPES, TYPES_150, Span, in_lines, sentence_group
from curation.readers.quoting import shown
from curation.readers.worded import worded_reader
from curation.records import InstructionRecord
from curation.tasks.spec import TaskOptions, TaskSpec, task

OTHER_SENTENCE = "the sentence line differs from the characters"
NO_BEGINNING = "an entity without B tag"


@dataclass(frozen=True, slots=True)
class _Corpus:
    """A corpus: its task, the names of its types, and whether its sentences mark the entities."""

    spec: TaskSpec
    types: Mapping[str, str]
    marked: bool


def _record(
    corpus: _Corpus, options: TaskOptions, identifier: str, sentence: str, lines: list[str]
) -> tuple[InstructionRecord, str]:
    spans, text, whole = _spans(lines)
    reasons = [] if whole else [NO_BEGINNING]
    if (_marked(text, spans) if corpus.marked else text) != sentence:
        reasons.append(OTHER_SENTENCE)
    record = corpus.spec.record(
        {"text": text},
        [in_lines(text, spans, corpus.types)],
        options,
        group=sentence_group(text),
        attributes={"id": identifier, "annotation": json_file.spelled(spans).decode()},
    )
    return record, ", ".join(reasons)


def _spans(tagged: list[str]) -> tuple[list[Span], str, bool]:
    """The entities of tagged characters, their text, and whether each entity begins with a B tag."""
    characters, tags = [], []
    for line in tagged:
        character, parted, tag = line.partition("\t")
        if not parted or not character:
            raise ValueError(f"no character and tag: {shown(line)!r}")
        characters.append(character)
        tags.append(tag)
    text = "".join(characters)
    if len(text) != len(characters):
        raise ValueError("a line holds more than one character")
    spans: list[Span] = []
    whole = True
    begin, label = 0, ""
    for place, tag in enumerate([*tags, "O"]):
        if tag == "O":
            if label:
                spans.append((begin, place, label))
                label = ""
            continue
        prefix, held = tag[:2], tag[2:]
        if prefix not in ("B-", "I-") or not held:
            raise ValueError(f"the tag {shown(tag)!r} is none of B-type, I-type and O")
        if prefix == "I-" and held == label:
            continue
        whole = whole and prefix == "B-"
        if label:
            spans.append((begin, place, label))
        begin, label = place, held
    return spans, text, whole


def _marked(text: str, spans: list[Span]) -> str:
    parts, last = [], 0
    for begin, end, label in spans:
        parts.append(f"{text[last:begin]}<{text[begin:end]}:{label}>")
        last = end
    return "".join(parts) + text[last:]


def read_klue(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sentences of KLUE NER; equal ones, also those of KoNEC and KoNNE, form a split group.

    Raises
    ------
    UserError
        When the file is no table of this kind.
    """
    corpus = _Corpus(task("klue_ner"), KLUE_TYPES, marked=True)
    yield from read_sentences(file, "klue_ner", partial(_record, corpus, options))


def read_konec(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the sentences of KoNEC; equal ones, also those of KLUE NER and KoNNE, form a split group.

    Raises
    ------
    UserError
        When the file is no table of this kind.
    """
    corpus = _Corpus(task("konec"), TYPES_150, marked=False)
    yield from read_sentences(file, "konec", partial(_record, corpus, options))


KLUE_NER = worded_reader("klue_ner", "KLUE NER: sentences with entities of six types", read_klue, ".tsv")
KONEC = worded_reader(
    "konec", "KoNEC: the sentences of KLUE NER with entities of 150 types", read_konec, ".tsv"
)
