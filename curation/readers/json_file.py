"""Files that hold one JSON value, and single JSON objects as rows."""

import codecs
import json
import math
from collections.abc import Mapping

import orjson

from curation.errors import UserError
from curation.readers.base import SourceFile
from curation.readers.encoding import cannot_open

_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (codecs.BOM_UTF8, "utf-8-sig"))


def parsed(content: bytes) -> object:
    """The value of a JSON document; a byte order mark is allowed, and NaN is read as null.

    Raises
    ------
    ValueError
        When it is no JSON; the message says what and where.
    """
    for mark, codec in _MARKS:
        if content.startswith(mark):
            content = content.decode(codec).encode("utf-8")
            break
    return parsed_text(content)


def parsed_text(content: str | bytes) -> object:
    """The value of JSON that has no byte order mark.

    NaN is no JSON, but Python writes it by default: SuperNI's task603 has it for a source.

    Raises
    ------
    ValueError
        When it is no JSON; the message says what and where.
    """
    try:
        value: object = orjson.loads(content)
    except orjson.JSONDecodeError:
        # The literal is of the kind of the content.
        if ("NaN" if isinstance(content, str) else b"NaN") not in content:  # type: ignore[operator]
            raise
        value = _with_nan(content)
    return value


def _with_nan(content: str | bytes) -> object:
    try:
        value: object = json.loads(content, parse_constant=lambda _: None)
        orjson.dumps(value)  # refuses half characters, which the standard library lets through
    except (RecursionError, TypeError) as error:
        raise ValueError(str(error)) from error
    return value


def load(file: SourceFile) -> object:
    """Read a file that holds one JSON value.

    Raises
    ------
    UserError
        When the file cannot be opened or is no JSON.
    """
    try:
        return parsed(file.path.read_bytes())
    except OSError as error:
        raise cannot_open(file, error) from error
    except ValueError as error:
        raise UserError(
            f"This file is no JSON: {error}.",
            where=file.name,
            fix="Repair the file, or leave it out of the recipe.",
        ) from error


def spelled(value: object) -> bytes:
    """The JSON of a value that was read, for quarantine and for attributes; however deep it is.

    Examples
    --------
    >>> spelled({"a": [1, None]})
    b'{"a":[1,null]}'
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return _spelled_deep(value)


def _spelled_deep(value: object) -> bytes:
    # orjson reads 1,024 levels and writes 254. What waits as bytes is JSON already.
    parts: list[bytes] = []
    waiting: list[object] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, bytes):
            parts.append(one)
        elif isinstance(one, dict):
            pieces = [piece for key, item in one.items() for piece in (b",", key, b":", item)]
            waiting += [b"}", *reversed(pieces[1:]), b"{"]
        elif isinstance(one, list):
            pieces = [piece for item in one for piece in (b",", item)]
            waiting += [b"]", *reversed(pieces[1:]), b"["]
        else:
            parts.append(orjson.dumps(one))
    return b"".join(parts)


def required_text(values: Mapping[str, object], key: str) -> str:
    """The string under ``key``.

    Raises
    ------
    ValueError
        When it is absent or no string; the message is the reason for quarantine.
    """
    value = values.get(key)
    if isinstance(value, str):
        return value
    if key not in values:
        raise ValueError(f"no {key!r}")
    raise ValueError(f"{key!r} is {_named(value)}, not text")


def _named(value: object) -> str:
    names: dict[type, str] = {dict: "an object", list: "a list", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def scalars(values: Mapping[str, object]) -> dict[str, str]:
    """The text, numbers and truth values among ``values``, as text; null, NaN and nested are left out."""
    found = {}
    for key, value in values.items():
        if isinstance(value, str):
            found[key] = value
        elif isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
            found[key] = orjson.dumps(value).decode()
    return found
