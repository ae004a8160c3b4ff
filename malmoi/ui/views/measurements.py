"""What `malmoi eval` wrote below the workspace: measurements as JSON, and their pages."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from starlette.requests import Request

from curation.errors import ConfigurationError
from malmoi.ui.desk import Desk
from malmoi.ui.files import inside
from malmoi.ui.pages import desk_of
from malmoi.ui.rows import number_of

# `--out` and `--html` take any path: those near the top of the workspace are found.
_DEEPEST: Final = 3
_MOST_FILES: Final = 2_000
_LARGEST: Final = 32 * 1024 * 1024
_HEAD: Final = 2_048
# What every page of ours begins with, and few others.
_OURS: Final = b"content=\"default-src 'none'; script-src 'sha256-"
_ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class Written:
    """A file that a measurement left; ``kind`` is what was measured, ``page`` for HTML."""

    name: str
    path: Path
    kind: str
    made: datetime
    bytes: int


def measurements(request: Request) -> Mapping[str, Any]:
    """Everything that was found, newest first."""
    found = find(desk_of(request))
    return {"found": sorted(found.values(), key=lambda one: one.made, reverse=True)}


def measurement(request: Request) -> Mapping[str, Any]:
    """One measurement: its figures and, where there are, its questions; or the frame around a page."""
    written = wanted(request)
    if written.kind == "page":
        return {
            "written": written,
            "figures": (),
            "questions": (),
            "whole": 0,
            "columns": (),
            "start": 0,
            "size": _ROWS,
        }
    report = orjson.loads(written.path.read_bytes())
    questions: Sequence[Mapping[str, Any]] = [
        row for row in report.get("per_query", ()) if isinstance(row, dict)
    ]
    asked = number_of(request.query_params.get("row", "")) or 0
    start = min(asked, max(0, (len(questions) - 1) // _ROWS * _ROWS))
    shown = questions[start : start + _ROWS]
    columns = list(dict.fromkeys(name for row in shown for name in _measures_of(row)))
    return {
        "written": written,
        "figures": list(_figures(report)),
        "columns": columns,
        "questions": [
            {
                "query": str(row.get("query", "")),
                "answer": str(row.get("answer") or ""),
                "values": [_measures_of(row).get(name) for name in columns],
            }
            for row in shown
        ],
        "whole": len(questions),
        "start": start,
        "size": _ROWS,
    }


def wanted(request: Request) -> Written:
    """The file that the request names, among those that were found.

    Raises
    ------
    ConfigurationError
        It is none of them.
    """
    name = request.query_params.get("file", "")
    written = find(desk_of(request)).get(name)
    if written is None:
        raise ConfigurationError(
            "There is no such measurement in the workspace.",
            where=name,
            fix="Keep one with `malmoi eval … --out FILE --html FILE`.",
        )
    return written


def find(desk: Desk) -> dict[str, Written]:
    """Look for measurements below the workspace, outside of releases, indexes, models and bundles."""
    home = desk.workspace.home
    held = desk.holdings()
    held_paths = [
        *(one.path for one in held.releases),
        *(one.path for one in held.indexes),
        *(one.path for one in held.models),
        *(one.path for one in held.bundles),
    ]
    others = {path.resolve() for path in held_paths}
    found = {}
    for path in _files(home, others):
        stat = path.stat()
        kind = kind_of(path) if stat.st_size <= _LARGEST else ""
        if kind:
            name = path.relative_to(home).as_posix()
            made = datetime.fromtimestamp(stat.st_mtime, UTC)
            found[name] = Written(name, path, kind, made, stat.st_size)
    return found


def kind_of(path: Path) -> str:
    """What a file measures, by what is in it; empty when it is no measurement."""
    try:
        if path.suffix == ".html":
            with path.open("rb") as stream:
                return "page" if _OURS in stream.read(_HEAD) else ""
        report = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return ""
    return _kind_of_report(report) if isinstance(report, dict) else ""


def _kind_of_report(report: Mapping[str, Any]) -> str:
    if isinstance(report.get("per_query"), list):
        return "retrieval" if "recall@1" in report else "answers"
    if "guard" in report and "calibration" in report:
        return "guard"
    if "calls" in report:
        return "superni" if "task_file_faults" in report else "safety"
    return ""


def _files(home: Path, others: set[Path]) -> Iterator[Path]:
    seen = 0
    for folder, folders, names in os.walk(home):
        here = Path(folder)
        depth = len(here.relative_to(home).parts)
        folders[:] = [
            name
            for name in sorted(folders)
            if depth < _DEEPEST and not name.startswith(".") and (here / name).resolve() not in others
        ]
        for name in sorted(names):
            if name.startswith(".") or not name.endswith((".json", ".html")):
                continue
            seen += 1
            if seen > _MOST_FILES:
                return
            if inside(home, (here / name).relative_to(home).as_posix()) is not None:
                yield here / name


def _figures(report: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Numbers and short words of a measurement by name, those of inner objects with both names."""
    for name, value in report.items():
        if isinstance(value, dict) and before.count(" ") < 2:
            yield from _figures(value, f"{before}{name} ")
        elif (
            value is None
            or isinstance(value, bool | int | float)
            or (isinstance(value, str) and len(value) < 200)
        ):
            yield f"{before}{name}", value


def _measures_of(row: Mapping[str, Any]) -> Mapping[str, Any]:
    measures = row.get("measures")
    return measures if isinstance(measures, dict) else {}
