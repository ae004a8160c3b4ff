"""DOCX, the format of Word: the body in order, with its headings, lists, numbers and tables.

Page numbers are those of the last time Word laid the document out; a document that other programs
wrote has none. Deleted and hidden text, comments, headers and footers are left out; footnotes stand
at the end. The automatic numbers of headings and items (제1조, 1.2) are in no text and are counted.

Source: ECMA-376 part 1, chapters 17.3 (paragraphs), 17.4 (tables), 17.9 (numbering).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from curation.readers.documents.draft import PAGE_BREAK, Draft
from curation.readers.documents.formats import Format
from curation.readers.documents.numbering import Numbering, W
from curation.readers.documents.office import FALLBACK, Package

_DROPPED = frozenset(
    {f"{W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText", "sdtPr", "tblPr")}
    | {FALLBACK}
)
_SIGNS = {
    f"{W}tab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
    f"{W}lastRenderedPageBreak": PAGE_BREAK,
}
_HEADING_NAME = re.compile(r"(?:heading|제목)\s*([1-9])", re.I)
_ITEM_NUMBER = re.compile(r"\d{1,9}[.)]")
_FOOTNOTES = ("footnotes", "endnotes")


@dataclass(frozen=True, slots=True)
class _Style:
    level: int
    numbering: tuple[str, int] | None


def parse(content: bytes) -> Draft:
    """Read a document.

    Raises
    ------
    ValueError
        When it is none, is damaged or is protected.
    """
    package = Package(content)
    draft = Draft(stated_title=package.title())
    body = package.root(package.main).find(f"{W}body")
    if body is None:
        raise ValueError("no body in the document")
    if next(body.iter(f"{W}lastRenderedPageBreak"), None) is not None:
        draft.page()
    _Walk(package, draft).over(body)
    for kind in _FOOTNOTES:
        for part in package.related(package.main, kind):
            for note in package.root(part):
                # The separators are notes as well, of a type of their own.
                if note.get(f"{W}type") in (None, "normal") and (words := _words(note).strip()):
                    draft.paragraph(f"[{note.get(f'{W}id')}] {words}")
    return draft


class _Walk:
    def __init__(self, package: Package, draft: Draft) -> None:
        self._draft = draft
        self._styles = _styles(package)
        self._numbering = Numbering(
            next((package.root(part) for part in package.related(package.main, "numbering")), None)
        )

    def over(self, parent: etree._Element) -> None:
        for node in parent:
            if node.tag == f"{W}p":
                self._paragraph(node)
            elif node.tag == f"{W}tbl":
                self._draft.table([_cells(row) for row in _own(node, f"{W}tr")])
            elif node.tag not in _DROPPED and isinstance(node.tag, str):
                self.over(node)  # content controls, insertions, custom XML

    def _paragraph(self, node: etree._Element) -> None:
        style = self._styles.get(_value(node, "pPr/pStyle"), _Style(0, None))
        text = "".join(_text(node))
        level = _outlined(node) or style.level
        listed = _listed(node, 0) or style.numbering
        mark = self._numbering.mark(*listed) if listed and listed[0] != "0" and text.strip() else ""
        if level:
            self._draft.heading(level, text if mark == "-" else f"{mark} {text}")
        elif mark == "-" or _ITEM_NUMBER.fullmatch(mark):
            self._draft.item(text, mark)
        else:
            self._draft.paragraph(f"{mark} {text}" if mark else text)
        for box in node.iter(f"{W}txbxContent"):
            if not any(above.tag in (FALLBACK, f"{W}txbxContent") for above in box.iterancestors()):
                self.over(box)


def _text(node: etree._Element) -> Iterator[str]:
    """The visible text of a paragraph, without that of the boxes anchored in it."""
    walk = etree.iterwalk(node, events=("start",))
    for _, one in walk:
        tag = one.tag
        dropped = not isinstance(tag, str) or tag in _DROPPED or tag == f"{W}txbxContent"
        if dropped or (tag == f"{W}r" and _is_hidden(one)):
            walk.skip_subtree()
        elif tag == f"{W}t":
            yield one.text or ""
        elif tag in _SIGNS:
            yield _SIGNS[tag]


def _is_hidden(run: etree._Element) -> bool:
    vanish = run.find(f"{W}rPr/{W}vanish")
    return vanish is not None and vanish.get(f"{W}val", "true") not in ("0", "false", "off")


def _words(node: etree._Element) -> str:
    return " ".join("".join(_text(one)).replace(PAGE_BREAK, "") for one in node.iter(f"{W}p"))


def _cells(row: etree._Element) -> list[str]:
    """The cells of a row; one that spans columns is followed by empty ones."""
    cells: list[str] = []
    for cell in _own(row, f"{W}tc"):
        span = _value(cell, "tcPr/gridSpan")
        cells.append(_words(cell))
        cells += [""] * (min(int(span), 100) - 1 if span.isdigit() else 0)
    return cells


def _own(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The nearest elements of a kind below ``parent``, through content controls and insertions."""
    for node in parent:
        if node.tag == tag:
            yield node
        elif isinstance(node.tag, str) and node.tag not in _DROPPED and node.tag != f"{W}tbl":
            yield from _own(node, tag)


def _value(node: etree._Element, path: str) -> str:
    found = node.find("/".join(f"{W}{step}" for step in path.split("/")))
    return "" if found is None else found.get(f"{W}val", "")


def _outlined(node: etree._Element) -> int:
    """The heading level that a paragraph or style states, from 1; 0 when it states none."""
    outline = _value(node, "pPr/outlineLvl")
    return int(outline) + 1 if outline.isdigit() and int(outline) < 9 else 0


def _listed(node: etree._Element, otherwise: int) -> tuple[str, int] | None:
    """The list that a paragraph or style names, and the depth in it, ``otherwise`` where it states none."""
    number, depth = _value(node, "pPr/numPr/numId"), _value(node, "pPr/numPr/ilvl")
    return (number, int(depth) if depth.isdigit() else otherwise) if number else None


def _styles(package: Package) -> dict[str, _Style]:
    """Heading level and numbering by style, through the styles that it is based on."""
    nodes: dict[str, etree._Element] = {}
    for part in package.related(package.main, "styles"):
        nodes |= {style.get(f"{W}styleId", ""): style for style in package.root(part).iter(f"{W}style")}
    return {name: _style(name, nodes) for name in nodes}


def _style(name: str, nodes: dict[str, etree._Element]) -> _Style:
    level, numbering, seen = 0, None, set()
    while name in nodes and name not in seen:
        seen.add(name)
        style = nodes[name]
        shown = _value(style, "name")
        found = _HEADING_NAME.fullmatch(shown)
        if not level:
            level = int(found[1]) if found else 1 if shown.lower() == "title" else _outlined(style)
        if numbering is None:
            numbering = _listed(style, max(level - 1, 0))
        name = _value(style, "basedOn")
    return _Style(level, numbering)


DOCX = Format("Word (DOCX)", parse)
