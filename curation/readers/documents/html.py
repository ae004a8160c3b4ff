"""HTML pages, read with lxml: what a reader of the page sees, as blocks.

Scripts, styles, controls and hidden elements are left out, and nothing is fetched. A table is a table
when its cells hold words; one that arranges other tables or headings on the page is none.
"""

import re
from collections.abc import Iterator

from lxml import etree

from curation.readers.documents.charsets import decoded
from curation.readers.documents.draft import Draft
from curation.readers.documents.formats import Format

_CHARSET = re.compile(
    rb"<(?:meta[^>]{0,200}charset|\?xml[^>]{0,100}encoding)\s*=\s*[\"']?([\w.:-]{1,40})", re.I
)
_HEAD = 4096
_DROPPED = frozenset(
    {"script", "style", "noscript", "template", "iframe", "object", "embed", "audio", "video"}
    | {"canvas", "svg", "math", "map", "select", "textarea", "button", "input", "datalist", "frame"}
    | {"noframes", "applet"}
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div"}
    | {"dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html"}
    | {"legend", "li", "main", "nav", "ol", "p", "section", "summary", "table", "tbody", "td", "tfoot"}
    | {"th", "thead", "tr", "ul", "caption"}
    | set(_HEADINGS)
)
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]))", re.I)
_NESTED = frozenset({"table", "ul", "ol", "pre", *_HEADINGS})
_LINE_BREAK = "\u2028"  # a break that is meant, until the white space of the source is folded


def parse(content: bytes) -> Draft:
    """Read a page, in the encoding that it names.

    Raises
    ------
    ValueError
        When its elements are nested without end.
    """
    draft = Draft()
    add_page(page_text(content), draft)
    return draft


def page_text(content: bytes, encoding: str | None = None) -> str:
    """Decode a page by the encoding that is given, or else by the one that it names."""
    named = _CHARSET.search(content, 0, _HEAD)
    return decoded(content, encoding or (named[1].decode() if named else ""))


def page_root(page: str) -> etree._Element | None:
    """Parse a page in any state; None when nothing is in it.

    Raises
    ------
    ValueError
        When its elements are nested without end.
    """
    # Given as UTF-8, whatever it names: only depth stops this parser.
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    root = etree.fromstring(page.replace("\0", "").encode("utf-8", "replace"), parser)
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise ValueError("elements nested without end")
    return root


def add_page(page: str, draft: Draft) -> None:
    """Add the blocks of an HTML page to a draft, and its title if the draft has none.

    Raises
    ------
    ValueError
        When its elements are nested without end.
    """
    root = page_root(page)
    if root is None:
        return
    title = next((node.text for node in root.iter("title") if node.text), "")
    draft.stated_title = draft.stated_title or " ".join(title.split())
    _Walk(draft).over(root)


class _Walk:
    """Goes over the elements in order; ``_inline`` is the text of the block that is open."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._inline: list[str] = []
        self._level = 0
        self._item = False
        self._lists: list[int | None] = []

    def over(self, root: etree._Element) -> None:
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, node in walk:
            tag = node.tag if isinstance(node.tag, str) else ""
            if event == "start":
                if not tag or _is_dropped(node, tag):
                    walk.skip_subtree()
                elif tag == "pre" or (tag == "table" and _is_data(node)):
                    self._flush()
                    self._whole(node, tag)
                    walk.skip_subtree()
                else:
                    self._open(node, tag)
            else:
                if tag in _BLOCKS:
                    self._flush()
                if tag in ("ul", "ol") and self._lists:
                    self._lists.pop()
                elif tag in _HEADINGS:
                    self._level = 0
                elif tag == "li":
                    self._item = False
                if node.tail:
                    self._inline.append(node.tail)
        self._flush()

    def _open(self, node: etree._Element, tag: str) -> None:
        if tag in _BLOCKS:
            self._flush()
        if tag in _HEADINGS:
            self._level = _HEADINGS[tag]
        elif tag in ("ul", "ol"):
            self._lists.append(None if tag == "ul" else 0)
        elif tag == "li":
            self._item = True
        elif tag == "br":
            self._inline.append(_LINE_BREAK)
        if node.text and tag not in ("ul", "ol"):
            self._inline.append(node.text)

    def _whole(self, node: etree._Element, tag: str) -> None:
        if tag == "pre":
            self._draft.code("".join(node.itertext()))
            return
        for caption in node.iterchildren("caption"):
            self._draft.paragraph(_words(caption))
        self._draft.table(list(_rows(node)))

    def _flush(self) -> None:
        text = _folded("".join(self._inline))
        self._inline.clear()
        if not text:
            return
        if self._level:
            self._draft.heading(self._level, text)
        elif self._item:
            self._draft.item(text, self._mark())
        else:
            self._draft.paragraph(text)
        self._level, self._item = 0, False

    def _mark(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "-"
        self._lists[-1] += 1
        return f"{self._lists[-1]}."


def _is_dropped(node: etree._Element, tag: str) -> bool:
    if tag in _DROPPED or tag == "head" or "hidden" in node.attrib:
        return True
    style = node.get("style")
    return style is not None and _HIDDEN_STYLE.search(style) is not None


def _is_data(table: etree._Element) -> bool:
    rows = wide = 0
    for node in table.iterdescendants():
        if node.tag in _NESTED:
            return False
        if node.tag == "tr":
            rows += 1
            wide += sum(cell.tag in ("td", "th") for cell in node) > 1
    return rows > 1 and 2 * wide >= rows


def _rows(table: etree._Element) -> Iterator[list[str]]:
    for row in table.iter("tr"):
        if not _is_dropped(row, "tr"):
            yield [_words(cell) for cell in row.iterchildren("td", "th") if not _is_dropped(cell, "td")]


def _words(node: etree._Element) -> str:
    """The visible text below a node, its blocks parted by blanks."""
    parts = [node.text or ""]
    walk = etree.iterwalk(node, events=("start", "end"))
    for event, one in walk:
        if one is node:
            continue
        tag = one.tag if isinstance(one.tag, str) else ""
        if event == "start" and (not tag or _is_dropped(one, tag)):
            walk.skip_subtree()
            continue
        if tag in _BLOCKS or tag == "br":
            parts.append(" ")
        parts.append((one.text if event == "start" else one.tail) or "")
    return " ".join("".join(parts).split())


def _folded(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.split(_LINE_BREAK)).strip()


HTML = Format("HTML", parse)
