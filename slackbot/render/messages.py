"""The messages of answers, of refusals and of what the bot says itself."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from slack_sdk.models.blocks import ContextActionsBlock, FeedbackButtonObject, FeedbackButtonsElement

from rag.answering.refusals import CUT_SHORT, REFUSALS
from rag.types import Answer, Citation
from slackbot.phrases import KOREAN, LANGUAGES, Phrases
from slackbot.render.addresses import is_address
from slackbot.render.blocks import Outgoing, packed, plain, rich_text
from slackbot.render.fitting import fitted
from slackbot.render.letters import short, shown, within
from slackbot.render.pieces import Kind, Piece, Run, Style, merged
from slackbot.render.reading import pieces

# Of chat.update, where the bound is 4,000 and not said to be in characters.
TEXT_BYTES = 3_900
QUOTE_CHARACTERS = 160
SOURCE_CHARACTERS = 300
PLACE_CHARACTERS = 120
FEEDBACK_ACTION = "feedback"
# Kept free in every message: the buttons, or the mark that an answer goes on.
_CLOSING_CHARACTERS = 600
_LEAST_LISTED = 40
_SOURCES_LINE = re.compile(
    "(?:^|\n\n)\\*(?:" + "|".join(re.escape(spoken.sources) for spoken in LANGUAGES.values()) + ")\\*\n"
)


def answer(given: Answer, say: Phrases = KOREAN) -> tuple[Outgoing, ...]:
    """The messages of an answer or a refusal, in order; they end with the sources and the buttons."""
    body = pieces(_worded(given, say)) or pieces(say.no_source)
    listed = () if given.refused else tuple(_listed(given.citations, say))
    return _messages(body, listed, say, (_feedback(say),))


def notice(text: str) -> tuple[Outgoing, ...]:
    """The messages of what the bot says itself: an error, a hint."""
    return _messages(pieces(text), (), KOREAN, ())


def body_of(text: str) -> str:
    """The answer in the ``text`` of one of our messages, without its sources."""
    return _SOURCES_LINE.split(text, maxsplit=1)[0]


def _worded(given: Answer, say: Phrases) -> str:
    """The answer with what the bot adds to it in the asker's language."""
    text = given.answer.strip()
    if given.refused and given.reason in REFUSALS:
        listed = text.removeprefix(REFUSALS[given.reason]).strip()
        names = "\n".join(line for line in listed.splitlines() if line.startswith("- "))
        near = f"{say.near_sources}\n{names}" if names else ""
        return "\n\n".join(filter(None, (say.refusals[given.reason], near)))
    if text.endswith(CUT_SHORT):
        return f"{text.removesuffix(CUT_SHORT)}{say.cut_short}"
    return text


def _messages(
    body: Sequence[Piece], listed: Sequence[Piece], say: Phrases, closing: Sequence[Mapping[str, Any]]
) -> tuple[Outgoing, ...]:
    parts = [part for piece in body for part in fitted(piece)]
    out: list[Outgoing] = []
    taken = 0
    groups = tuple(packed((*parts, *listed), reserved=_CLOSING_CHARACTERS))
    for group in groups:
        mine = max(len(parts) - taken, 0)
        taken += len(group)
        blocks = (rich_text(group), *(closing if taken == len(parts) + len(listed) else ()))
        out.append(Outgoing(_text(group[:mine], group[mine:], say), blocks))
    return tuple(out)


def _text(body: Sequence[Piece], listed: Sequence[Piece], say: Phrases) -> str:
    """The text of a message: its part of the answer, then as many sources as there is room for."""
    text = within(plain(body), TEXT_BYTES)
    if not listed:
        return text
    heading = f"\n\n*{say.sources}*\n" if text else f"*{say.sources}*\n"
    room = TEXT_BYTES - len((text + heading).encode())
    lines = plain(listed).removeprefix(f"{say.sources}\n")
    return text + heading + within(lines, room) if room > _LEAST_LISTED else text


def _listed(citations: Sequence[Citation], say: Phrases) -> Iterator[Piece]:
    """The sources under their heading, which is never parted from the first."""
    heading: tuple[Run, ...] = (Run(say.sources, frozenset({Style.BOLD})), Run("\n"))
    for citation in citations:
        source, *quote = _source(citation)
        yield replace(source, runs=(*heading, *source.runs))
        yield from quote
        heading = ()


def _source(citation: Citation) -> Iterator[Piece]:
    source, place = citation.source.strip(), short(citation.place, PLACE_CHARACTERS)
    linked = is_address(source) and shown(source) == source
    where = Run(source, link=True) if linked else Run(short(source, SOURCE_CHARACTERS))
    runs = (Run(f"[{citation.n}] "), where, Run(f", {place}" if place else ""))
    yield Piece(Kind.SECTION, merged(runs))
    quote = short(citation.quote, QUOTE_CHARACTERS)
    if quote:
        yield Piece(Kind.QUOTE, (Run(quote),))


def _feedback(say: Phrases) -> dict[str, Any]:
    buttons = FeedbackButtonsElement(
        action_id=FEEDBACK_ACTION,
        positive_button=FeedbackButtonObject(
            text=say.helpful, accessibility_label=say.helpful_label, value="up"
        ),
        negative_button=FeedbackButtonObject(
            text=say.unhelpful, accessibility_label=say.unhelpful_label, value="down"
        ),
    )
    return ContextActionsBlock(elements=[buttons]).to_dict()
