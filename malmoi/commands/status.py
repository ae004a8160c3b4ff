"""`malmoi status`: what the workspace holds, how large it is, and what is behind of what."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from malmoi import console
from malmoi.commands.options import AsJson
from malmoi.workspace import Workspace

if TYPE_CHECKING:
    from malmoi.holdings import Bot, Bundle, Holdings, Index, Model, Release, Stale

EXAMPLE = (
    "Example: malmoi status\n\n"
    "What is stale is judged by the manifests and notes that runs leave: by hashes where they stand there. "
    "A file is hashed only when its size or time is another than was noted."
)
Folder = Annotated[
    Path | None, typer.Argument(help="Workspace. Default: MALMOI_HOME, or the current folder.")
]


def status(folder: Folder = None, as_json: AsJson = False) -> None:
    """Show releases, indexes, models, bundles and the bot, and what is stale against what."""
    from curation.errors import ConfigurationError
    from malmoi.holdings import holdings

    home = folder or Workspace().home
    if not home.is_dir():
        raise ConfigurationError(
            "There is no such workspace.", where=str(home), fix=f"Make it: malmoi init {home}"
        )
    found = holdings(home)
    if as_json:
        console.print_json(_as_json(found))
        return
    _show(found)


def _as_json(found: "Holdings") -> dict[str, Any]:
    told: dict[str, Any] = _plain(asdict(found))
    return told | {"stale": len(found.stale())}


def _plain(value: Any) -> Any:
    """JSON data: paths in full, times as ISO 8601."""
    if isinstance(value, Path):
        return str(value.absolute())
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _show(found: "Holdings") -> None:
    from malmoi.workspaces.shown import shown

    groups: tuple[tuple[str, Any, Any], ...] = (
        ("releases", found.releases, _release),
        ("indexes", found.indexes, _index),
        ("models", found.models, _model),
        ("bundles", found.bundles, _bundle),
        ("bot", (found.bot,) if found.bot else (), _bot),
    )
    if not any(held for _, held, _ in groups):
        _line(f"{shown(found.workspace)} holds nothing yet.")
        _line("  → malmoi demo, or: malmoi rag index FOLDER", "dim")
    for title, held, told in groups:
        if held:
            console.out.print(f"[bold]{title}[/]")
        for one in held:
            made = f"{one.made.astimezone():%Y-%m-%d %H:%M}" if one.made is not None else "unfinished"
            size = console.amount_of(one.bytes, "B")
            _line(f"  {shown(one.path)}  {', '.join([*told(one), size, made])}")
            _stale(one.stale)
    if found.settings:
        console.out.print("[bold]settings[/]")
        _stale(found.settings)
    _end(found)


def _end(found: "Holdings") -> None:
    if found.incomplete:
        _line("There are too many folders here to look into all: make a folder of its own the workspace.")
    behind = [one for one in found.stale() if one.reason != "unfinished"]
    waiting = len(found.stale()) - len(behind)
    told = [f"{len(behind)} stale" if behind else "nothing is stale"]
    told += [f"{waiting} unfinished"] if waiting else []
    size = console.amount_of(found.bytes, "B")
    _line(f"{size} in all; {', '.join(told)}. What can go: malmoi clean")


def _stale(stale: "tuple[Stale, ...]") -> None:
    for one in stale:
        colour = "cyan" if one.reason == "unfinished" else "yellow"
        told = one.what if one.what.startswith(one.reason) else f"{one.reason}: {one.what}"
        _line(f"      {told}", colour)
        _line(f"        → {one.fix}", "dim")


def _line(text: str, style: str = "") -> None:
    console.out.print(text, markup=False, soft_wrap=True, style=style or None)


def _release(one: "Release") -> Iterator[str]:
    if one.made is not None:
        yield f"{one.rows:,} rows of {len(one.sources)} sources"


def _index(one: "Index") -> Iterator[str]:
    yield f"{one.documents:,} documents, {one.passages:,} passages"
    if one.embedder:
        yield "by words alone" if one.embedder == "none" else one.embedder


def _model(one: "Model") -> Iterator[str]:
    if one.kind == "merged":
        yield "merged"
    else:
        yield f"run of {one.base}" if one.base else "run"
        if one.stages:
            yield f"done: {' '.join(one.stages)}"


def _bundle(one: "Bundle") -> Iterator[str]:
    yield from one.models
    if one.passages is not None:
        yield f"{one.passages:,} passages"


def _bot(one: "Bot") -> Iterator[str]:
    yield "running" if one.running else "not running"
    if one.waiting is not None:
        yield f"{one.waiting:,} waiting"
    yield f"{one.saved:,} saved threads"
