"""Lines of JSON, a page at a time, from a place in a file on: quarantined rows and figures of a run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from malmoi.ui.rows import number_of

PAGE_LINES: Final = 20
# A quarantined row may be a whole file that is no text; of a line that is longer, nothing is parsed.
_LONGEST_LINE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class LinePage:
    """Objects in the files' order; ``next``: file and byte where the next page begins, empty at the end."""

    rows: Sequence[Mapping[str, Any]]
    next: str


def read_lines(files: Sequence[Path], start: str, size: int = PAGE_LINES) -> LinePage:
    """Read up to so many lines from ``start`` on; one that is no object or too long says so in ``error``."""
    first, offset = _place(start)
    rows: list[Mapping[str, Any]] = []
    for number in range(first, len(files)):
        with files[number].open("rb") as stream:
            stream.seek(offset)
            offset = 0
            for line, whole in _lines(stream):
                rows.append(_object(line, whole, files[number].name))
                if len(rows) == size:
                    more = stream.read(1)
                    return LinePage(rows, f"{number}.{stream.tell() - 1}" if more else _after(number, files))
    return LinePage(rows, "")


def tail_objects(path: Path, most_bytes: int) -> Iterator[Mapping[str, Any]]:
    """Give the objects of the file's end, at most so many bytes of it; other lines are left out."""
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - most_bytes))
        if size > most_bytes:
            stream.readline()  # its beginning is cut off
        for line in stream:
            found = _parsed(line)
            if found is not None:
                yield found


def _lines(stream: Any) -> Iterator[tuple[bytes, bool]]:
    """Give each line, and whether it is whole; the rest of a long one is skipped."""
    while line := stream.readline(_LONGEST_LINE):
        whole = line.endswith(b"\n") or len(line) < _LONGEST_LINE
        rest = line
        while not rest.endswith(b"\n") and len(rest) == _LONGEST_LINE:
            rest = stream.readline(_LONGEST_LINE)
        yield line, whole


def _object(line: bytes, whole: bool, name: str) -> Mapping[str, Any]:
    found = _parsed(line) if whole else None
    if found is not None:
        return found
    error = "this line of the quarantine is no JSON object" if whole else "this line is too long to show"
    return {
        "source": name,
        "file": name,
        "line": None,
        "error": error,
        "text": line[:600].decode(errors="replace"),
    }


def _parsed(line: bytes) -> Mapping[str, Any] | None:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _place(text: str) -> tuple[int, int]:
    file, _, offset = text.partition(".")
    place = number_of(file), number_of(offset)
    return (0, 0) if None in place else (place[0] or 0, place[1] or 0)


def _after(number: int, files: Sequence[Path]) -> str:
    return f"{number + 1}.0" if number + 1 < len(files) else ""
