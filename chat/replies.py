"""What servers with OpenAI's interface say: pieces of an answer, error messages, how long to wait."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import orjson

_LONGEST_LINE: Final = 1 << 20


class ServerFaultError(Exception):
    """The server reported an error in the middle of an answer."""


@dataclass(frozen=True, slots=True)
class Delta:
    """What an event adds: text, why the answer ended, and whether the model moved on.

    Thoughts of a reasoning model move on and have no text.
    """

    text: str
    reason: str
    moved: bool


async def data_of(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Payloads of the ``data:`` lines of server-sent events; comments and other fields are skipped.

    Lines end with LF or CRLF only: what `str.splitlines` takes for an end, such as U+2028, may
    stand in the text of an answer. A line of more than a mebibyte is the last one, as far as it came.
    """
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if data := _data(line):
                yield data
        if len(rest) > _LONGEST_LINE:
            break
    if data := _data(rest):
        yield data


def _data(line: bytes) -> bytes:
    return line.removeprefix(b"data:").strip() if line.startswith(b"data:") else b""


def read_delta(data: bytes) -> Delta:
    """Read an event of a streamed chat completion.

    Raises
    ------
    ServerFaultError
        When it reports an error.
    ValueError
        When it is no such event.
    """
    event: Any = orjson.loads(data)
    if not isinstance(event, dict):
        message = "not an object"
        raise ValueError(message)
    if event.get("error"):
        raise ServerFaultError
    try:
        # The last event may count tokens and hold no choice.
        choice = event["choices"][0] if event["choices"] else {}
        delta = choice.get("delta") or {}
        moved = any(value for key, value in delta.items() if key != "role")
        return Delta(str(delta.get("content") or ""), str(choice.get("finish_reason") or ""), moved)
    except (AttributeError, KeyError, TypeError) as error:
        message = "no chat completion"
        raise ValueError(message) from error


def message_of(body: bytes) -> str:
    """The message of an error reply, whose forms differ; else the reply itself."""
    try:
        found: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "replace")
    error = found.get("error", found) if isinstance(found, dict) else found
    return str(error.get("message", error) if isinstance(error, dict) else error)


def seconds_of(retry_after: str) -> float:
    """Seconds of a ``Retry-After`` header: a number or a date (RFC 9110, 10.2.3); 0 for anything else."""
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        date = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return 0.0
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
