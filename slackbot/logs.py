"""Log lines name ids, counts and reasons; what people wrote, and tokens, are in none, at any level.

Libraries write whole requests, rows and exceptions. Of their records only the level, the logger and the
place in their source is kept, and of every exception its types and places. Our own modules take care
themselves: they log no text, and an exception that they hand over as an argument is named by its type.
"""

import json
import logging
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any, Final, TextIO

SDK: Final = "malmoi.slack.sdk"
OURS: Final = "malmoi"
# Given as ``extra=``, each becomes a member of the JSON object.
FIELDS: Final = (
    *("event_id", "team", "channel", "ts", "thread_ts", "user", "question"),
    *("state", "reason", "attempts", "seconds", "count"),
)
# These would spend time on texts that are then left out.
_AT_LEAST: Final = {
    SDK: logging.INFO,
    "slack_sdk": logging.INFO,
    "slack_bolt": logging.INFO,
    "sqlalchemy": logging.WARNING,
    "sqlalchemy.engine": logging.WARNING,
    "sqlalchemy.pool": logging.WARNING,
    "aiohttp": logging.INFO,
    "asyncio": logging.INFO,
}
_Factory = Callable[..., logging.LogRecord]


def set_up(level: int = logging.INFO, *, as_json: bool = False, stream: TextIO | None = None) -> None:
    """Write log lines to ``stream`` (standard error), as text or as one JSON object each.

    The members of an object are ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``event``, those of
    `FIELDS` that are known, and ``exception``.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if as_json else _Lines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    keep_text_out()


def keep_text_out() -> None:
    """From now on no record of this process carries text, whatever its logger and its handlers."""
    factory = logging.getLogRecordFactory()
    if not isinstance(factory, _WithoutText):
        logging.setLogRecordFactory(_WithoutText(factory))
    for name, least in _AT_LEAST.items():
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, least))
    sdk = logging.getLogger(SDK)
    if _needed not in sdk.filters:
        sdk.addFilter(_needed)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line without its end."""
        members: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        members |= _fields_of(record)
        if record.exc_text:
            members["exception"] = record.exc_text
        return json.dumps(members, ensure_ascii=False, default=lambda value: type(value).__name__)


class _Lines(logging.Formatter):
    """For a terminal or a journal; the fields stand at the end."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        given = (f" {name}={value}" for name, value in _fields_of(record).items())
        return super().formatMessage(record) + "".join(given)


class _WithoutText:
    """A record factory: what it makes is safe before any filter, handler or formatter sees it."""

    def __init__(self, factory: _Factory) -> None:
        self._factory = factory

    def __call__(self, *args: Any, **named: Any) -> logging.LogRecord:
        """A record from what `logging.LogRecord` takes."""
        record = self._factory(*args, **named)
        record.needed = "`token` will be unused" not in str(record.msg)
        if _is_ours(record.name):
            [record.msg] = _without_exceptions((record.msg,))
            record.args = _without_exceptions(record.args)
        else:
            record.msg, record.args = f"at {_place(record.pathname)}:{record.lineno}", ()
        error = record.exc_info[1] if record.exc_info else None
        record.exc_text = None if error is None else _told(error)
        record.exc_info = record.stack_info = None
        return record


def _is_ours(name: str) -> bool:
    return (name == OURS or name.startswith(f"{OURS}.")) and name != SDK


def _fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """The fields that one of our own modules gave."""
    given = FIELDS if _is_ours(record.name) else ()
    return {name: getattr(record, name) for name in given if hasattr(record, name)}


def _without_exceptions(args: Any) -> Any:
    if isinstance(args, tuple):
        return tuple(type(arg).__name__ if isinstance(arg, BaseException) else arg for arg in args)
    return args


def _told(error: BaseException) -> str:
    """The types of an exception and of what led to it, the last first, each with where it passed."""
    lines: list[str] = []
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        lines.append(type(one).__qualname__)
        frames = traceback.StackSummary.extract(traceback.walk_tb(one.__traceback__), lookup_lines=False)
        lines += [f"  {_place(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
        if isinstance(one, BaseExceptionGroup):
            left += reversed(one.exceptions)
        left.append(one.__cause__ or (None if one.__suppress_context__ else one.__context__))
    return "\n".join(lines)


def where(error: BaseException) -> str:
    """The kind of an error and the last places it came through, on one line, without its text."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " < ".join(f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"


def _place(path: str) -> str:
    """The end of a path: which folder of which project is clear from it, and whose machine is not."""
    return "/".join(PurePath(path).parts[-2:])


def _needed(record: logging.LogRecord) -> bool:
    """Drop bolt's warning that it ignores SLACK_BOT_TOKEN: the client it is given holds that token."""
    return bool(getattr(record, "needed", True))
