"""PDF, through pypdf: text with page numbers; headings by the size of their letters, ruled tables.

A PDF holds signs at places, not paragraphs. Lines keep their breaks; a wider gap than between the
lines around it parts paragraphs. A scanned page holds a picture alone and needs OCR, which this is not.
"""

import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from statistics import median
from typing import Any

import pypdf
from pypdf.errors import DependencyError, PyPdfError

from curation.readers.documents.draft import MOST_CHARACTERS, MOST_PAGES, Draft
from curation.readers.documents.formats import Format
from curation.readers.documents.ruled import Rules

# pypdf bounds what hostile files make it unpack and parse; a page of a book needs far less still.
_LIMITS = pypdf.Configuration(
    zlib_maximum_output_length=20_000_000,
    lzw_maximum_output_length=20_000_000,
    run_length_maximum_output_length=20_000_000,
    array_based_stream_maximum_output_length=20_000_000,
    stream_parsing_work_maximum_count=1_000_000,
    xform_maximum_invocations_per_extraction=500,
)
_LARGER = 1.12  # how many times larger than the body the letters of a heading are
_LONGEST_HEADING = 100
_WIDE_GAP = 1.45  # how many times the usual distance of lines parts paragraphs
_DOUBLE_SPACING = 1.9  # lines are no further apart, in sizes of their letters
_LEADERS = re.compile(r"(?:[.·…] ?){4,}\d*$")
_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"[^\W\d_]{2}")
_LEAST_RUNNING = 4  # pages that a running head stands on at least
_MOST_UNREADABLE = 0.3
logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports each damaged object


@dataclass(slots=True)
class Line:
    """A line of a page: its text, the height it stands at, and the size of most of its letters."""

    pieces: list[tuple[str, float]] = field(default_factory=list)
    sizes: Counter[float] = field(default_factory=Counter)
    y: float = 0.0

    @property
    def text(self) -> str:
        """The words of the line."""
        return "".join(piece for piece, _ in self.pieces).strip()

    @property
    def size(self) -> float:
        """The size of its letters, in points."""
        return self.sizes.most_common(1)[0][0] if self.sizes else 0.0


@dataclass(slots=True)
class Page:
    """The lines of a page in the order of the file, and the rules drawn on it."""

    lines: list[Line]
    rules: Rules


def parse(content: bytes) -> Draft:
    """Read a document.

    Raises
    ------
    ValueError
        When it is none, is damaged, needs a password, or holds pictures of text alone.
    """
    with pypdf.apply_configuration(_LIMITS):
        reader = pypdf.PdfReader(BytesIO(content))
        _unlock(reader)
        if len(reader.pages) > MOST_PAGES:
            raise ValueError(f"more than {MOST_PAGES:,} pages")
        pages, characters = [], 0
        for page in reader.pages:
            pages.append(_page(page))
            characters += sum(len(line.text) for line in pages[-1].lines)
            if characters > MOST_CHARACTERS:
                raise ValueError(f"more than {MOST_CHARACTERS:,} characters of text")
        title = reader.metadata.title if reader.metadata else None
    _check_readable(pages)
    running = _without_running_lines(pages)
    draft = Draft(stated_title=title or "")
    body, levels = _sizes(pages)
    for one in pages:
        draft.page()
        _add(draft, one, body, levels)
    empty = sum(not page.lines for page in pages)
    if running:
        draft.notes["running heads and feet left out"] = str(running)
    if empty:
        draft.notes["pages without text"] = f"{empty} of {len(pages)}"
    return draft


def _unlock(reader: pypdf.PdfReader) -> None:
    try:
        # Without a password for reading, everybody may read it.
        if reader.is_encrypted and not reader.decrypt(""):
            raise ValueError("protected by a password")
    except (DependencyError, NotImplementedError, PyPdfError) as error:
        raise ValueError(f"encrypted in a way that cannot be opened: {error}") from error


