"""Tables of an HTML page, read with lxml as rows of cells with their spans."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from lxml import etree

from curation.readers.documents.html import page_root, page_text
from curation.table_text.model import Cell, Table

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset({"script", "style", "template", "noscript", "table"})
_PARTED = frozenset({"table", "br", "p", "div", "li", "hr", *_HEADINGS})
# What the HTML standard allows; browsers cut greater spans down to these.
_MOST_COLUMNS = 1000
_MOST_ROWS = 65534


def html_tables(content: bytes, encoding: str | None = None) -> Iterator[Table]:
    """Give the tables of a page in the order in which they begin.

    The page's title is each table's; its caption, or else the heading before it, the section's. A table
    in a cell is a table of its own; the cell around it does not hold its text. The encoding is the one
    given, or the one that the page names.

    Raises
    ------
    ValueError
        When the page's elements are nested without end.
    """
    root = page_root(page_text(content, encoding))
    if root is None:
        return
    title = next((_words(node) for node in root.iter("title")), "")
    heading = ""
    for node in root.iter("table", *_HEADINGS):
        if node.tag != "table":
            heading = _words(node)
            continue
        captions = [_words(one) for one in node.iterchildren("caption")]
        rows = _without_empty(list(map(_row, _own_rows(node))))
        if rows:
            yield Table(rows, title, captions[0] if captions else heading)


def _own_rows(table: etree._Element) -> Iterator[etree._Element]:
    """Give the rows of a table, not those of tables in its cells; cells without a row are one."""
    if next(table.iterchildren("td", "th"), None) is not None:
        yield table
    for part in table.iterchildren("tr", "thead", "tbody", "tfoot"):
        if part.tag == "tr":
            yield part
        else:
            yield from part.iterchildren("tr")


def _without_empty(rows: Sequence[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    """Leave out rows without cells, which a page does not show, and shorten the cells that cover them."""
    empty = [0, *accumulate(not row for row in rows)]
    for number, row in enumerate(rows):
        for cell in row:
            end = min(number + cell.row_span, len(rows))
            cell.row_span -= empty[end] - empty[number]
    return tuple(filter(None, rows))


def _row(row: etree._Element) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            _words(cell),
            cell.tag == "th",
            _span(cell.get("colspan"), _MOST_COLUMNS),
            _span(cell.get("rowspan"), _MOST_ROWS),
        )
        for cell in row.iterchildren("td", "th")
    )


def _words(node: etree._Element) -> str:
    """Give the text of an element, without that of scripts and of tables in it."""
    parts = [node.text or ""]
    walk = etree.iterwalk(node, events=("start", "end"))
    for event, one in walk:
        if one is node:
            continue
        tag = one.tag if isinstance(one.tag, str) else ""
        if event == "start" and tag in _UNSEEN:
            walk.skip_subtree()
            continue
        if tag in _PARTED:
            parts.append(" ")
        parts.append((one.text if event == "start" else one.tail) or "")
    return " ".join("".join(parts).split())


def _span(written: str | None, most: int) -> int:
    digits = (written or "").strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        return 1
    return min(max(1, int(digits)), most)
