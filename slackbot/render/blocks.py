"""From pieces to messages that hold as many of them as Slack takes.

Blocks are rich text. Slack reads no names and no ``<...>`` in its text elements, so nothing has to
be escaped and no document or model can ping anybody (docs.slack.dev, "Rich text block"); styles
are attributes, so they need no space around them, as the marks of mrkdwn do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slackbot.render.letters import escape
from slackbot.render.pieces import Kind, Piece, Run, merged

# All blocks of a message as JSON. Slack's own bound is not documented: posting was seen to fail from
# 13,172 characters in two blocks (slackapi/bolt-js issue 2509) and with 11,341 characters of text in
# rich text of many elements (issue 2867), so what is around the text has to count.
MESSAGE_CHARACTERS = 12_000


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message: ``text`` for notifications and readers without blocks, ``blocks`` to show."""

    text: str
    blocks: tuple[Mapping[str, Any], ...]


def packed(pieces: Iterable[Piece], reserved: int) -> Iterator[tuple[Piece, ...]]:
    """The pieces of each message, in order; ``reserved`` is kept free for other blocks."""
    held: list[Piece] = []
    used = 0
    for piece in pieces:
        weight = piece.weight
        if held and used + weight > MESSAGE_CHARACTERS - reserved:
            yield tuple(held)
            held, used = [], 0
        held.append(piece)
        used += weight
    if held:
        yield tuple(held)


def rich_text(pieces: Sequence[Piece]) -> dict[str, Any]:
    """One block that shows the pieces."""
    return {"type": "rich_text", "elements": [_element(group) for group in _groups(pieces)]}


def plain(pieces: Sequence[Piece]) -> str:
    """The pieces as escaped text, with the marks of lists, quotes and code."""
    out: list[str] = []
    for group in _groups(pieces):
        if out:
            out.append("\n\n" if group[0].kind is Kind.SECTION else "\n")
        out.append(_plain(group))
    return "".join(out)


def _groups(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Neighbours that are shown as one: paragraphs, items of one list, paragraphs of one quote."""
    group: list[Piece] = []
    for piece in pieces:
        if group and not _continues(group[-1], piece):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _continues(before: Piece, piece: Piece) -> bool:
    if before.kind is not piece.kind or piece.kind is Kind.CODE:
        return False
    if piece.kind is not Kind.ITEM:
        return True
    if before.indent != piece.indent or (before.number is None) != (piece.number is None):
        return False
    return before.number is None or piece.number == before.number + 1


def _element(group: Sequence[Piece]) -> dict[str, Any]:
    first = group[0]
    if first.kind is Kind.ITEM:
        style = (
            {"style": "bullet"} if first.number is None else {"style": "ordered", "offset": first.number - 1}
        )
        items = [_holding("rich_text_section", piece.runs) for piece in group]
        return {"type": "rich_text_list", "indent": first.indent, **style, "elements": items}
    if first.kind is Kind.CODE:
        language = {"language": first.language} if first.language else {}
        return _holding("rich_text_preformatted", first.runs) | language
    return _holding("rich_text_quote" if first.kind is Kind.QUOTE else "rich_text_section", _joined(group))


def _holding(kind: str, runs: Sequence[Run]) -> dict[str, Any]:
    return {"type": kind, "elements": [run.element() for run in runs]}


def _joined(group: Sequence[Piece]) -> tuple[Run, ...]:
    runs = list(group[0].runs)
    for piece in group[1:]:
        runs += (Run(piece.before), *piece.runs)
    return merged(runs)


def _plain(group: Sequence[Piece]) -> str:
    first = group[0]
    match first.kind:
        case Kind.ITEM:
            marks = ("•" if piece.number is None else f"{piece.number}." for piece in group)
            return "\n".join(
                f"{'  ' * piece.indent}{mark} {escape(piece.text)}"
                for mark, piece in zip(marks, group, strict=True)
            )
        case Kind.CODE:
            return f"```{first.language}\n{escape(first.text)}\n```"
    text = escape("".join(run.text for run in _joined(group)))
    return "\n".join(f"> {line}" for line in text.split("\n")) if first.kind is Kind.QUOTE else text
