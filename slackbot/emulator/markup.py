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
_MARKDOWN_LINK = re.compile(r"(?<!\\)\[([^\[\]]+)\]\(\s*<?([^()\s<>]+)>?[^()]*\)")
_LIMITS = {"section": SECTION_TEXT, "markdown": MARKDOWN_TEXT, "header": HEADER_TEXT}
_ELEMENTS = {"actions": 25, "context": 10, "context_actions": 5}
_TYPES = frozenset(
    {"actions", "alert", "call", "card", "carousel", "container", "context", "context_actions"}
    | {"divider", "file", "header", "image", "input", "markdown", "plan", "rich_text", "section"}
    | {"table", "task_card", "video"}
)
_FIELDS, _BUTTON_TEXT, _BUTTON_VALUE, _ACTION_ID = 10, 75, 2_000, 255


def fault_of(text: str, blocks: Sequence[Mapping[str, Any]], *, longest_text: int) -> str:
    """Slack's error code for this content, or an empty string when it is accepted."""
    if not text and not blocks:
        return "no_text"
    if len(text) > longest_text:
        return "msg_too_long"
    if len(blocks) > BLOCKS or any(block_fault(block) for block in blocks):
        return "invalid_blocks"
    if sum(len(content) for block in blocks for content, _ in _texts(block)) > BLOCKS_TEXT:
        return "msg_blocks_too_long"
    return ""


def block_fault(block: Mapping[str, Any]) -> str:
    """What is wrong with one block, in words, or an empty string."""
    kind = str(block.get("type", ""))
    if kind not in _TYPES:
        return f"unsupported type: {kind}"
    longest = _LIMITS.get(kind)
    own = "".join(content for content, _ in _texts(block))
    if longest is not None and not 0 < len(own) <= longest:
        return f"must have 1 to {longest} characters"
    if kind in _ELEMENTS and not 0 < len(_list(block, "elements")) <= _ELEMENTS[kind]:
        return f"must have 1 to {_ELEMENTS[kind]} elements"
    if len(_list(block, "fields")) > _FIELDS:
        return f"no more than {_FIELDS} fields allowed"
    return next(filter(None, map(_element_fault, interactive(block))), "")


def _element_fault(element: Mapping[str, Any]) -> str:
    """What is wrong with something that can be clicked, in words, or an empty string."""
    if len(str(element.get("action_id", ""))) > _ACTION_ID:
        return f"action_id longer than {_ACTION_ID} characters"
    if element.get("type") == "button":
        return _button_fault(element)
    if element.get("type") == "feedback_buttons":
        return _button_fault(element.get("positive_button")) or _button_fault(element.get("negative_button"))
    return ""


def _button_fault(button: object) -> str:
    label = button.get("text") if isinstance(button, Mapping) else None
    if not isinstance(button, Mapping) or not isinstance(label, Mapping):
        return "a button has a text object"
    if label.get("type") != "plain_text" or not 0 < len(str(label.get("text", ""))) <= _BUTTON_TEXT:
        return f"a button has plain_text of 1 to {_BUTTON_TEXT} characters"
    if len(str(button.get("value", ""))) > _BUTTON_VALUE:
        return f"value longer than {_BUTTON_VALUE} characters"
    return ""


def interactive(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The elements of a block that a person can use."""
    kind = block.get("type")
    found = _list(block, "elements") if kind in ("actions", "context_actions") else ()
    for element in (*found, block.get("accessory"), block.get("element")):
        if isinstance(element, Mapping) and element.get("type") not in (None, "image"):
            yield element


def notifications_in(text: str, blocks: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Whom a message notifies and which labelled links it shows.

    Blocks are what people see when there are some; the text still makes the notification, so
    both are read.
    """
    shown = [(text, True)] + [pair for block in blocks for pair in _texts(block)]
    notifies: list[str] = []
    links: list[str] = []
    for content, parsed in shown:
        if not parsed or "<" not in content:
            continue
        for control in _CONTROL.findall(content):
            if control.startswith(("!", "@", "#")):
                notifies.append(control)
            elif "|" in control:
                links.append(control)
    for block in blocks:
        for content, _ in _auto_parsed(block):
            notifies.extend(_NAMED.findall(content))
        if block.get("type") == "markdown":
            for label, url in _MARKDOWN_LINK.findall(str(block.get("text", ""))):
                links.append(f"{url}|{label}")
        elif block.get("type") == "rich_text":
            for leaf in _leaves(block):
                _read_leaf(leaf, notifies, links)
    return {"notifies": notifies, "links": links}


def _read_leaf(leaf: Mapping[str, Any], notifies: list[str], links: list[str]) -> None:
    """Note what one element of a rich_text block does; its text is never looked into."""
    kind = leaf.get("type")
    if kind == "user":
        notifies.append(f"@{leaf.get('user_id', '')}")
    elif kind == "usergroup":
        notifies.append(f"!subteam^{leaf.get('usergroup_id', '')}")
    elif kind == "broadcast":
        notifies.append(f"!{leaf.get('range', '')}")
    elif kind == "channel":
        notifies.append(f"#{leaf.get('channel_id', '')}")
    elif kind == "link" and leaf.get("text") not in (None, "", leaf.get("url")):
        links.append(f"{leaf.get('url', '')}|{leaf['text']}")


def _leaves(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The text, link, mention and emoji elements of a rich_text block, in order."""
    waiting = _list(block, "elements")[::-1]
    while waiting:
        element = waiting.pop()
        if not isinstance(element, Mapping):
            continue
        if "elements" in element:
            waiting.extend(reversed(_list(element, "elements")))
        else:
            yield element


def _texts(block: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Every text of a block, and whether Slack looks for ``<...>`` in it."""
    if block.get("type") == "rich_text":
        for leaf in _leaves(block):
            yield str(leaf.get("text") or leaf.get("url") or ""), False
        return
    waiting: list[Any] = [block]
    while waiting:
        inner = waiting.pop()
        if not isinstance(inner, Mapping):
            continue
        own = inner.get("text")
        if isinstance(own, str):
            yield own, inner.get("type") != "plain_text"
        elif isinstance(own, Mapping):
            waiting.append(own)
        waiting.extend(reversed([*_list(inner, "fields"), *_list(inner, "elements")]))


def _auto_parsed(block: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Texts in which Slack turns a bare ``@channel`` into a mention: mrkdwn that is not verbatim."""
    for inner in (block.get("text"), *_list(block, "fields"), *_list(block, "elements")):
        if isinstance(inner, Mapping) and inner.get("type") == "mrkdwn" and not inner.get("verbatim"):
            yield str(inner.get("text", "")), True


def _list(block: Mapping[str, Any], name: str) -> list[Any]:
    """What stands in a list; empty when it is none."""
    value = block.get(name)
    return value if isinstance(value, list) else []
