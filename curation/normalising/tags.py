"""HTML tags that were left over when a page became text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from curation.normalising.code_spans import code_spans, covers

# Elements of the HTML Living Standard, and the old ones that Korean boards still write.
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details",
        "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
        "h5", "h6", "head", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section",
        "summary", "table", "tbody", "tfoot", "thead", "title", "tr", "ul",
    }
)  # fmt: skip
_CELLS = frozenset({"td", "th"})
_INLINE = frozenset(
    {
        "a", "abbr", "acronym", "audio", "b", "big", "button", "cite", "code", "del", "dfn", "em",
        "font", "i", "iframe", "img", "input", "ins", "kbd", "label", "link", "mark", "meta", "noscript",
        "option", "q", "rt", "ruby", "s", "samp", "script", "select", "small", "span", "strike",
        "strong", "style", "sub", "sup", "textarea", "time", "tt", "u", "var", "video", "wbr",
    }
)  # fmt: skip
_KNOWN = _BLOCKS | _CELLS | _INLINE
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})
_OFTEN_UNCLOSED = frozenset({"dd", "dt", "li", "p", "td", "th", "tr"})
_LINE_BREAKS = frozenset({"br", "wbr"})

# Possessive quantifiers: a long run of blanks after `<a` must not make matching quadratic.
_ATTRIBUTE = r"""\s++[A-Za-z_:@][-\w:.]*+(?:\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'|[^\s"'<>=`]++))?+"""
_TAG = re.compile(rf"<(/?)([A-Za-z][A-Za-z0-9]*+)((?:{_ATTRIBUTE})*+)\s*+(/?)>")
_HIDING = re.compile(r"<!--|<!doctype\s[^<>]*>|<(script|style)\b[^<>]*>", re.IGNORECASE)
_SHOWING = {
    "": re.compile("-->"),
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Markup:
    """A tag, or a comment, script or style with what it holds: ``name`` is empty for those."""

    start: int
    end: int
    name: str = ""


def strip_tags(text: str) -> tuple[str, int]:
    r"""Give ``text`` without HTML tags, and how many were removed.

    A block or ``<br>`` becomes a line break, a table cell a space; scripts, styles and comments go
    with what they hold. What a tag is, is told by use: an element that exists and is closed in the
    text, carries ``name="value"``, closes something, or needs no closing. So ``a < b``, ``<3``,
    ``<<기생충>>``, ``List<String>`` and a lone ``<b>`` that somebody writes about all stay, and
    so does what stands in code spans.

    Examples
    --------
    >>> strip_tags("<b>굵게</b> 쓰고<br/>줄을 바꿈, a < b <3 <기생충>")
    ('굵게 쓰고\n줄을 바꿈, a < b <3 <기생충>', 3)
    """
    found = _markup(text) if "<" in text else []
    if not found:
        return text, 0
    pieces: list[str] = []
    end = 0
    for markup in found:
        pieces += (text[end : markup.start], _replacement(markup.name))
        end = markup.end
    return "".join(pieces) + text[end:], len(found)


def is_source(text: str) -> bool:
    """Whether ``text`` holds HTML tags other than line breaks, so that its entities are meant."""
    return "<" in text and any(markup.name not in _LINE_BREAKS for markup in _markup(text))


def _markup(text: str) -> list[Markup]:
    code = code_spans(text)
    hidden = _hidden(text, code)
    hidden_spans = [(markup.start, markup.end) for markup in hidden]
    tags = [
        tag
        for tag in _TAG.finditer(text)
        if tag[2].lower() in _KNOWN
        and not covers(code, tag.start())
        and not covers(hidden_spans, tag.start())
    ]
    sure = _VOID | {tag[2].lower() for tag in tags if tag[1]}
    if hidden or any(_is_used(tag, sure) for tag in tags):
        sure |= _OFTEN_UNCLOSED
    used = [Markup(*tag.span(), tag[2].lower()) for tag in tags if _is_used(tag, sure)]
    return sorted([*hidden, *used], key=lambda markup: markup.start)


def _is_used(tag: re.Match[str], sure: frozenset[str] | set[str]) -> bool:
    return bool(tag[1] or tag[4] or "=" in tag[3]) or tag[2].lower() in sure


def _hidden(text: str, code: Sequence[tuple[int, int]]) -> list[Markup]:
    """Find comments, document types, scripts and styles outside code spans."""
    hidden: list[Markup] = []
    unclosed: set[str] = set()
    place = 0
    while opening := _HIDING.search(text, place):
        place = opening.end()
        kind = (opening[1] or "").lower()
        if kind in unclosed or covers(code, opening.start()):
            continue
        if opening[0] != "<!--" and not kind:  # a document type is closed already
            hidden.append(Markup(*opening.span()))
            continue
        closing = _SHOWING[kind].search(text, place)
        if closing is None:
            unclosed.add(kind)
            continue
        place = closing.end()
        hidden.append(Markup(opening.start(), place))
    return hidden


def _replacement(name: str) -> str:
    if name in _BLOCKS:
        return "\n"
    return " " if name in _CELLS else ""
