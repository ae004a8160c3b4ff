"""PPTX, the format of PowerPoint: each slide is a page that begins with its title as a heading.

Speaker notes stand behind their slide; dates, footers and slide numbers are left out.

Source: ECMA-376 part 1, chapters 19 (PresentationML) and 21.1 (text and tables).
"""

from collections.abc import Iterator

from lxml import etree

from curation.readers.documents.draft import Draft
from curation.readers.documents.formats import Format
from curation.readers.documents.office import FALLBACK, Package

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TITLES = ("title", "ctrTitle")
_FURNITURE = ("dt", "ftr", "sldNum", "hdr", "sldImg")
# Placeholders for the body of a slide, whose paragraphs have bullets unless they say otherwise.
_BULLETED = ("body", "obj", "")


def parse(content: bytes) -> Draft:
    """Read a presentation.

    Raises
    ------
    ValueError
        When it is none, is damaged or is protected.
    """
    package = Package(content)
    draft = Draft(unit="slide", stated_title=package.title())
    slides = package.by_id(package.main, "slide")
    for one in package.root(package.main).iter(f"{P}sldId"):
        draft.page()
        part = slides.get(one.get(_ID, ""))
        if part is None:
            continue  # counted nevertheless: the slides behind it keep their numbers
        _add_slide(draft, package.root(part))
        for notes in package.related(part, "notesSlide"):
            _add_notes(draft, package.root(notes))
    return draft


def _add_slide(draft: Draft, root: etree._Element) -> None:
    shapes = list(_shapes(root))
    titles = [shape for shape in shapes if _placeholder(shape) in _TITLES]
    for shape in titles:
        draft.heading(1, " ".join(text for text, _ in _paragraphs(shape)))
    for shape in shapes:
        kind = _placeholder(shape)
        if kind in _TITLES or kind in _FURNITURE:
            continue
        for table in shape.iter(f"{A}tbl"):
            draft.table(list(_rows(table)))
        if shape.tag == f"{P}sp":
            _add_text(draft, shape, kind in _BULLETED)


def _add_text(draft: Draft, shape: etree._Element, bulleted: bool) -> None:
    for text, bullet in _paragraphs(shape):
        if bulleted if bullet is None else bullet:
            draft.item(text)
        else:
            draft.paragraph(text)


def _add_notes(draft: Draft, root: etree._Element) -> None:
    for shape in _shapes(root):
        if _placeholder(shape) == "body":
            words = "\n".join(text for text, _ in _paragraphs(shape))
            if words.strip():
                draft.paragraph(f"[발표자 노트] {words}")


def _shapes(root: etree._Element) -> Iterator[etree._Element]:
    """Shapes and frames in order, those in groups included; each once."""
    walk = etree.iterwalk(root, events=("start",))
    for _, node in walk:
        if node.tag == FALLBACK:
            walk.skip_subtree()
        elif node.tag in (f"{P}sp", f"{P}graphicFrame"):
            yield node
            walk.skip_subtree()


def _placeholder(shape: etree._Element) -> str | None:
    """The kind of placeholder, empty for one without a name of its kind; none for a plain shape."""
    found = next(shape.iter(f"{P}ph"), None)
    return None if found is None else found.get("type", "")


def _paragraphs(shape: etree._Element) -> Iterator[tuple[str, bool | None]]:
    """Text of each paragraph, and whether it says that it has a bullet."""
    for paragraph in shape.iter(f"{A}p"):
        text = "".join(_text(paragraph))
        if text.strip():
            own = paragraph.find(f"{A}pPr")
            signs = () if own is None else [node.tag for node in own]
            has = True if f"{A}buChar" in signs or f"{A}buAutoNum" in signs else None
            yield text, False if f"{A}buNone" in signs else has


def _text(paragraph: etree._Element) -> Iterator[str]:
    for node in paragraph.iter(f"{A}t", f"{A}br", f"{A}tab"):
        yield (node.text or "") if node.tag == f"{A}t" else " " if node.tag == f"{A}tab" else "\n"


def _rows(table: etree._Element) -> Iterator[list[str]]:
    for row in table.iter(f"{A}tr"):
        yield [
            " ".join("".join(_text(paragraph)) for paragraph in cell.iter(f"{A}p"))
            for cell in row.iterchildren(f"{A}tc")
        ]


PPTX = Format("PowerPoint (PPTX)", parse)
