"""AI Hub: sets of JSON files, each set with a layout of its own (https://www.aihub.or.kr/, on application).

Options name the places of items, texts and labels; these layouts have names:

``dialogue`` (한국어 대화 요약)
    ``data[{header{dialogueInfo{dialogueID, topic, …}}, body{dialogue[{participantID, utterance, …}],
    summary}}]``
``document`` (문서요약 텍스트)
    ``documents[{id, title, media_name, text[[{index, sentence, …}]], abstractive[…], extractive[…]}]``; some
    documents, advertisements, have no summary
``translation`` (한국어-영어 번역 말뭉치, 일상생활 및 구어체)
    ``data[{sn, domain, subdomain, source_language, target_language, ko, en, mt, …}]``
``mrc`` (기계독해)
    the layout of SQuAD, ``data[{title, paragraphs[{context, qas[{id, question, answers[{text, …}],
    classtype}]}]}]``

The forms are those that public code reads (``load_json_data`` of the entries to AI Hub's summary contests,
loaders of the sets named above); nobody may pass on the data itself. Files are read as they are unpacked.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Literal, Self

from pydantic import model_validator

from curation.errors import UserError
from curation.readers import json_file
from curation.readers.base import Item, Options, Reader, SourceFile
from curation.readers.json_paths import Objects, found, items
from curation.readers.labels import required
from curation.readers.nikl.dialogue import turns
from curation.records import (
    BadRow,
    FileNote,
    InstructionRecord,
    Kind,
    Location,
    Message,
    Record,
    Row,
    TextRecord,
)

Paths = str | list[str]


class AihubOptions(Options):
    """Where items and their parts stand, such as `data[].body.dialogue[].utterance`; or a ``layout``.

    ``items`` are the rows, `data[]` unless named; empty, the file is one. A part is looked for in the item,
    then in what it stands in. ``text`` (with ``title``), or ``prompt`` and ``response``, make the record;
    several places of a text or a prompt are paragraphs, several values at a place are lines, and ``speaker``
    is who says each. ``label`` and ``attributes`` are kept beside it; without ``attributes``, every single
    value of the item is. What a ``layout`` names can be named otherwise beside it.
    """

    layout: Literal["dialogue", "document", "translation", "mrc"] | None = None
    items: str | None = None
    text: Paths | None = None
    title: str | None = None
    prompt: Paths | None = None
    response: str | None = None
    speaker: str | None = None
    label: str | None = None
    group: str | None = None
    attributes: list[str] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.prompt is None) != (self.response is None) and self.layout is None:
            raise ValueError("prompt and response go together")
        if self.text is not None and self.prompt is not None:
            raise ValueError("give either text, or prompt and response")
        return self


_LAYOUTS = {
    "dialogue": AihubOptions(
        prompt="body.dialogue[].utterance",
        speaker="body.dialogue[].participantID",
        response="body.summary",
        attributes=["header.dialogueInfo.dialogueID", "header.dialogueInfo.topic"],
    ),
    "document": AihubOptions(
        items="documents[]",
        prompt="text[].sentence",
        response="abstractive[]",
        attributes=["id", "title", "media_name", "extractive"],
    ),
    "translation": AihubOptions(prompt="ko", response="en"),
    "mrc": AihubOptions(
        items="data[].paragraphs[].qas[]",
        prompt=["context", "question"],
        response="answers[].text",
        group="context",
        attributes=["id", "title", "classtype"],
    ),
}


def read(file: SourceFile, options: AihubOptions) -> Iterator[Item]:
    """Yield the items of a file; the place of a row is its number in the file.

    Questions without an answer and documents without a summary are counted in a note.

    Raises
    ------
    UserError
        When the file is no JSON, or holds nothing where the items should be.
    """
    chosen = _chosen(options)
    place = "data[]" if chosen.items is None else chosen.items
    number = unanswered = 0
    for number, (item, within) in enumerate(items(json_file.load(file), place), 1):
        where = Location(file.name, number)
        try:
            if not isinstance(item, dict):
                raise ValueError("the item is no object")
            record = _record((item, *within), chosen)
        except ValueError as error:
            yield BadRow(json_file.spelled(item), where, str(error))
            continue
        if record is not None:
            yield Row(record, where)
        else:
            unanswered += 1
    if not number:
        raise UserError(
            f"This file holds no items at {place!r}.",
            where=file.name,
            fix="Name the place of the items in the reader's options, such as `items: documents[]`.",
        )
    if unanswered:
        yield FileNote(file.name, "items without a response", str(unanswered))


def kind(options: AihubOptions) -> Kind:
    """The kind of record that these options make."""
    return "text" if _chosen(options).prompt is None else "instruction"


def _chosen(options: AihubOptions) -> AihubOptions:
    """The options with what their layout says of what they leave open."""
    if options.layout is None:
        return options
    stated = options.model_dump(exclude_none=True)
    named = _LAYOUTS[options.layout].model_dump(exclude_none=True)
    if "text" in stated:
        named = {key: value for key, value in named.items() if key not in ("prompt", "response")}
    return AihubOptions(**(named | stated))


def _record(objects: Objects, options: AihubOptions) -> Record | None:
    """Make the record of an item; None when it is an instruction without a response."""
    attributes = _attributes(objects, options)
    if options.prompt is None:
        text = _text(objects, options.text or "text", options.speaker)
        title = "\n".join(_strings(objects, options.title)) if options.title is not None else ""
        return TextRecord(text, title, attributes)
    prompt = _text(objects, options.prompt, options.speaker)
    answers = tuple(dict.fromkeys(filter(str.strip, _strings(objects, options.response or ""))))
    if not answers:
        return None
    group = "\n".join(_strings(objects, options.group)) if options.group is not None else ""
    return InstructionRecord(
        messages=(Message("user", prompt), Message("assistant", answers[0])),
        references=answers,
        split_group=f"aihub-{_digest(group)}" if group else "",
        attributes=attributes,
    )


def _text(objects: Objects, paths: Paths, speaker: str | None) -> str:
    """Set out the text: places are parted by a blank line, values at one place by a line break."""
    parts = []
    for path in [paths] if isinstance(paths, str) else paths:
        lines = _strings(objects, path)
        if speaker is not None and len(speakers := _strings(objects, speaker)) == len(lines):
            parts.append(turns(zip(speakers, lines, strict=True)))
        else:
            parts.append("\n".join(lines))
        required(parts[-1], path)
    return "\n\n".join(parts)


def _strings(objects: Sequence[dict[str, object]], path: str) -> list[str]:
    """The texts and numbers at a path, as text.

    Raises
    ------
    ValueError
        When something else stands there; the message is the reason for quarantine.
    """
    values = found(objects, path)
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) == len(values):
        return texts
    if not all(isinstance(value, str | int | float) for value in values):
        raise ValueError(f"{path!r} leads to no text")
    return [value if isinstance(value, str) else json_file.spelled(value).decode() for value in values]


def _attributes(objects: Objects, options: AihubOptions) -> dict[str, str]:
    if options.attributes is None:
        used = {*_as_list(options.text or "text"), *_as_list(options.prompt), options.title, options.response}
        kept = json_file.scalars({key: value for key, value in objects[0].items() if key not in used})
    else:
        values = {path: found(objects, path) for path in options.attributes}
        kept = {
            path.rpartition(".")[2].removesuffix("[]"): _one(held) for path, held in values.items() if held
        }
    if options.label is not None:
        label = found(objects, options.label)
        if not label:
            raise ValueError(f"no label at {options.label!r}")
        kept["label"] = _one(label)
    return kept


def _one(values: list[object]) -> str:
    value = values[0] if len(values) == 1 else values
    return value if isinstance(value, str) else json_file.spelled(value).decode()


def _as_list(paths: Paths | None) -> list[str]:
    return [paths] if isinstance(paths, str) else paths or []


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


AIHUB = Reader(
    name="aihub",
    summary="AI Hub: JSON whose items, texts and labels are named by their places, or by a known layout",
    options=AihubOptions,
    read=read,
    kind=kind,
    suffixes=(".json",),
)
