"""Strict JSON lines: every fault is named with its line."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from curation.errors import ConfigurationError
from curation.yaml_lines import YamlFile, invalid

Line = TypeVar("Line", bound=BaseModel)


def read_json_lines(path: Path, line: type[Line], example: str) -> Iterator[tuple[str, Line]]:
    """Yield each line's place (``file:number``) and what it holds; empty lines are skipped.

    Raises
    ------
    ConfigurationError
        When the file cannot be read or holds no line, and for the first line that is none.
    """
    try:
        content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise ConfigurationError(
            f"the file cannot be read: {error.strerror}", where=str(path), fix="check the path"
        ) from error
    # Only line feeds end a line: JSON may hold other separators inside a text.
    lines = [(number, one) for number, one in enumerate(content.split(b"\n"), 1) if one.strip()]
    if not lines:
        raise ConfigurationError("the file is empty", where=str(path), fix=f"write lines like {example}")
    for number, one in lines:
        where = f"{path}:{number}"
        try:
            found = orjson.loads(one)
        except orjson.JSONDecodeError as error:
            raise ConfigurationError(
                f"not a line of JSON: {error}", where=where, fix=f"write lines like {example}"
            ) from error
        if not isinstance(found, dict):
            raise ConfigurationError("not a JSON object", where=where, fix=f"write lines like {example}")
        try:
            yield where, line.model_validate_json(one)
        except ValidationError as error:
            # The line is a file of its own to the one who words the fault: its place is all of ``where``.
            raise invalid(YamlFile(Path(where), found), error, line.model_fields) from error
