"""What a document says of its own structure, and where in it a span of its text stands.

This is the contract between the reader and whoever cites. It has two parts:

- ``text`` is Markdown: headings, lists, tables and fenced code are read from it by :func:`blocks`,
  of every format alike, also after a step has changed the text.
- the attribute ``pages``, where the format has pages, slides or sheets, is the JSON of :class:`Pages`:
  ``{"unit":"page","spans":[[0,512],[514,900]]}``. Page n is ``text[start:end]`` of the nth span, in
  characters; the last span ends with the text. A step that changed the text's length has made the
  offsets wrong: :meth:`Pages.of` then gives none.

:class:`Outline` puts both together.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import orjson

BlockKind = Literal["heading", "paragraph", "list", "table", "code"]
Unit = Literal["page", "slide", "sheet"]

PAGES = "pages"
FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"[ ]{0,3}(#{1,6})[ \t]+(.*)")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,9}[.)])[ \t]+\S")
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*$")
# Regulations name their parts in plain lines: "제2장 휴가", "제5조(연차 휴가) 직원은 …".
_PART = re.compile(r"[ \t]*(제[ ]?\d{1,4}[ ]?([편장절관])(?:[ ][^.\n]{1,40})?)[ \t]*$")
_ARTICLE = re.compile(r"[ \t]*(제[ ]?\d{1,4}[ ]?조(?:의[ ]?\d{1,3})?[ ]?[(（][^)）\n]{1,40}[)）])")
_LOWEST_HEADING = 6
_SHOWN = {"page": "{}쪽", "slide": "슬라이드 {}", "sheet": "시트 {}"}


class Block(NamedTuple):
    """A stretch ``text[start:end]`` of one kind; ``level`` is 1 to 6 for headings, else 0."""

    kind: BlockKind
    level: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pages:
    """The spans of pages, slides or sheets, in order; one without text is empty."""

    unit: Unit
    spans: Sequence[tuple[int, int]]

    @classmethod
    def of(cls, attributes: Mapping[str, str], text: str) -> "Pages | None":
        """The pages that a record's attributes tell; none where they do not, or not of this text."""
        try:
            told = orjson.loads(attributes.get(PAGES, "null"))
            unit, spans = told["unit"], [(int(start), int(end)) for start, end in told["spans"]]
        except (ValueError, TypeError, KeyError):
            return None
        if unit not in get_args(Unit) or not spans or spans[-1][1] != len(text):
            return None
        return cls(unit, spans)

    def attributes(self) -> dict[str, str]:
        """The attribute ``pages``, as a record has it."""
        return {PAGES: orjson.dumps({"unit": self.unit, "spans": self.spans}).decode()}

    def numbers(self, start: int, end: int) -> tuple[int, int]:
        """The first and last page, from 1, that ``text[start:end]`` touches."""
        first = bisect_right(self.spans, start, key=lambda span: span[1])
        last = bisect_left(self.spans, max(end, start + 1), key=lambda span: span[0])
        first = min(first + 1, len(self.spans))
        return first, max(first, last)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a span stands: pages from 1 (0 when the format has none) and headings, outermost first."""

    unit: Unit | None
    first: int
    last: int
    section: tuple[str, ...]

    def __str__(self) -> str:
        """Spell the place for a citation, such as ``3쪽, 휴가 규정 > 신청``; empty if nothing is known."""
        numbers = str(self.first) if self.first == self.last else f"{self.first}~{self.last}"
        page = _SHOWN[self.unit].format(numbers) if self.unit else ""
        return ", ".join(part for part in (page, " > ".join(self.section)) if part)


class Outline:
    """The pages and sections of one record, to be asked for many spans.

    Examples
    --------
    >>> outline = Outline("# 휴가\\n\\n제1조(목적) 쉰다.", Pages("page", [(0, 4), (6, 17)]).attributes())
    >>> str(outline.place(15, 17))
    '2쪽, 휴가 > 제1조(목적)'
    """

    def __init__(self, text: str, attributes: Mapping[str, str]) -> None:
        self._pages = Pages.of(attributes, text)
        self._starts: list[int] = []
        self._sections: list[tuple[str, ...]] = []
        path: list[tuple[int, str]] = []
        for level, start, title in _titles(text):
            path = [(above, name) for above, name in path if above < level] + [(level, title)]
            self._starts.append(start)
            self._sections.append(tuple(name for _, name in path))

    def place(self, start: int, end: int) -> Place:
        """Where ``text[start:end]`` stands; its section is the one in which it begins."""
        found = bisect_right(self._starts, start) - 1
        section = self._sections[found] if found >= 0 else ()
        if self._pages is None:
            return Place(None, 0, 0, section)
        return Place(self._pages.unit, *self._pages.numbers(start, end), section)


def blocks(text: str) -> Iterator[Block]:
    """Give the blocks of a Markdown text in order; nothing but white space lies between them."""
    kind: BlockKind | None = None
    level = start = end = 0
    fence = ""
    for first, line in _lines(text):
        found, heading = _kind(line, kind, fence)
        # A fence opens a block of code of its own, and its like closes it.
        opens = found == "code" and not fence
        if kind is not None and (found != kind or opens or found == "heading"):
            yield Block(kind, level, start, end)
            kind = None
        if found is None:
            continue
        if kind is None:
            kind, level, start = found, heading, first
        end = first + len(line)
        if opens:
            fence = FENCE.match(line)[1]  # type: ignore[index]  # the caller saw the fence
        elif fence and _closes(line, fence):
            fence = ""
            yield Block(kind, level, start, end)
            kind = None
    if kind is not None:
        yield Block(kind, level, start, end)


def first_heading(text: str) -> str:
    """The first Markdown heading outside fenced code, or nothing.

    Examples
    --------
    >>> first_heading("머리말\\n## 휴가 ##\\n본문")
    '휴가'
    """
    fence = ""
    for _, line in _lines(text):
        if fence:
            fence = "" if _closes(line, fence) else fence
        elif opened := FENCE.match(line):
            fence = opened[1]
        elif (found := _HEADING.match(line)) and (heading := _without_closing(found[2])):
            return heading
    return ""


def _titles(text: str) -> Iterator[tuple[int, int, str]]:
    """Level, offset and words of what opens a section; parts of a regulation rank below headings."""
    for block in blocks(text):
        if block.kind == "heading":
            words = _HEADING.match(text[block.start : block.end])
            if words and (title := _without_closing(words[2])):
                yield block.level, block.start, title
        elif block.kind == "paragraph":
            for start, line in _lines(text[block.start : block.end]):
                if part := _PART.match(line):
                    yield (
                        _LOWEST_HEADING + "편장절관".index(part[2]) + 1,
                        block.start + start,
                        part[1].strip(),
                    )
                elif article := _ARTICLE.match(line):
                    yield _LOWEST_HEADING + 5, block.start + start, article[1]


def _kind(line: str, before: BlockKind | None, fence: str) -> tuple[BlockKind | None, int]:
    if fence or FENCE.match(line):
        return "code", 0
    if found := _HEADING.match(line):
        return "heading", len(found[1])
    if not line.strip():
        return None, 0
    if _ROW.match(line):
        return "table", 0
    # A line without a mark goes on with the list item above it.
    return ("list" if before == "list" or _ITEM.match(line) else "paragraph"), 0


def _closes(line: str, fence: str) -> bool:
    bare = line.strip()
    return bare.startswith(fence) and not bare.strip(fence[0])


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _without_closing(heading: str) -> str:
    """Leave out the number signs that may close a heading, when blanks part them from it."""
    heading = heading.rstrip(" \t\r")
    rest = heading.rstrip("#")
    return rest.rstrip(" \t") if not rest or rest[-1] in " \t" else heading
