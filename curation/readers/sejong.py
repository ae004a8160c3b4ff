"""The Sejong corpora (21세기 세종계획, 1998-2007): TEI files ``.txt``, in UTF-16 with a byte order mark.

Raw texts (``<p>글</p>``, ``<head>제목</head>``), texts with morphemes, one word a line
(``BTAA0001-00000001<TAB>어절<TAB>형태소/표지 + …``; spoken ``5CT_0013-0000010<TAB>…``), conversations
(``<u who="P1">``, ``<s n=00001>``), and treebanks (``; 문장`` before each tree). The markup is SGML that no
parser accepts as it is: tags are looked at one by one, and nothing has to be closed.
Given on application, no redistribution: https://ithub.korean.go.kr.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from curation.errors import UserError
from curation.readers import json_file
from curation.readers.base import Item, Reader, SourceFile
from curation.readers.encoding import file_encoding
from curation.readers.lines import Line, text_lines
from curation.readers.nikl.dialogue import turns
from curation.records import BadRow, FileNote, Location, Row, TextRecord
from curation.tasks.spec import TaskOptions, TaskSpec, task

_BEGINS = re.compile(r"\s*<(?:!doctype\s+tei|tei|\?xml)", re.IGNORECASE)
_WORD = re.compile(r"[0-9A-Z]{2,}[0-9A-Z_]*-[0-9]+\t")
_TAG = re.compile(r"<(/?)([A-Za-z][\w.]*)([^<>]*)>")
_WHO = re.compile(r"""who\s*=\s*["']?([^\s"'>]+)""")
_KNOWN = re.compile(r"<(title|author|publisher|date|idno|extent)\b[^>]*>([^<]*)</\1>", re.IGNORECASE)
_PLUS = re.compile(r"(/[A-Z]+)\s*\+\s*")
# Tags at which a stretch of text ends.
_BREAKS = {"p", "head", "s", "u", "l", "lg", "div", "div1", "div2", "text", "body", "title", "sp", "item"}


class SejongOptions(TaskOptions):
    """``record``: a text record a file, or an instruction record a sentence with its morphemes."""

    record: Literal["text", "morphemes"] = "text"


@dataclass
class _Stretch:
    """What stands between two tags: its lines, who says it, and its words (id, form, analysis)."""

    number: int
    speaker: str = ""
    texts: list[str] = field(default_factory=list)
    words: list[list[str]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    lines: int = 0
    recovery: str = ""

    @property
    def text(self) -> str:
        """The text, from the words where it is analysed."""
        return " ".join([*self.texts, *(word[1] for word in self.words if len(word) > 1)])


@dataclass
class _Counts:
    trees: int = 0
    unread: int = 0


def read(file: SourceFile, options: SejongOptions) -> Iterator[Item]:
    """Yield the text of a file, or its analysed sentences.

    Raises
    ------
    UserError
        When the file is no TEI file, or holds nothing of what is asked for.
    """
    encoding = file_encoding(file)
    lines = text_lines(file, encoding)
    header: list[str] = []
    for line in lines:
        if isinstance(line, BadRow):
            yield line
            continue
        if not header and line.text.strip() and not _BEGINS.match(line.text):
            raise _no_corpus(file, "does not begin as a TEI file does")
        header.append(line.text)
        if "</teiheader>" in line.text.lower():
            break
    known: dict[str, str] = {}
    for name, held in _KNOWN.findall("\n".join(header)):
        known.setdefault(name.lower(), html.unescape(" ".join(held.split())))
    known = {name: held for name, held in known.items() if held}
    counts = _Counts()
    if options.record == "text":
        yield from _as_text(file, lines, len(header), known, counts)
    else:
        yield from _as_sentences(file, lines, known, counts, options, line_break=encoding.line_break)
    if counts.trees:
        yield FileNote(file.name, "lines of parse trees left out", str(counts.trees))
    if counts.unread:
        yield FileNote(file.name, "analyses left out", str(counts.unread))


def _as_text(
    file: SourceFile,
    lines: Iterator[Line | BadRow],
    headers: int,
    known: dict[str, str],
    counts: _Counts,
) -> Iterator[Item]:
    title = known.pop("title", "")
    said: list[tuple[str, str]] = []
    recovery, last = "", headers
    for stretch in _stretches(lines, counts):
        if isinstance(stretch, BadRow):
            yield stretch
            continue
        counts.unread += len(stretch.words)
        recovery = recovery or stretch.recovery
        last = stretch.number + stretch.lines - 1
        said.append((stretch.speaker, stretch.text))
    if not said:
        raise _no_corpus(file, "holds no text")
    spoken = any(speaker for speaker, _ in said)
    text = turns(said) if spoken else "\n".join(form for _, form in said)
    yield Row(TextRecord(text, title, known), Location(file.name, 1), last, recovery)


def _as_sentences(
    file: SourceFile,
    lines: Iterator[Line | BadRow],
    known: dict[str, str],
    counts: _Counts,
    options: SejongOptions,
    *,
    line_break: bytes,
) -> Iterator[Item]:
    spec = task("sejong_mp")
    found = plain = 0
    for stretch in _stretches(lines, counts):
        if isinstance(stretch, BadRow):
            yield stretch
        elif stretch.words:
            found += 1
            yield _sentence(stretch, file, spec, known, options, line_break=line_break)
        else:
            plain += 1
    if not found:
        raise _no_corpus(file, "holds no morphemes")
    if plain:
        yield FileNote(file.name, "sentences without morphemes", str(plain))


def _sentence(
    stretch: _Stretch,
    file: SourceFile,
    spec: TaskSpec,
    known: dict[str, str],
    options: SejongOptions,
    *,
    line_break: bytes,
) -> Row | BadRow:
    where = Location(file.name, stretch.number)
    if any(len(word) != 3 or not word[1] or "/" not in word[2] for word in stretch.words):
        raw = line_break.join(stretch.raw)
        return BadRow(raw, where, "a word without its morphemes or with more", stretch.lines)
    lines = [f"{form} → {_spaced(analysis)}" for _, form, analysis in stretch.words]
    record = spec.record(
        {"text": " ".join(word[1] for word in stretch.words)},
        ["\n".join(lines)],
        options,
        group=known.get("idno", file.name),
        attributes=known
        | {"id": stretch.words[0][0], "annotation": json_file.spelled(stretch.words).decode()},
    )
    return Row(record, where, stretch.lines, stretch.recovery)


def _spaced(analysis: str) -> str:
    """An analysis with blanks around its plus signs, which spoken texts leave out."""
    # Split and joined: `sub` with a group takes twice as long.
    parts = _PLUS.split(analysis.strip())
    parts[1::2] = [f"{tag} + " for tag in parts[1::2]]
    return "".join(parts)


def _stretches(lines: Iterator[Line | BadRow], counts: _Counts) -> Iterator[_Stretch | BadRow]:
    """Part the body at its tags; lines that cannot be read as they are."""
    held = _Stretch(1)
    in_tree = False
    for line in lines:
        if isinstance(line, BadRow):
            yield line
            continue
        text = line.text.removesuffix("\r")
        if "\t" in text and _WORD.match(text):
            fields = text.rstrip().split("\t")
            _add(held, line).words.append(list(map(html.unescape, fields)) if "&" in text else fields)
        elif text.startswith("; "):
            in_tree = True
            yield _Stretch(line.number, held.speaker, [text[2:].strip()], [], [line.raw], 1, line.recovery)
        elif in_tree and text.lstrip().startswith("("):
            counts.trees += 1
        else:
            in_tree = False
            end = 0
            for tag in _TAG.finditer(text):
                _add_text(held, line, text[end : tag.start()])
                end = tag.end()
                if tag[2].lower() not in _BREAKS:
                    continue
                if held.lines:
                    yield held
                held = _Stretch(line.number, _speaker(tag, held.speaker))
            _add_text(held, line, text[end:])
    if held.lines:
        yield held


def _speaker(tag: re.Match[str], before: str) -> str:
    if tag[2].lower() != "u":
        return before
    who = None if tag[1] else _WHO.search(tag[3])
    return who[1] if who else ""


def _add_text(held: _Stretch, line: Line, text: str) -> None:
    if text.strip():
        _add(held, line).texts.append(html.unescape(" ".join(text.split())))


def _add(held: _Stretch, line: Line) -> _Stretch:
    if not held.lines:
        held.number = line.number
    raw = held.raw
    if not raw or raw[-1] is not line.raw:
        raw.append(line.raw)
    held.lines = line.number - held.number + 1
    if line.recovery:
        held.recovery = line.recovery
    return held


def _no_corpus(file: SourceFile, reason: str) -> UserError:
    return UserError(
        f"This file {reason}.",
        where=file.name,
        fix="The reader `sejong` takes the corpus's own TEI files; leave others out of the recipe.",
    )


SEJONG = Reader(
    name="sejong",
    summary="Sejong corpora, TEI in UTF-16: a file's text, or its sentences with morphemes",
    options=SejongOptions,
    read=read,
    kind=lambda options: "text" if options.record == "text" else "instruction",
    suffixes=(".txt",),
)
