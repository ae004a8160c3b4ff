"""YAML with a memory of its lines, so that a fault in a file can be shown where it stands."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from curation.errors import ConfigurationError

Place = tuple[str | int, ...]


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
        When the file is missing, is not UTF-8, is not YAML, or repeats a key.
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
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise ConfigurationError("the file is empty", where=str(path), fix="give a file with content")
        return _Builder(loader, path).build(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ConfigurationError(f"not valid YAML: {error.problem or error.context}", where=where) from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"not valid YAML: {error}", where=str(path)) from error
    finally:
        loader.dispose()


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
            return self.loader.construct_object(node)
        if id(node) in self.open:
            raise self._fault(node, "an anchor that contains itself")
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self._value(child, (*place, index)) for index, child in enumerate(node.value)]
            return self._mapping(node, place)
        finally:
            self.open.discard(id(node))

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
