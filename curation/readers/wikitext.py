"""MediaWiki's markup as plain text: what a reader of the page reads, without tables, notes and boxes.

Parsed by mwparserfromhell (https://github.com/earwig/mwparserfromhell, MIT). Left out are templates but for
those that only set their text in a language, tables, references, galleries, files, categories and comments.
Links give their text, formulas their LaTeX source, list items a line each. Headings stand in lines of their
own between blank ones; those that nothing stands under are left out.
"""

import re
from collections.abc import Callable

import mwparserfromhell
from mwparserfromhell.nodes import (
    ExternalLink,
    Heading,
    HTMLEntity,
    Node,
    Tag,
    Template,
    Text,
    Wikilink,
)
from mwparserfromhell.parser import ParserError
from mwparserfromhell.wikicode import Wikicode

# Templates whose last or only parameter is text of the sentence that they stand in.
_KEPT_TEMPLATES = {"lang": 2, "llang": 2, "언어": 2, "nowrap": 1, "nobr": 1}
_LEFT_OUT_TAGS = frozenset(
    (
        *("table", "ref", "references", "gallery", "timeline", "imagemap", "score", "hiero"),
        *("templatestyles", "style", "script", "indicator", "section", "mapframe", "maplink", "graph"),
    )
)
_LEFT_OUT_LINKS = frozenset(("file", "image", "media", "category", "파일", "그림", "미디어", "분류"))
_INTERLANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z-]+)?")
_SWITCH = re.compile(r"__[A-Z가-힣]+__")
# Where a template was left out. Alone between brackets it takes them along, beside one its comma. The
# lengths have limits so that no page can make the search long.
_GAP = "\x01"
_GAPS = (
    (re.compile(r" ?\([\s,;·]{0,20}\x01[\s,;·\x01]{0,20}\)"), ""),
    (re.compile(r"\([\s,;·]{0,20}\x01[\s,;·\x01]{0,20}"), "("),
    (re.compile(r"[\s,;·]{0,20}\x01[\s,;·\x01]{0,20}\)"), ")"),
)
_STYLE = re.compile("'{2,}")
_BLANKS = re.compile(r"[ \t\u00a0]+")
_HEADING_SIGN = "\x00"
_NO_SIGNS = str.maketrans("", "", _GAP + _HEADING_SIGN)
# The parser's time grows with the square of what is never closed: 20 seconds for 20,000 tables.
_MOST_OPEN = 1000
_OPENED = re.compile(r"\{\||<(?!br|hr|li|t[dhr]\b)[a-z]", re.IGNORECASE)
_CLOSED = re.compile(r"\|\}|</|/>")


def plain_text(wikitext: str) -> str:
    """Give the text of a page.

    Raises
    ------
    ValueError
        When the parser gives the page up; the message is the reason for quarantine.

    Examples
    --------
    >>> plain_text("'''서울'''({{lang|en|Seoul}})은 [[대한민국|한국]]의 수도이다.<ref>주</ref>")
    '서울(Seoul)은 한국의 수도이다.'
    """
    if len(_OPENED.findall(wikitext)) - len(_CLOSED.findall(wikitext)) > _MOST_OPEN:
        raise ValueError(f"more than {_MOST_OPEN:,} tables and tags are never closed")
    try:
        # Marks of bold and italics that are not closed would confuse the parser: they are taken off as text.
        parsed = mwparserfromhell.parse(wikitext.translate(_NO_SIGNS), skip_style_tags=True)
        pieces: list[str] = []
        _add(parsed, pieces)
    except (ParserError, RecursionError) as error:
        raise ValueError(f"the markup cannot be parsed: {type(error).__name__}") from error
    return _set_out("".join(pieces))


def _add(code: Wikicode, pieces: list[str]) -> None:
    for node in code.nodes:
        how = _HOW.get(type(node))
        if how is not None:
            how(node, pieces)


def _text(node: Text, pieces: list[str]) -> None:
    pieces.append(node.value)


def _template(node: Template, pieces: list[str]) -> None:
    parameter = _KEPT_TEMPLATES.get(str(node.name).strip().lower())
    if parameter is not None and node.has(parameter):
        _add(node.get(parameter).value, pieces)
    else:
        pieces.append(_GAP)


def _wikilink(node: Wikilink, pieces: list[str]) -> None:
    title = str(node.title).strip()
    space = title.partition(":")[0].strip().lower() if ":" in title else ""
    if space and (space in _LEFT_OUT_LINKS or (node.text is None and _INTERLANGUAGE.fullmatch(space))):
        return
    if node.text is not None:
        _add(node.text, pieces)
    else:
        pieces.append(title.lstrip(":"))


def _external_link(node: ExternalLink, pieces: list[str]) -> None:
    if node.title is not None:
        _add(node.title, pieces)
    elif not node.brackets:
        pieces.append(str(node.url))


def _heading(node: Heading, pieces: list[str]) -> None:
    pieces.append(f"\n{_HEADING_SIGN}{node.level}")
    _add(node.title, pieces)
    pieces.append("\n")


def _tag(node: Tag, pieces: list[str]) -> None:
    name = str(node.tag).strip().lower()
    if name in _LEFT_OUT_TAGS:
        return
    if name in ("br", "p", "div", "blockquote", "poem", "li") and not node.wiki_markup:
        pieces.append("\n")
    if node.contents is not None:
        _add(node.contents, pieces)


def _entity(node: HTMLEntity, pieces: list[str]) -> None:
    try:
        pieces.append(node.normalize())
    except (ValueError, OverflowError, KeyError):  # no such character
        pieces.append(str(node))


_HOW: dict[type[Node], Callable[..., None]] = {
    Text: _text,
    Template: _template,
    Wikilink: _wikilink,
    ExternalLink: _external_link,
    Heading: _heading,
    Tag: _tag,
    HTMLEntity: _entity,
}


def _set_out(text: str) -> str:
    """Take off what the parts left behind, and the headings that nothing stands under."""
    text = _STYLE.sub("", _SWITCH.sub("", text))
    for gap, instead in _GAPS:
        text = gap.sub(instead, text)
    text = text.replace(_GAP, "")
    lines: list[str] = []
    waiting: list[tuple[str, str]] = []  # headings above the next line of text, by their level
    parted = False
    for raw in text.split("\n"):
        line = _BLANKS.sub(" ", raw).strip()
        if line.startswith(_HEADING_SIGN):
            level, title = line[1:2], line[2:].strip()
            waiting = [one for one in waiting if one[0] < level] + [(level, title)]
        elif not line:
            parted = True
        else:
            for _, title in waiting:
                lines += ["", title]
            if lines and (parted or waiting):
                lines.append("")
            lines.append(line)
            waiting, parted = [], False
    return "\n".join(lines).strip("\n")
