"""The arguments of a Web API call: text, flags, JSON, pages."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from slackbot.emulator.markup import MARKDOWN_TEXT, fault_of
from slackbot.emulator.models import Block, MethodError

Arguments = Mapping[str, Any]


def text_of(arguments: Arguments, name: str) -> str:
    """An argument as text; empty when it is absent."""
    value = arguments.get(name)
    return "" if value is None else str(value)


def flag(arguments: Arguments, name: str) -> bool:
    """An argument that says yes or no."""
    return text_of(arguments, name).lower() in ("true", "1")


def json_of(arguments: Arguments, name: str, fault: str) -> Any:
    """An argument that is JSON, or text that holds some; raises the error ``fault``."""
    value = arguments.get(name)
    if isinstance(value, str):
        try:
            return orjson.loads(value) if value else None
        except orjson.JSONDecodeError as error:
            raise MethodError(fault) from error
    return value


def objects_of(arguments: Arguments, name: str, fault: str) -> list[Mapping[str, Any]] | None:
    """An argument that is a list of objects; ``None`` when it is absent."""
    value = json_of(arguments, name, fault)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise MethodError(fault)
    return value


def metadata_of(arguments: Arguments) -> Mapping[str, Any] | None:
    """The message metadata."""
    value = json_of(arguments, "metadata", "invalid_metadata_format")
    if value is None:
        return None
    if not isinstance(value, Mapping) or not isinstance(value.get("event_payload"), Mapping):
        raise MethodError("invalid_metadata_format")
    return value


def content_of(arguments: Arguments, longest_text: int) -> tuple[str, Sequence[Block] | None]:
    """The text and the blocks of a message; the blocks are ``None`` when they were not given."""
    text, markdown = text_of(arguments, "text"), text_of(arguments, "markdown_text")
    blocks = objects_of(arguments, "blocks", "invalid_blocks_format")
    if markdown:
        if text or blocks:
            raise MethodError("markdown_text_conflict")
        if len(markdown) > MARKDOWN_TEXT:
            raise MethodError("msg_too_long")
        return markdown, [{"type": "markdown", "text": markdown}]
    fault = fault_of(text, blocks or (), longest_text=longest_text)
    if fault:
        raise MethodError(fault)
    return text, blocks


def window(arguments: Arguments, most: int, default: int = 0) -> tuple[int, int]:
    """Where the page starts and how long it is: as asked, else ``default``, never over ``most``."""
    cursor = text_of(arguments, "cursor")
    try:
        start = int(base64.b64decode(cursor.encode(), validate=True)) if cursor else 0
        limit = int(text_of(arguments, "limit") or default or most)
    except ValueError as error:
        raise MethodError("invalid_cursor" if cursor else "invalid_limit") from error
    if start < 0:
        raise MethodError("invalid_cursor")
    return start, max(1, min(limit, most))


def cursor_of(start: int) -> str:
    """The cursor of the page that begins at ``start``."""
    return base64.b64encode(str(start).encode()).decode()


def paged(name: str, found: Sequence[Any], arguments: Arguments) -> dict[str, Any]:
    """One page of ``found`` under ``name``, with the cursor of the next."""
    start, limit = window(arguments, 999, 100)
    rest = start + limit < len(found)
    return {
        name: list(found[start : start + limit]),
        "response_metadata": {"next_cursor": cursor_of(start + limit) if rest else ""},
    }
