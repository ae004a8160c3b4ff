"""The JSON of a bundle, in which any value may be of any type: what is there, what should be."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeGuard

import orjson

from compile.check.fault import Fault

Object = Mapping[str, Any]

AGAIN: Final = "compile the model again"


def read_object(folder: Path, name: str, faults: list[Fault], *, fix: str) -> Object | None:
    """Read a JSON object of the bundle; what keeps it from being read is a fault.

    Parameters
    ----------
    folder, name
        The bundle, and the file in it.
    faults
        Where the fault is added.
    fix
        What to do when the file is missing.
    """
    path = find_file(folder, name)
    if path is None:
        faults.append(Fault(name, "", "missing", fix))
        return None
    try:
        value = orjson.loads(path.read_bytes())
    except (orjson.JSONDecodeError, OSError) as error:
        faults.append(Fault(name, "", f"malformed: this cannot be read as JSON: {error}", fix))
        return None
    if not isinstance(value, dict):
        faults.append(Fault(name, "", f"malformed: {kind(value)} where an object is expected", fix))
        return None
    return value


def find_file(folder: Path, name: str) -> Path | None:
    """Give a file of the bundle by its name, or nothing when there is none inside the bundle."""
    if ".." in Path(name).parts or Path(name).is_absolute():
        return None
    try:
        return folder / name if (folder / name).is_file() else None
    except (OSError, ValueError):  # a name that no file system takes
        return None


def find_folder(folder: Path, name: str) -> Path | None:
    """Give a folder of the bundle by its name, or nothing when there is none inside the bundle."""
    if ".." in Path(name).parts or Path(name).is_absolute():
        return None
    try:
        return folder / name if (folder / name).is_dir() else None
    except (OSError, ValueError):
        return None


def object_of(value: Any) -> Object:
    """Give an object as it is; anything else holds nothing."""
    return value if isinstance(value, dict) else {}


def objects_of(value: Any) -> list[Object]:
    """Give the objects of a list; anything else has none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def is_count(value: Any) -> TypeGuard[int]:
    """Whether a value is an integer of zero or more; in JSON, true is no number."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_positive(value: Any) -> TypeGuard[int]:
    """Whether a value is an integer above zero."""
    return is_count(value) and value > 0


def is_number(value: Any) -> TypeGuard[float]:
    """Whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_text(value: Any) -> TypeGuard[str]:
    """Whether a value is a string with something in it."""
    return isinstance(value, str) and value != ""


def is_texts(value: Any) -> TypeGuard[list[str]]:
    """Whether a value is a list of strings."""
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def is_ids(value: Any) -> TypeGuard[list[int]]:
    """Whether a value is a list of token ids."""
    return isinstance(value, list) and all(map(is_count, value))


def is_size(value: Any) -> TypeGuard[int]:
    """Whether a value is a window's size: a positive integer, or -1 for none."""
    return is_positive(value) or (value == -1 and isinstance(value, int))


Rules = Mapping[str, tuple[Callable[[Any], bool], str]]


def check_fields(value: Object, rules: Rules, file: str, fix: str, within: str = "") -> list[Fault]:
    """Find fields that are missing or of the wrong type.

    Parameters
    ----------
    value
        The object that should have them.
    rules
        By the field's name: what holds for a right value, and what that is in words.
    file, fix
        As in the fault.
    within
        What stands before the field's name in the fault, such as ``conv_template.``.
    """
    found = []
    for field, (right, expected) in rules.items():
        if field not in value:
            found.append(Fault(file, within + field, "missing", fix))
        elif not right(value[field]):
            fault = f"malformed: {shown(value[field])} where {expected} is expected"
            found.append(Fault(file, within + field, fault, fix))
    return found


def kind(value: Any) -> str:
    """Name the type of a JSON value.

    Examples
    --------
    >>> kind("llama-2"), kind(None)
    ('a string', 'null')
    """
    if value is None:
        return "null"
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list"}
    return names.get(type(value), "an object")


def shown(value: Any) -> str:
    """Write a value in a message: short ones as JSON, others by their type."""
    text = orjson.dumps(value).decode()
    return text if len(text) <= 60 else kind(value)
