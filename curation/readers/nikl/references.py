"""모두의 말뭉치 over whole documents: zero anaphora (ZA) and coreference (CR); a document a record.

ZA, edition of 2020: ``ZA[{predicate{form, sentence_id, begin, end}, antecedent[{type, form, sentence_id,
begin, end}]}]`` beside the document's sentences, where ``sentence_id`` -1 stands for what is not in the
text. Edition of 2025: in each sentence, with ``ellipsis[{restored{form, type}, antecedent[{…}]}]`` for
``antecedent``, whose ids may begin with ``#`` for speaker and hearer.
CR: ``CR[{mention[{sentence_id, form, begin, end, NE_id}]}]`` beside the document's sentences.
Access on application, no redistribution: https://corpus.korean.go.kr.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from curation.readers import json_file
from curation.readers.base import Item, SourceFile
from curation.readers.json_file import required_text
from curation.readers.named_entities import NOTHING
from curation.readers.nikl.documents import Document, document_attributes, documents
from curation.readers.nikl.entries import entries, located, mend
from curation.readers.quoting import shown
from curation.readers.worded import worded_reader
from curation.records import BadRow, FileNote, Location, Row
from curation.tasks.spec import TaskOptions, TaskSpec, task

_ELEMENTS = {
    **{"subject": "주어", "object": "목적어", "complement": "보어", "adjunct": "부사어"},
    **{"adverbial": "부사어", "주어": "주어", "목적어": "목적어", "보어": "보어", "부사어": "부사어"},
    "필수적 부사어": "부사어",
}
_OUTSIDE = "[글 밖]"


class _Text:
    """A document's sentences by id, and the places in them that were looked at."""

    def __init__(self, value: object) -> None:
        self.held = entries(value, "sentence")
        self._sentences: dict[str, tuple[int, str]] = {}
        for number, one in enumerate(self.held, 1):
            self._sentences[required_text(one, "id")] = number, required_text(one, "form")
        if not self._sentences:
            raise ValueError("a document without sentences")
        self._found: list[tuple[dict[str, Any], tuple[int, int]]] = []

    def __str__(self) -> str:
        return "\n".join(f"[{number}] {form}" for number, form in self._sentences.values())

    def quoted(self, entry: dict[str, Any]) -> tuple[str, int]:
        """The form that an entry points at, and its sentence's number."""
        identifier = required_text(entry, "sentence_id")
        try:
            number, form = self._sentences[identifier]
        except KeyError:
            raise ValueError(f"there is no sentence {shown(identifier)!r}") from None
        begin, end = place = located(entry, form)
        self._found.append((entry, place))
        return form[begin:end], number

    def mended(self) -> str:
        """Mend the offsets of all entries that were looked at, and name the recovery."""
        return mend((entry for entry, _ in self._found), (place for _, place in self._found))


class _Slot(NamedTuple):
    """What a predicate lacks: which element, in which words if they are given, and where it is named."""

    element: str
    form: str
    antecedents: list[dict[str, Any]]


def zero_anaphora(value: Mapping[str, object], text: _Text) -> list[str]:
    """Each element that a predicate lacks, and what it stands for."""
    lines = []
    for one in _layer("ZA", value, text.held):
        predicate = one.get("predicate")
        if not isinstance(predicate, dict):
            raise ValueError("an anaphor without a predicate")
        form, number = text.quoted(predicate)
        for slot in _slots(one):
            lines.append(f"[{number}] {form} ← {slot.element} - {_antecedents(slot, text)}")
    return lines


def _slots(one: dict[str, Any]) -> Iterator[_Slot]:
    if "ellipsis" in one:
        for missing in entries(one, "ellipsis"):
            restored = missing.get("restored")
            restored = restored if isinstance(restored, dict) else {}
            form = restored.get("form")
            antecedents = entries(missing, "antecedent")
            yield _Slot(_element(restored), form if isinstance(form, str) else "", antecedents)
        return
    for antecedent in entries(one, "antecedent"):
        yield _Slot(_element(antecedent), "", [antecedent])


def _element(entry: Mapping[str, Any]) -> str:
    kind = entry.get("type")
    if kind is None:
        return "성분"
    try:
        return _ELEMENTS[required_text(entry, "type").strip().lower()]
    except KeyError:
        raise ValueError(f"the element {shown(str(kind))!r} is unknown") from None


def _antecedents(slot: _Slot, text: _Text) -> str:
    named = []
    for one in slot.antecedents:
        identifier = one.get("sentence_id")
        if not isinstance(identifier, str) or identifier == "-1" or identifier.startswith("#"):
            form = one.get("form")
            named.append(f"{form if isinstance(form, str) else slot.form} {_OUTSIDE}".strip())
        else:
            form, number = text.quoted(one)
            named.append(f"{form} [{number}]")
    return ", ".join(named) or f"{slot.form} {_OUTSIDE}".strip()


def coreference(value: Mapping[str, object], text: _Text) -> list[str]:
    """Each thing that is named several times, with all that names it."""
    lines = []
    for chain in _layer("CR", value, text.held):
        mentions = [text.quoted(one) for one in entries(chain, "mention")]
        lines.append(" = ".join(f"{form} [{number}]" for form, number in mentions))
    return [line for line in lines if line]


def _layer(key: str, value: Mapping[str, object], sentences: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries of a layer that stands beside the sentences or in them."""
    if key in value or not any(key in one for one in sentences):
        return entries(value, key)
    return [entry for one in sentences if key in one for entry in entries(one, key)]


def _read(
    name: str,
    lines_of: Callable[[Mapping[str, object], _Text], list[str]],
    file: SourceFile,
    options: TaskOptions,
) -> Iterator[Item]:
    spec = task(name)
    empty = 0
    for document in documents(file):
        if not isinstance(document, Document):
            yield document
            continue
        if document.value is None:
            empty += 1
            continue
        where = Location(file.name, document.number)
        try:
            yield _row(document, lines_of, spec, options, where)
        except ValueError as error:
            yield BadRow(json_file.spelled(document.value), where, str(error))
    if empty:
        yield FileNote(file.name, "documents without sentences", str(empty))


def _row(
    document: Document,
    lines_of: Callable[[Mapping[str, object], _Text], list[str]],
    spec: TaskSpec,
    options: TaskOptions,
    where: Location,
) -> Row:
    value = document.value
    if not isinstance(value, dict):
        raise ValueError("the document is no object")
    text = _Text(value)
    answer = "\n".join(lines_of(value, text)) or NOTHING
    recovery = text.mended()
    known = document_attributes(document)
    layers = {key: held for key, held in value.items() if key not in ("id", "metadata")}
    record = spec.record(
        {"text": str(text)},
        [answer],
        options,
        group=known.get("document_id", ""),
        attributes=known | {"annotation": json_file.spelled(layers).decode()},
    )
    return Row(record, where, recovery=recovery)


def read_za(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the documents of a zero anaphora corpus; the place of a row is its number in the file."""
    yield from _read("nikl_za", zero_anaphora, file, options)


def read_cr(file: SourceFile, options: TaskOptions) -> Iterator[Item]:
    """Yield the documents of a coreference corpus; the place of a row is its number in the file."""
    yield from _read("nikl_cr", coreference, file, options)


NIKL_ZA = worded_reader(
    "nikl_za", "모두의 말뭉치 zero anaphora (ZA): what predicates lack, restored", read_za, ".json"
)
NIKL_CR = worded_reader(
    "nikl_cr", "모두의 말뭉치 coreference (CR): expressions for the same thing", read_cr, ".json"
)
