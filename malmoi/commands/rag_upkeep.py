"""`malmoi rag verify`, `backup`, `restore` and `migrate`: keep an index whole, and take it elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.filesize import decimal

from malmoi import console
from malmoi.commands.options import AsJson, IndexPath
from malmoi.workspace import Workspace

if TYPE_CHECKING:
    from rag.backup import Archived
    from rag.verify import Verified

VERIFY_EXAMPLE = "Example: malmoi rag verify --index indexes/handbook --repair"
BACKUP_EXAMPLE = "Example: malmoi rag backup handbook.tar.gz --index indexes/handbook"
RESTORE_EXAMPLE = "Example: malmoi rag restore handbook.tar.gz --out indexes/handbook"
MIGRATE_EXAMPLE = (
    "Example: malmoi rag migrate --to milvus://localhost:19530/handbook --index indexes/handbook\n\n"
    "Back again: malmoi rag migrate --to lancedb. A server that asks for a token finds it in MILVUS_TOKEN."
)
_SAID = {
    "lost": "passages are recorded and not in the store",
    "stray": "passages are in the store and not recorded",
    "doubled": "passages are in the store more than once",
    "altered": "passages are not what they were",
    "vectors_lost": "vectors are recorded and not in the store",
    "vectors_stray": "vectors belong to no passage",
    "vectors_doubled": "vectors are in the store more than once",
}


def verify(
    index: IndexPath = None,
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Take out what differs; the next run brings it back.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare an index's manifest with its store; exit 1 when they differ and nothing was repaired."""
    from rag.verify import verify as compared

    found = compared(index or Workspace().default_index(), mend=repair, progress=console.progress())
    if as_json:
        console.print_json(found.as_json())
    else:
        _show_verified(found)
    if not found.is_sound and not repair:
        raise typer.Exit(1)


def backup(
    archive: Annotated[Path, typer.Argument(help="File to write: NAME.tar.gz.", show_default=False)],
    index: IndexPath = None,
    as_json: AsJson = False,
) -> None:
    """Write an index into one file, whole or not at all; it may be searched meanwhile."""
    from rag.backup import backup as written

    found = written(index or Workspace().default_index(), archive, progress=console.progress())
    _show_archived(found, f"{found.archive}: {found.passages:,} passages", as_json=as_json)


def restore(
    archive: Annotated[
        Path, typer.Argument(help="A file that `malmoi rag backup` wrote.", show_default=False)
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="New index folder. Default: indexes/<name of the file>.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Unpack a backup as an index; it appears when all of it is there and right."""
    from rag.backup import restore as unpacked

    name = archive.name.removesuffix(".gz").removesuffix(".tar").removesuffix(".tgz")
    found = unpacked(archive, out or Workspace().indexes / name, progress=console.progress())
    _show_archived(found, f"{found.index}: {found.passages:,} passages", as_json=as_json)


def migrate(
    to: Annotated[str, typer.Option("--to", help="lancedb, or milvus://HOST:PORT/NAME.", show_default=False)],
    index: IndexPath = None,
    as_json: AsJson = False,
) -> None:
    """Copy an index's passages and vectors to another store, and use that from now on."""
    from rag.migrate import migrate as moved

    found = moved(index or Workspace().default_index(), to, progress=console.progress())
    if as_json:
        console.print_json(found.as_json())
        return
    console.out.print(
        f"{found.index}: {found.passages:,} passages and {found.vectors:,} vectors are in {found.store} · "
        f"{found.seconds:.1f} s",
        markup=False,
        soft_wrap=True,
    )
    console.out.print(
        f"What {found.older_store} held is still there.", markup=False, soft_wrap=True, style="dim"
    )


def _show_verified(found: "Verified") -> None:
    console.out.print(
        f"{found.index}: {found.passages:,} passages, {found.vectors:,} vectors", markup=False, soft_wrap=True
    )
    if found.waiting:
        console.out.print(f"[dim]{found.waiting:,} passages wait for their vector: malmoi rag index PATH[/]")
    for name, part in found.differences():
        if part.count:
            console.out.print(f"[yellow]{part.count:,}[/] {_SAID[name]}", soft_wrap=True)
            console.out.print(f"  {', '.join(part.examples)}", markup=False, soft_wrap=True, style="dim")
    if found.is_sound:
        console.out.print("Manifest and store agree.")
    elif found.mended is None:
        console.out.print("[dim]Mend it with --repair; nothing was changed.[/]")
    else:
        console.out.print(
            f"{found.mended:,} documents were taken out. Bring them back: malmoi rag index PATH --out "
            f"{found.index}",
            markup=False,
            soft_wrap=True,
        )


def _show_archived(found: "Archived", line: str, *, as_json: bool) -> None:
    if as_json:
        console.print_json(found.as_json())
    else:
        console.out.print(f"{line} · {decimal(found.bytes)}", markup=False, soft_wrap=True)
