"""모두의 말뭉치 in utterances: spoken and messenger; one text record a conversation.

Files ``S[ABDE]RW…`` and ``M[DM]RW…``; documents ``{id, metadata{…, speaker[…], setting{…}},
utterance[{id, form, original_form, speaker_id, …}]}``. The text is ``speaker: what was said`` a line;
consecutive utterances of a speaker are one turn. ``form`` is taken, not ``original_form``. The key
``pricipal_residence`` of speakers is misspelled in all editions: it becomes ``principal_residence``.
One file writes a speaker's number as an emoji (MDRW1900006926): it is read as the number.
Access on application, no redistribution: https://corpus.korean.go.kr.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from curation.readers import json_file
from curation.readers.base import Item, Options, Reader, SourceFile
from curation.readers.nikl.documents import Document, document_attributes, documents
from curation.readers.nikl.entries import entries
from curation.records import BadRow, FileNote, Location, Row, TextRecord

EMOJI_SPEAKER = "speaker written as an emoji"
# What makes an emoji of a digit: the variation selector and the keycap around it.
_EMOJI_SIGNS = str.maketrans("", "", "\ufe0f\u20e3")
_MISSPELLED = {"pricipal_residence": "principal_residence"}


class NiklDialogueOptions(Options):
    """Conversations have no options."""


def read(file: SourceFile, _options: NiklDialogueOptions) -> Iterator[Item]:
    """Yield the conversations; the place of a row is its number in the file.

    Raises
    ------
    UserError
        When the file is no corpus of the institute.
    """
    silent = 0
    for document in documents(file):
        if not isinstance(document, Document):
            yield document
            continue
        where = Location(file.name, document.number)
        try:
            record, blank, recovery = _record(document)
        except ValueError as error:
            yield BadRow(json_file.spelled(document.value), where, str(error))
            continue
        silent += blank
        yield Row(record, where, recovery=recovery)
    if silent:
        yield FileNote(file.name, "utterances without text", str(silent))


def _record(document: Document) -> tuple[TextRecord, int, str]:
    utterances = entries(document.value, "utterance")
    said = [(_speaker(one), form) for one in utterances if (form := _form(one))]
    if not said:
        raise ValueError("no utterance holds text")
    plain = {speaker: _without_emoji(speaker) for speaker, _ in said}
    recovery = EMOJI_SPEAKER if any(plain[speaker] != speaker for speaker in plain) else ""
    attributes = document_attributes(_spelled_right(document))
    title = attributes.pop("title", "")
    text = turns((plain[speaker], form) for speaker, form in said)
    return TextRecord(text, title, attributes), len(utterances) - len(said), recovery


def turns(said: Iterable[tuple[str, str]]) -> str:
    """Set a conversation out as lines ``speaker: what was said``; who goes on speaking has one turn.

    Examples
    --------
    >>> print(turns([("1", "안녕."), ("1", "어디야?"), ("2", "집.")]))
    1: 안녕. 어디야?
    2: 집.
    """
    lines: list[list[str]] = []
    last: str | None = None
    for speaker, form in said:
        if lines and speaker == last:
            lines[-1].append(form)
        else:
            lines.append([f"{speaker}:", form])
        last = speaker
    return "\n".join(" ".join(parts) for parts in lines)


def _form(utterance: dict[str, Any]) -> str:
    form = utterance.get("form")
    return " ".join(form.splitlines()).strip() if isinstance(form, str) else ""


def _speaker(utterance: dict[str, Any]) -> str:
    speaker = utterance.get("speaker_id")
    if type(speaker) is int:
        return str(speaker)
    if not isinstance(speaker, str) or not speaker.strip():
        raise ValueError("an utterance without a speaker")
    return speaker.strip()


def _without_emoji(speaker: str) -> str:
    plain = speaker.translate(_EMOJI_SIGNS)
    if plain == speaker and not speaker.isdecimal():
        plain = unicodedata.normalize("NFKC", speaker)  # the number in a circle
    return plain if plain.isdecimal() else speaker


def _spelled_right(document: Document) -> Document:
    """The document with the keys of its speakers as they were meant."""
    value = document.value
    if not isinstance(value, dict) or not isinstance(metadata := value.get("metadata"), dict):
        return document
    speakers = metadata.get("speaker")
    if not isinstance(speakers, list):
        return document
    mended = [
        {_MISSPELLED.get(key, key): held for key, held in one.items()} if isinstance(one, dict) else one
        for one in speakers
    ]
    return document._replace(value={**value, "metadata": {**metadata, "speaker": mended}})


NIKL_DIALOGUE = Reader(
    name="nikl_dialogue",
    summary="모두의 말뭉치 spoken and messenger: a conversation a record, in turns",
    options=NiklDialogueOptions,
    read=read,
    kind=lambda _: "text",
    suffixes=(".json",),
)
