"""A document while it is read: parsers name its blocks, and the Markdown text and its pages come out.

Every character is spelled as the step ``normalise`` would leave it (NFC, no invisible characters,
single blanks), so that the offsets of pages outlive that step.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from curation.normalising.blanks import fold_blanks
from curation.normalising.invisible import remove_invisible
from curation.readers.documents.structure import Pages, Unit

# More is no document; a page has some 2,000 characters.
MOST_CHARACTERS = 50_000_000
MOST_PAGES = 10_000
PAGE_BREAK = "\f"
_HALF_CHARACTERS = re.compile("[\ud800-\udfff]")
# What a paragraph may not begin a line with, lest it be read as a heading or as code.
_MARKUP = re.compile(r"^(?=#{1,6}[ \t]|`{3}|~{3})", re.MULTILINE)


@dataclass(slots=True)
class Draft:
    """The text so far, by blocks; ``title`` is what the document is called for sure, if anything.

    ``stated_title`` is what its metadata say, which is often the name of a template; ``unit`` is
    what :meth:`page` begins; ``attributes`` and ``notes`` are further facts, by name.
    """

    unit: Unit = "page"
    title: str = ""
    stated_title: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _starts: list[int] = field(default_factory=list)
    _listing: bool = False

    def page(self) -> None:
        """Begin the next page, slide or sheet.

        Raises
        ------
        ValueError
            When there are too many of them.
        """
        self._begin_page(self._length + 2 if self._parts else 0)
        self._listing = False

    def heading(self, level: int, text: str) -> None:
        """Add a heading of level 1 to 6."""
        self._add(text, lambda words: f"{'#' * min(max(level, 1), 6)} {' '.join(words.split())}")

    def paragraph(self, text: str) -> None:
        """Add a paragraph; its line breaks stay, and a form feed in it begins a page if any did before."""
        self._add(text, lambda words: _MARKUP.sub(r"\\", re.sub(r"\n+", "\n", words)))

    def item(self, text: str, mark: str = "-") -> None:
        """Add an item of a list, directly below the item before it.

        All stand at the margin: `normalise` would trim the blanks that show an item's depth.
        """
        self._add(text, lambda words: f"{mark} {' '.join(words.split())}", listed=True)

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Add a table; its first row is its head, rows may differ in length."""
        held = [[_cell(one) for one in row] for row in rows]
        held = [row for row in held if any(row)]
        if not held:
            return
        width = max(len(row) for row in held)
        lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in held]
        lines.insert(1, f"|{' --- |' * width}")
        self._put("\n".join(" ".join(line.split()) for line in lines), "\n\n")
        self._listing = False

    def code(self, text: str) -> None:
        """Add lines of code as they are."""
        lines = [line.rstrip() for line in _spelled(text).expandtabs(4).split("\n")]
        if not any(lines):
            return
        fence = "```"
        while any(line.lstrip().startswith(fence) for line in lines):
            fence += "`"
        body = "\n".join(lines).strip("\n")
        self._put(f"{fence}\n{body}\n{fence}", "\n\n")
        self._listing = False

    def markdown(self, text: str) -> None:
        """Add Markdown that another program wrote, as it is."""
        self._put(text, "\n\n")

    @property
    def text(self) -> str:
        """The Markdown of everything added."""
        return "".join(self._parts)

    def pages(self) -> Pages | None:
        """Where the pages stand in the text; none when no page was ever begun."""
        if not self._starts:
            return None
        text = self.text
        edges = [min(start, len(text)) for start in self._starts] + [len(text)]
        spans = [(start, start + len(text[start:end].rstrip())) for start, end in pairwise(edges)]
        return Pages(self.unit, [*spans[:-1], (edges[-2], len(text))])

    def _add(self, text: str, shape: Callable[[str], str], *, listed: bool = False) -> None:
        pieces = text.split(PAGE_BREAK) if self._starts else [text]
        words = cleaned("".join(pieces))
        gap = "\n" if listed and self._listing else "\n\n"
        shaped = shape(words) if words else ""
        start = self._length + (len(gap) if self._parts else 0)
        # A page begins with its first word, behind the marks of a heading or an item.
        marked, read = start + max(0, len(shaped) - len(words)), 0
        for piece, following in pairwise(pieces):
            if length := len(cleaned(piece)):
                read += length + (piece[-1].isspace() or following[:1].isspace())
            self._begin_page(min(marked + read, start + len(shaped)) if read else start)
        if words:
            self._put(shaped, gap)
            self._listing = listed

    def _begin_page(self, at: int) -> None:
        self._starts.append(at)
        if len(self._starts) > MOST_PAGES:
            raise ValueError(f"more than {MOST_PAGES:,} {self.unit}s")

    def _put(self, block: str, gap: str) -> None:
        if self._parts:
            block = gap + block
        self._parts.append(block)
        self._length += len(block)
        if self._length > MOST_CHARACTERS:
            raise ValueError(f"more than {MOST_CHARACTERS:,} characters of text")


def cleaned(text: str) -> str:
    """The text as ``normalise`` leaves it: NFC, nothing invisible, single blanks, no blank edges.

    Examples
    --------
    >>> cleaned("\\u1112\\u1161\\u11ab글\\u200b  문서 ")
    '한글 문서'
    """
    return fold_blanks(_spelled(text))[0]


def _spelled(text: str) -> str:
    return remove_invisible(unicodedata.normalize("NFC", _HALF_CHARACTERS.sub("\ufffd", text)))[0]


def _cell(text: str) -> str:
    return " ".join(cleaned(text).split()).replace("|", "\\|")
