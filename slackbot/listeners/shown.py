"""What stands in an answer's messages, read back from their blocks: `render` puts no text out whole."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from slackbot.phrases import LANGUAGES
from slackbot.render import Outgoing

_SOURCE: Final = re.compile(r"^\[\d+\] .*$", re.MULTILINE)
_HEADINGS: Final = frozenset(spoken.sources for spoken in LANGUAGES.values())


@dataclass(frozen=True, slots=True)
class _Run:
    text: str
    is_heading: bool = False
    is_quoted: bool = False


def said(messages: Sequence[Outgoing]) -> tuple[str, tuple[str, ...]]:
    """The text of an answer, and a line with number and name for each source below it."""
    blocks = (block for message in messages for block in message.blocks)
    runs = [run for block in blocks if block["type"] == "rich_text" for run in _runs(block)]
    # An answer may have a heading of that name too; the sources stand last.
    at = max((at for at, run in enumerate(runs) if run.is_heading), default=len(runs))
    answer = "".join(run.text for run in runs[:at]).strip()
    below = "".join(run.text for run in runs[at + 1 :] if not run.is_quoted)
    return answer, tuple(_SOURCE.findall(below))


def _runs(element: Mapping[str, Any], mark: str = "", *, is_quoted: bool = False) -> Iterator[_Run]:
    """The runs of text in a rich text element; what is an element of its own ends its line."""
    if "elements" not in element:
        text = str(element.get("text") or element.get("url") or "")
        is_bold = bool((element.get("style") or {}).get("bold"))
        yield _Run(text, is_heading=is_bold and text in _HEADINGS, is_quoted=is_quoted)
        return
    kind = element["type"]
    yield _Run(mark)
    for one in element["elements"]:
        item_mark = "• " if kind == "rich_text_list" else ""
        yield from _runs(one, item_mark, is_quoted=is_quoted or kind == "rich_text_quote")
    if kind not in ("rich_text", "rich_text_list"):
        yield _Run("\n")
