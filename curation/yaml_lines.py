"""YAML with a memory of its lines, so that a fault in a file can be shown where it stands."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from curation.errors import ConfigurationError

Place = tuple[str | int, ...]
_DEEPEST: Final = 64


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A parsed file: its data, and the line of each key and list item by its place."""

    path: Path
    data: Any
    lines: Mapping[Place, int] = field(default_factory=dict)

    def where(self, place: Place) -> str:
        """Give ``file:line`` of the nearest known place at or above ``place``."""
        for size in range(len(place), 0, -1):
            line = self.lines.get(place[:size])
            if line is not None:
                return f"{self.path}:{line}"
        return str(self.path)

    def fault(self, place: Place, what: str, fix: str = "") -> ConfigurationError:
        """Build the error for a fault at ``place``."""
        return ConfigurationError(what, where=self.where(place), fix=fix)


def read_yaml(path: Path) -> YamlFile:
    """Read one YAML document.

    Raises
    ------
    ConfigurationError
        When the file is missing, is not UTF-8, is not YAML, repeats a key, holds a character that is
        none, or nests deeper than 64 levels.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(
            f"the file cannot be read: {error.strerror}", where=str(path), fix="check the path"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"the file is not UTF-8 (byte {error.start})", where=str(path), fix="save it as UTF-8"
        ) from error
    try:
        loader = _Loader(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigurationError(
            f"not valid YAML: the character U+{error.character:04X}",
            where=f"{path}:{line}",
            fix="remove it: it cannot be seen",
        ) from error
    try:
        node = loader.get_single_node()
        if node is None:
            raise ConfigurationError("the file is empty", where=str(path), fix="give a file with content")
        return _Builder(loader, path).build(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ConfigurationError(f"not valid YAML: {error.problem or error.context}", where=where) from error
    except (OverflowError, ValueError) as error:  # an escape beyond Unicode
        raise ConfigurationError(f"not valid YAML: {error}", where=f"{path}:{loader.line + 1}") from error
    finally:
        loader.dispose()


class _Loader(yaml.SafeLoader):
    """Refuses what is nested so deep that Python's own stack would end."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.depth == _DEEPEST:
            raise yaml.MarkedYAMLError(
                problem=f"nested deeper than {_DEEPEST} levels",
                problem_mark=self.peek_event().start_mark,  # type: ignore[no-untyped-call]  # by the stubs
            )
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Builder:
    """Turns a node tree to data, noting the line of every place and refusing repeated keys."""

    def __init__(self, loader: yaml.SafeLoader, path: Path) -> None:
        self.loader = loader
        self.path = path
        self.lines: dict[Place, int] = {}
        self.open: set[int] = set()

    def build(self, node: yaml.Node) -> YamlFile:
        return YamlFile(self.path, self._value(node, ()), self.lines)

    def _value(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if id(node) in self.open:
            raise self._fault(node, "an anchor that contains itself")
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self._value(child, (*place, index)) for index, child in enumerate(node.value)]
            return self._mapping(node, place)
        finally:
            self.open.discard(id(node))

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        try:
            value = self.loader.construct_object(node)
        except (ValueError, KeyError, AttributeError) as error:
            raise self._fault(node, f"no value of its kind: {node.value:.40}; put it in quotes") from error
        if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
            raise self._fault(node, "an escape that is half a character; write the character itself")
        return value

    def _mapping(self, node: yaml.Node, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._value(key_node, (*place, "<key>")) if key_node.id == "scalar" else None
            if not isinstance(key, str):
                raise self._fault(key_node, "a key must be text; put it in quotes")
            if key in result:
                first = self.lines[(*place, key)]
                raise self._fault(key_node, f"the key '{key}' stands twice; first in line {first}")
            self.lines[(*place, key)] = key_node.start_mark.line + 1
            result[key] = self._value(value_node, (*place, key))
        return result

    def _fault(self, node: yaml.Node, what: str) -> ConfigurationError:
        return ConfigurationError(what, where=f"{self.path}:{node.start_mark.line + 1}")


def nearest(name: str, known: Iterable[str]) -> str:
    """Give advice on an unknown ``name``: the nearest known one, and all that are allowed."""
    allowed = sorted(known)
    close = difflib.get_close_matches(name, allowed, n=1, cutoff=0.5)
    listing = "allowed: " + ", ".join(allowed) if allowed else "no key is allowed here"
    return f"did you mean '{close[0]}'? {listing}" if close else listing


def invalid(
    file: YamlFile, error: ValidationError, known: Iterable[str], at: Place = ()
) -> ConfigurationError:
    """Turn the fault that pydantic found below the place ``at`` to an error with its line.

    Of several faults, an unknown key comes first: it explains why another one is missing.

    ``known`` are the keys that are allowed where the fault is an unknown key.
    """
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    place = (*at, *first["loc"])
    what, fix = _in_words(first, known)
    return file.fault(place, what, fix)


def _in_words(error: ErrorDetails, known: Iterable[str]) -> tuple[str, str]:
    key = ".".join(str(part) for part in error["loc"]) or "value"
    match error["type"]:
        case "extra_forbidden":
            return f"unknown key '{error['loc'][-1]}'", nearest(str(error["loc"][-1]), known)
        case "missing":
            return f"the key '{error['loc'][-1]}' is missing", ""
        case "value_error":
            return f"'{key}': {error['ctx']['error']}", ""
        case _:
            message = error["msg"].removeprefix("Input ")
            return f"wrong value for '{key}': {error['input']!r} {message}", ""
