"""What Slack makes of a message's text and blocks: limits, mentions, links.

Formats: docs.slack.dev "Formatting message text", "Block Kit". The limit on all blocks of one
message together is not documented; 13,000 characters is where posting was seen to fail.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

POSTED_TEXT = 40_000
UPDATED_TEXT = 4_000
SECTION_TEXT = 3_000
MARKDOWN_TEXT = 12_000
HEADER_TEXT = 150
BLOCKS = 50
BLOCKS_TEXT = 13_000

_CONTROL = re.compile(r"<([^<>]+)>")
_NAMED = re.compile(r"(?<!\w)@(channel|here|everyone)\b")
_LIMITS = {"section": SECTION_TEXT, "markdown": MARKDOWN_TEXT, "header": HEADER_TEXT}


def fault_of(text: str, blocks: Sequence[Mapping[str, Any]], *, longest_text: int) -> str:
    """Slack's error code for this content, or an empty string when it is accepted."""
    if not text and not blocks:
        return "no_text"
    if len(text) > longest_text:
        return "msg_too_long"
    if len(blocks) > BLOCKS:
        return "invalid_blocks"
    for block in blocks:
        longest = _LIMITS.get(str(block.get("type")))
        own = "".join(content for content, _ in _texts(block))
        if "type" not in block or (longest is not None and not 0 < len(own) <= longest):
            return "invalid_blocks"
    if sum(len(content) for block in blocks for content, _ in _texts(block)) > BLOCKS_TEXT:
        return "msg_blocks_too_long"
    return ""


def notifications_in(text: str, blocks: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Whom a message notifies and which labelled links it shows.

    Blocks are what people see when there are some; the text still makes the notification, so
    both are read.
    """
    shown = [(text, True)] + [pair for block in blocks for pair in _texts(block)]
    notifies: list[str] = []
    links: list[str] = []
    for content, parsed in shown:
        if not parsed:
            continue
        for control in _CONTROL.findall(content):
            if control.startswith(("!", "@", "#")):
                notifies.append(control)
            elif "|" in control:
                links.append(control)
    for content in (pair[0] for block in blocks for pair in _auto_parsed(block)):
        notifies.extend(_NAMED.findall(content))
    return {"notifies": notifies, "links": links}


def _texts(block: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Every text of a block, and whether Slack looks for ``<...>`` in it."""
    own = block.get("text")
    if isinstance(own, str):
        yield own, True
    elif isinstance(own, Mapping):
        yield str(own.get("text", "")), own.get("type") == "mrkdwn"
    for inner in (*block.get("fields", ()), *block.get("elements", ())):
        if isinstance(inner, Mapping):
            if inner.get("type") in ("mrkdwn", "plain_text"):
                yield str(inner.get("text", "")), inner.get("type") == "mrkdwn"
            else:
                yield from _texts(inner)


def _auto_parsed(block: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Texts in which Slack turns a bare ``@channel`` into a mention: mrkdwn that is not verbatim."""
    own = block.get("text")
    for inner in (own, *block.get("fields", ()), *block.get("elements", ())):
        if isinstance(inner, Mapping) and inner.get("type") == "mrkdwn" and not inner.get("verbatim"):
            yield str(inner.get("text", "")), True
