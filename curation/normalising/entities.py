"""HTML entities that were left over when a page became text."""

import html
import re
from html.entities import html5

from curation.normalising.code_spans import code_spans, covers
from curation.normalising.tags import is_source

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_UNUSABLE = frozenset({"", "\x00", "\ufffd"})


def decode_entities(text: str) -> tuple[str, int]:
    """Give ``text`` with characters for HTML entities, and how many there were.

    Only complete references with a semicolon count, so ``R&D`` and ``?a=1&copy=2`` stay. Doubly
    escaped text (``&amp;quot;``) is decoded to the end. References inside code spans stay, as does
    text that is HTML source: there, ``&lt;`` is what the author wrote.

    Examples
    --------
    >>> decode_entities("&quot;R&amp;D&quot; 3&#44;000원")
    ('"R&D" 3,000원', 4)
    """
    count = 0
    while "&" in text and not is_source(text):
        spans = code_spans(text)
        pieces: list[str] = []
        end = 0
        for found in _ENTITY.finditer(text):
            decoded = _decoded(found.group())
            if decoded is None or covers(spans, found.start()):
                continue
            pieces += (text[end : found.start()], decoded)
            end = found.end()
        if not pieces:
            break
        count += len(pieces) // 2
        text = "".join(pieces) + text[end:]
    return text, count


def _decoded(entity: str) -> str | None:
    if entity[1] != "#" and entity[1:] not in html5:
        return None
    decoded = html.unescape(entity)
    return None if decoded in _UNUSABLE else decoded
