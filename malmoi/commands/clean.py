"""`malmoi clean`: removes what can be made again and nobody needs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from malmoi import console
from malmoi.commands.options import AsJson
from malmoi.workspace import Workspace

if TYPE_CHECKING:
    from malmoi.workspaces.removing import Removed
    from malmoi.workspaces.rubbish import Item, Rubbish

EXAMPLE = (
    "Examples: malmoi clean\n\nIn a script: malmoi clean --yes --json. Only look: malmoi clean --dry-run\n\n"
    "Releases, indexes, adapters, merged models, bundles and the bot's store always stay."
)
_YES = ("y", "yes", "예", "네", "응")
Folder = Annotated[
    Path | None, typer.Argument(help="Workspace. Default: MALMOI_HOME, or the current folder.")
]


def clean(
    folder: Folder = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go, and remove nothing.")
    ] = False,
    cache: Annotated[
        bool,
        typer.Option(
            "--cache/--keep-cache", help="Empty the cache (MALMOI_CACHE), which other workspaces use, too."
        ),
    ] = True,
    journals: Annotated[
        bool,
        typer.Option("--journals", help="Remove journals of a model's replies: it will be asked again."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Remove caches, left-overs of killed runs, superseded checkpoints and old versions of tables."""
    from curation.errors import ConfigurationError
    from malmoi.workspaces.rubbish import rubbish

    home = folder or Workspace().home
    if not home.is_dir():
        raise ConfigurationError("There is no such workspace.", where=str(home), fix="Name its folder.")
    found = rubbish(home.absolute(), cache=cache, journals=journals)
    if not as_json:
        _show(found)
    really = bool(found.items) and not dry_run and (yes or (not as_json and _agreed()))
    done = _removed(found.items, quiet=as_json) if really else []
    if as_json:
        console.print_json(_as_json(home, found, done, really=really))
    elif really:
        freed = console.amount_of(sum(one.bytes for one in done), "B")
        console.out.print(f"{freed} freed.")
    elif found.items:
        console.out.print("Nothing was removed.")
    if any(one.why for one in done):
        raise typer.Exit(1)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        console.out.print("[dim]There is no terminal to ask at: --yes removes this.[/]")
        return False
    console.out.print("\n[bold]지울까요? (예/아니오)[/] Remove this? (yes/no)")
    try:
        return input("> ").strip().lower() in _YES
    except EOFError:
        return False


def _removed(items: "tuple[Item, ...]", *, quiet: bool) -> "list[Removed]":
    from malmoi.workspaces.removing import remove

    done = []
    for item in items:
        one = remove(item)
        done.append(one)
        if one.why and not quiet:
            _line(f"  stays: {item.what}: {one.why}", "yellow")
    return done


def _show(found: "Rubbish") -> None:
    from malmoi.workspaces.shown import few, shown

    for item in found.items:
        size = "shown when done" if item.bytes is None else console.amount_of(item.bytes, "B")
        _line(f"  {size:>16}  {item.kind}: {item.what}")
        _line(f"  {'':>16}    {few([shown(path) for path in item.paths])}", "dim")
    for kept in found.kept:
        _line(f"  {'stays':>16}  {shown(kept.path)}: {kept.why}", "dim")
    size = console.amount_of(found.bytes, "B")
    if not found.items:
        _line("There is nothing to clean.")
    elif found.bytes:
        _line(f"{size} can go.")


def _as_json(home: Path, found: "Rubbish", done: "list[Removed]", *, really: bool) -> dict[str, Any]:
    stayed = {id(one.item): one for one in done}
    items = []
    for item in found.items:
        one = stayed.get(id(item))
        items.append(
            {
                "kind": item.kind,
                "what": item.what,
                "paths": list(map(str, item.paths)),
                "bytes": item.bytes if one is None else one.bytes,
                "removed": one is not None and not one.why,
                "why": one.why if one is not None else "",
            }
        )
    return {
        "workspace": str(home.absolute()),
        "removed": really,
        "items": items,
        "kept": [{"what": one.what, "path": str(one.path), "why": one.why} for one in found.kept],
        "bytes": sum(one.bytes for one in done) if really else found.bytes,
    }


def _line(text: str, style: str = "") -> None:
    console.out.print(text, markup=False, soft_wrap=True, style=style or None)