def _page(page: pypdf.PageObject) -> Page:
    lines, rules = [Line()], Rules()

    def take(text: str, matrix: list[float], place: list[float], _font: Any, size: float) -> None:
        for number, piece in enumerate(text.split("\n")):
            if number:
                lines.append(Line())
            if not piece:
                continue
            x = place[4] * matrix[0] + place[5] * matrix[2] + matrix[4]
            y = place[4] * matrix[1] + place[5] * matrix[3] + matrix[5]
            line = lines[-1]
            if piece.strip():
                if not line.sizes:
                    line.y = y
                scale = abs(place[3] * matrix[3]) or abs(place[1] * matrix[2]) or 1.0
                line.sizes[round(size * scale, 1)] += len(piece.strip())
            line.pieces.append((piece, x))

    page.extract_text(visitor_text=take, visitor_operand_before=rules.take)
    return Page([line for line in lines if line.text], rules)


def _check_readable(pages: Sequence[Page]) -> None:
    if not pages:
        raise ValueError("no pages")
    text = "".join(line.text for page in pages for line in page.lines)
    if not text:
        raise ValueError("no text: needs OCR")
    unreadable = sum(one == "\ufffd" or "\ue000" <= one <= "\uf8ff" or one < " " for one in text)
    if unreadable > _MOST_UNREADABLE * len(text):
        raise ValueError("its fonts do not say which letters their signs are: needs OCR")


def _without_running_lines(pages: Sequence[Page]) -> int:
    """Take out what stands at the top or bottom of most pages; give how many lines.

    Numbers aside they are alike. One with words stays where it stands first.
    """
    edges = [sorted({*range(len(page.lines))[:2], *range(len(page.lines))[-2:]}) for page in pages]
    shapes = Counter(
        shape
        for page, numbers in zip(pages, edges, strict=True)
        for shape in {_shape(page.lines[number]) for number in numbers}
    )
    least = max(_LEAST_RUNNING, len(pages) // 2 + 1)
    seen: set[str] = set()
    left_out = 0
    for page, numbers in zip(pages, edges, strict=True):
        gone = set()
        for number in numbers:
            shape = _shape(page.lines[number])
            if shapes[shape] >= least:
                if shape in seen or not _WORDS.search(shape):
                    gone.add(number)
                seen.add(shape)
        page.lines = [line for number, line in enumerate(page.lines) if number not in gone]
        left_out += len(gone)
    return left_out


def _shape(line: Line) -> str:
    return _DIGITS.sub("#", line.text)


def _sizes(pages: Sequence[Page]) -> tuple[float, dict[float, int]]:
    """The size of the body's letters, and the level of headings by their size."""
    counted: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            counted += line.sizes
    body = counted.most_common(1)[0][0] if counted else 0.0
    larger = sorted(
        {line.size for page in pages for line in page.lines if _is_larger(line, body)}, reverse=True
    )
    return body, {size: min(level, 6) for level, size in enumerate(larger, 1)}


def _is_larger(line: Line, body: float) -> bool:
    if _LEADERS.search(line.text):
        return False  # a line of a table of contents
    return line.size > body * _LARGER and len(line.text) <= _LONGEST_HEADING


def _add(draft: Draft, page: Page, body: float, levels: dict[float, int]) -> None:
    usual = min(_usual_distance(page.lines), body * _DOUBLE_SPACING)
    held: list[str] = []
    before: Line | None = None
    tables = page.rules.tables([(line.pieces, line.y) for line in page.lines])
    done: set[int] = set()
    for number, line in enumerate(page.lines):
        if number in done:
            continue
        table = tables.get(number)
        level = levels.get(line.size, 0) if _is_larger(line, body) else 0
        wide = before is not None and abs(before.y - line.y) > usual * _WIDE_GAP
        if held and (table or level or wide):
            draft.paragraph("\n".join(held))
            held = []
        if table:
            draft.table(table.rows)
            done.update(table.lines)
        elif level:
            draft.heading(level, line.text)
        else:
            held.append(line.text)
        before = line
    if held:
        draft.paragraph("\n".join(held))


def _usual_distance(lines: Sequence[Line]) -> float:
    """The distance between lines of a page: the median, which the gaps between blocks do not move."""
    gaps = [abs(above.y - below.y) for above, below in pairwise(lines)]
    return median([gap for gap in gaps if gap > 1] or [float("inf")])


PDF = Format("PDF", parse)
