"""From an answer to messages that Slack accepts and that do nothing but show text.

Blocks are mrkdwn sections: ``&``, ``<`` and ``>`` become entities, so no document or model can
ping anybody or hide a link behind a name, and ``verbatim`` keeps Slack from finding names by
itself (docs.slack.dev, "Formatting message text").
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from rag.types import Answer, Citation
from slackbot import phrases

SECTION_CHARACTERS = 3_000
# All blocks of a message together: posting fails from somewhat above 11,000 characters.
MESSAGE_CHARACTERS = 9_000
TEXT_BYTES = 3_900
QUOTE_CHARACTERS = 160
_SOURCES_LINE = f"\n\n*{phrases.SOURCES}*\n"
_BREAKS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?。])\s"), re.compile(r"\s"))
_UNSAFE_IN_URL = re.compile(r"[\s<>|\"`]")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message: ``text`` for notifications and readers without blocks, ``blocks`` to show."""

    text: str
    blocks: tuple[Mapping[str, Any], ...]


def answer(given: Answer) -> tuple[Outgoing, ...]:
    """The messages of an answer, in order; the sources stand at the end of the last one."""
    if given.refused:
        return notice(given.answer.strip() or phrases.NO_SOURCE)
    return _messages(given.answer.strip() or phrases.NO_SOURCE, sources(given.citations))


def notice(text: str) -> tuple[Outgoing, ...]:
    """The messages of a text that cites nothing: a refusal, an error."""
    return _messages(text, ())


def sources(citations: Sequence[Citation]) -> tuple[str, ...]:
    """One line of mrkdwn for each citation: number, file or permalink, short quote."""
    return tuple(f"[{c.n}] {_source(c.source)}\n> {escape(_short(c.quote))}" for c in citations)


def escape(text: str) -> str:
    """Text that Slack shows as it is."""
    return html.escape(text, quote=False)


def body_of(text: str) -> str:
    """The answer in the ``text`` of one of our messages, without its sources."""
    return text.partition(_SOURCES_LINE)[0]


def split(text: str, longest: int) -> tuple[str, ...]:
    """Cut raw text into pieces that take at most ``longest`` characters once escaped.

    Cuts at paragraphs, else lines, sentences, words, else anywhere. Joining the pieces gives the
    text again but for the white space at the cuts.
    """
    return tuple(_pieces(text.strip(), longest))


def _pieces(text: str, longest: int) -> Iterator[str]:
    while len(escape(text)) > longest:
        head = _fitting(text, longest)
        cut = _last_break(text, len(head))
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    if text:
        yield text


def _fitting(text: str, longest: int) -> str:
    """The longest beginning of ``text`` whose escaped form fits."""
    used = 0
    for position, character in enumerate(text):
        used += len(escape(character))
        if used > longest:
            return text[:position]
    return text


def _last_break(text: str, most: int) -> int:
    """Where to cut within the first ``most`` characters; not in the first half of them."""
    for pattern in _BREAKS:
        ends = [found.end() for found in pattern.finditer(text, most // 2, most)]
        if ends:
            return ends[-1]
    return most


def _messages(text: str, source_lines: Sequence[str]) -> tuple[Outgoing, ...]:
    parts = split(text, MESSAGE_CHARACTERS - SECTION_CHARACTERS)
    tail = _packed(source_lines, f"*{phrases.SOURCES}*")
    out: list[Outgoing] = []
    for part in parts:
        blocks = [_section(escape(piece)) for piece in split(part, SECTION_CHARACTERS)]
        out.append(Outgoing(_within(escape(part), TEXT_BYTES), tuple(blocks)))
    if not tail:
        return tuple(out)
    last = out.pop()
    room = TEXT_BYTES - len(last.text.encode()) - len(_SOURCES_LINE.encode())
    listed = _within("\n".join(source_lines), room) if room > 0 else ""
    text = last.text + (_SOURCES_LINE + listed if listed else "")
    first, *rest = tail
    out.append(Outgoing(text, (*last.blocks, _section(first))))
    out.extend(Outgoing(_within(section, TEXT_BYTES), (_section(section),)) for section in rest)
    return tuple(out)


def _packed(lines: Sequence[str], heading: str) -> tuple[str, ...]:
    """Source lines under a heading, in as few sections as hold them."""
    sections: list[str] = []
    for line in lines:
        longer = f"{sections[-1]}\n{line}" if sections else f"{heading}\n{line}"
        if sections and len(longer) > SECTION_CHARACTERS:
            sections.append(line)
        else:
            sections[-1:] = [longer]
    return tuple(sections)


def _section(text: str) -> dict[str, Any]:
    return {
        "type": "section",
        "expand": True,
        "text": {"type": "mrkdwn", "text": text, "verbatim": True},
    }


def _within(escaped: str, most: int) -> str:
    """Escaped text cut to ``most`` bytes of UTF-8, never inside a character or an entity."""
    if len(escaped.encode()) <= most:
        return escaped
    kept = escaped.encode()[: most - len("…".encode())].decode(errors="ignore")
    start = kept.rfind("&")
    if start > kept.rfind(";") and len(kept) - start < len("&amp;"):
        kept = kept[:start]
    return f"{kept.rstrip()}…"


def _source(source: str) -> str:
    """A permalink as a link that shows itself, anything else as text."""
    shown = _short(source, 300)
    if urlsplit(source).scheme in ("http", "https") and not _UNSAFE_IN_URL.search(source):
        return f"<{escape(source)}>" if len(escape(source)) <= 1_000 else escape(shown)
    return escape(shown)


def _short(text: str, most: int = QUOTE_CHARACTERS) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= most else f"{one_line[: most - 1].rstrip()}…"
