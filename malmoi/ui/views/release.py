"""A release: its card, its report, the ledger, and its rows, dropped rows and quarantined ones."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from unicodedata import normalize

from starlette.requests import Request

from curation.errors import UserError
from curation.inspection.open_release import OpenRelease, open_release
from curation.inspection.relations import text_of
from curation.ledger import Entry
from curation.report.funnel import total
from curation.report.words import reason_name
from datacards.front_matter import split
from malmoi.holdings import Release
from malmoi.ui import lines, rows
from malmoi.ui.files import inside
from malmoi.ui.markdown import MAX_CHARACTERS, to_html
from malmoi.ui.pages import desk_of

_CARD: Final = "README.md"
REPORT: Final = "report.html"
_LONGEST_QUERY: Final = 200


def card(request: Request) -> Mapping[str, Any]:
    """The release's card, its front matter apart."""
    held, release = _opened(request)
    found: Release = held["release"]
    path = inside(release.path, _CARD)
    if path is None:
        return {**held, "card": None, "matter": ""}
    text = _read(path)
    try:
        _, body = split(text)
        matter = text[: text.replace("\r\n", "\n").find("\n---", 3)].strip().removeprefix("---").strip()
    except ValueError:
        matter, body = "", text
    heading, _, rest = body.lstrip().partition("\n")
    if heading.removeprefix("# ").strip() in (found.title, found.name):
        body = rest  # the page has it above
    return {**held, "card": to_html(body), "matter": matter}


def report(request: Request) -> Mapping[str, Any]:
    """The frame around the report."""
    held, release = _opened(request)
    return {**held, "has_report": inside(release.path, REPORT) is not None}


def report_file(request: Request) -> Path:
    """Where the report lies.

    Raises
    ------
    UserError
        The release has none.
    """
    path = inside(desk_of(request).release(request.query_params.get("name", "")).path, REPORT)
    if path is None:
        raise UserError("The release has no report.", fix="Run its recipe again with `malmoi curate`.")
    return path


def ledger(request: Request) -> Mapping[str, Any]:
    """Where every row of each source went."""
    held, release = _opened(request)
    try:
        entries = release.ledger
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(release) from error
    everything: Entry = total(entries.values())
    reasons = sorted(everything.dropped.items(), key=lambda one: (-one[1], one[0]))
    return {**held, "entries": entries, "everything": everything, "reasons": _named(reasons)}


def data(request: Request) -> Mapping[str, Any]:
    """Kept rows of one configuration and split, or of all."""
    held, release = _opened(request)
    part = request.query_params.get("part", "")
    files = {release.name_of(path): path for path in release.files("data")}
    chosen = [path for name, path in files.items() if not part or _part(name) == part]
    parts = sorted({_part(name) for name in files})
    return {**held, "parts": parts, **_shown(request, chosen or list(files.values()), {})}


def rejects(request: Request) -> Mapping[str, Any]:
    """Dropped rows, by step, reason and source."""
    held, release = _opened(request)
    asked = {name: request.query_params.get(name, "") for name in ("step", "reason", "source")}
    counts = _labels(release)
    steps = sorted({label.partition("/")[0] for label in counts})
    reasons = sorted(
        {label.partition("/")[2] for label in counts if asked["step"] in ("", label.partition("/")[0])}
    )
    columns = {name: value for name, value in asked.items() if value}
    sources = [source["name"] for source in release.manifest["sources"]]
    return {
        **held,
        "steps": steps,
        "reason_choices": reasons,
        "sources": sources,
        "asked": asked,
        **_shown(request, release.files("rejects"), columns),
    }


def quarantine(request: Request) -> Mapping[str, Any]:
    """Rows that could not be used, with the error and what of them can be read."""
    held, release = _opened(request)
    source = request.query_params.get("source", "")
    files = sorted((release.path / "quarantine").glob("*.jsonl"))
    chosen = [path for path in files if not source or path.stem == source]
    try:
        page = lines.read_lines(chosen, request.query_params.get("at", ""))
    except OSError as error:
        raise _damaged(release) from error
    return {
        **held,
        "sources": [path.stem for path in files],
        "source": source,
        "rows": page.rows,
        "next": page.next,
        "at": request.query_params.get("at", ""),
    }


def _opened(request: Request) -> tuple[dict[str, Any], OpenRelease]:
    """Open the release that the request names, and say what every page of it shows."""
    found = desk_of(request).release(request.query_params.get("name", ""))
    opened = open_release(found.path)
    if not all(isinstance(opened.manifest.get(key), kind) for key, kind in _SHAPE.items()):
        raise _damaged(opened)
    return {"release": found}, opened


_SHAPE: Final = {"ledger": dict, "sources": list, "recipe": dict}


def _shown(request: Request, files: list[Path], columns: Mapping[str, str]) -> dict[str, Any]:
    """A page of rows: by number where all are wanted, by place where some are looked for."""
    words = normalize("NFC", request.query_params.get("q", "")).strip()[:_LONGEST_QUERY]
    wanted = rows.Wanted(words, columns)
    whole = rows.count_rows(files)
    number = _number(request.query_params.get("row", ""), whole)
    start = (
        rows.cursor_at(files, number) if wanted.all else rows.Cursor.of(request.query_params.get("at", ""))
    )
    page = rows.read_page(files, wanted, start)
    return {
        "rows": [{**row, "shown": text_of(row), "turns": row.get("messages") or ()} for row in page.rows],
        "whole": whole,
        "number": number,
        "size": rows.PAGE_ROWS,
        "wanted": wanted,
        "words": words,
        "next": page.next,
        "looked_at": page.looked_at,
        "started": start != rows.Cursor(),
        "unfinished": page.next is not None and len(page.rows) < rows.PAGE_ROWS,
    }


def _number(text: str, whole: int) -> int:
    """The number of a row from 0, whatever was asked for; the last page holds what is beyond it."""
    number = rows.number_of(text) or 0
    last = max(0, (whole - 1) // rows.PAGE_ROWS * rows.PAGE_ROWS)
    return min(number, last)


def _part(name: str) -> str:
    """``data/handbook/train-00000-of-00001.parquet`` is ``handbook/train``."""
    pieces = name.split("/")
    return f"{pieces[1]}/{pieces[-1].partition('-')[0]}" if len(pieces) > 2 else pieces[-1]


def _labels(release: OpenRelease) -> dict[str, int]:
    try:
        return dict(total(release.ledger.values()).dropped)
    except (KeyError, TypeError, AttributeError) as error:
        raise _damaged(release) from error


def _named(reasons: list[tuple[str, int]]) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "step": label.partition("/")[0],
            "reason": label.partition("/")[2],
            "name": reason_name(label),
            "count": count,
        }
        for label, count in reasons
    ]


def _read(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as stream:
        return stream.read(MAX_CHARACTERS)


def _damaged(release: OpenRelease) -> UserError:
    return UserError(
        "The release is damaged: its manifest or its files are not what `malmoi curate` writes.",
        where=release.path.name,
        fix="Run its recipe again with `malmoi curate`.",
    )
