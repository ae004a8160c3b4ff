"""What a text consists of once its Markdown is read."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

# What a piece takes beside its runs, at most: the section around it, an item also its list.
AROUND = 80
_LIST_AROUND = 80


class Style(StrEnum):
    """How a run is shown; the names are those of Slack's rich text."""

    BOLD = "bold"
    ITALIC = "italic"
    STRIKE = "strike"
    CODE = "code"


class Kind(StrEnum):
    """What a piece is."""

    SECTION = "section"
    ITEM = "item"
    QUOTE = "quote"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one style; with ``link`` the text is the address itself."""

    text: str
    style: frozenset[Style] = frozenset()
    link: bool = False

    def element(self) -> dict[str, Any]:
        """The run as an element of rich text: never one that Slack reads for names or links."""
        content = {"type": "link", "url": self.text} if self.link else {"type": "text", "text": self.text}
        return content | ({"style": {name.value: True for name in sorted(self.style)}} if self.style else {})


def merged(runs: Iterable[Run]) -> tuple[Run, ...]:
    """The runs, with neighbours of one style as one; a run without text is left out."""
    found: list[Run] = []
    shown = filter(lambda run: run.text, runs)
    for (link, style), group in groupby(shown, lambda run: (run.link, run.style)):
        same = list(group)
        found += same if link else [Run("".join(run.text for run in same), style)]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, a list item, a quote or code.

    Parameters
    ----------
    before
        What stands between this section or quote and one right before it.
    indent, number
        Of a list item; ``number`` is ``None`` in a bulleted list.
    language, header
        Of code; ``header`` is repeated above each part when a table is cut.
    """

    kind: Kind
    runs: tuple[Run, ...]
    before: str = "\n\n"
    indent: int = 0
    number: int | None = None
    language: str = ""
    header: str = ""

    @property
    def weight(self) -> int:
        """What the piece takes in a message; see :func:`weight_of`."""
        around = AROUND + (_LIST_AROUND if self.kind is Kind.ITEM else 0)
        return around + weight_of([run.element() for run in self.runs])

    @property
    def text(self) -> str:
        """The text of all runs."""
        return "".join(run.text for run in self.runs)


def weight_of(content: object) -> int:
    """Characters of content as JSON, counted in units of UTF-16 as Slack does."""
    return len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-16-le")) // 2
