"""Sentences of annotated corpora: what every layer of annotation is read with."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from curation.readers import json_file
from curation.readers.base import Item, SourceFile
from curation.readers.nikl.documents import document_attributes, documents
from curation.readers.nikl.entries import entries
from curation.records import BadRow, FileNote, InstructionRecord, Location, Row

# The record of a sentence, and how it was recovered; a ValueError says why there is none.
MakeRecord = Callable[["Sentence"], tuple[InstructionRecord, str]]
_NOT_ANNOTATION = ("id", "form")


class Sentence(NamedTuple):
    """A sentence with text: its number in the file from 1, its object, and what its document says."""

    number: int
    form: str
    value: dict[str, Any]
    document: dict[str, str]

    @property
    def group(self) -> str:
        """What its sentences have in common: the document."""
        return self.document.get("document_id", "")

    def attributes(self) -> dict[str, str]:
        """The sentence's id and all of its annotation, beside what its document says."""
        attributes = dict(self.document)
        identifier = self.value.get("id")
        if isinstance(identifier, str | int):
            attributes["id"] = str(identifier)
        layers = {key: held for key, held in self.value.items() if key not in _NOT_ANNOTATION}
        attributes["annotation"] = json_file.spelled(layers).decode()
        return attributes


def sentences(file: SourceFile) -> Iterator[Sentence | BadRow | FileNote]:
    """Yield the sentences of all documents; what is none as a row for quarantine.

    Documents are null or hold null for their sentences, and sentences are empty, in the published
    files; notes say how many.

    Raises
    ------
    UserError
        When the file is no corpus of the institute.
    """
    number = without_sentences = without_text = 0
    for document in documents(file):
        if isinstance(document, FileNote):
            yield document
            continue
        if isinstance(document, BadRow):
            number += 1
            yield BadRow(document.raw, Location(file.name, number), document.error)
            continue
        try:
            held = [] if document.value is None else _sentences(document.value)
        except ValueError as error:
            number += 1
            yield BadRow(json_file.spelled(document.value), Location(file.name, number), str(error))
            continue
        without_sentences += not held
        known = document_attributes(document)
        for value in held:
            number += 1
            form = value.get("form")
            if isinstance(form, str) and form.strip():
                yield Sentence(number, form, value, known)
            elif any(held for key, held in value.items() if key not in _NOT_ANNOTATION):
                where = Location(file.name, number)
                yield BadRow(json_file.spelled(value), where, "an annotation without a text")
            else:
                without_text += 1
    if without_sentences:
        yield FileNote(file.name, "documents without sentences", str(without_sentences))
    if without_text:
        yield FileNote(file.name, "sentences without text", str(without_text))


def _sentences(document: object) -> list[dict[str, Any]]:
    if isinstance(document, dict) and "sentence" not in document and not _other_layout(document):
        return []
    return entries(document, "sentence")


def _other_layout(document: dict[str, Any]) -> bool:
    return "paragraph" in document or "utterance" in document


def records(
    found: Iterable[Sentence | BadRow | FileNote], name: str, record_of: MakeRecord
) -> Iterator[Item]:
    """Yield the record of each sentence; one that ``record_of`` refuses is a bad row."""
    for sentence in found:
        if not isinstance(sentence, Sentence):
            yield sentence
            continue
        where = Location(name, sentence.number)
        try:
            record, recovery = record_of(sentence)
        except ValueError as error:
            yield BadRow(json_file.spelled(sentence.value), where, str(error))
        else:
            yield Row(record, where, recovery=recovery)
