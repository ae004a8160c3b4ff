"""`malmoi curate`: a recipe and its sources become a dataset release."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from typer.core import TyperGroup

from malmoi import console
from malmoi.commands.options import AsJson

if TYPE_CHECKING:
    from curation.run import RunReport

EXAMPLE = (
    "Example: malmoi curate recipes/samples.yaml --data samples --out releases/samples\n\n"
    "Stopped half-way? Run the same command again: finished shards are kept."
)


class RunByDefault(TyperGroup):
    """`malmoi curate RECIPE` is short for `malmoi curate run RECIPE`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Read an argument that is no subcommand as the recipe of `run`."""
        if args and self.get_command(ctx, args[0]) is None:
            args = ["run", *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=RunByDefault,
    help="Turn sources into a dataset release. `malmoi curate RECIPE …` is short for `malmoi curate run`.",
    epilog=EXAMPLE,
    no_args_is_help=True,
)


@app.command("run", epilog=EXAMPLE)
def run(
    recipe: Annotated[Path, typer.Argument(help="Recipe (YAML).", show_default=False)],
    data: Annotated[Path, typer.Option("--data", help="Folder that the recipe's paths start from.")] = Path(),
    out: Annotated[
        Path | None, typer.Option("--out", help="Release folder. Default: releases/<recipe name>.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Build again even when the release is up to date.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build a dataset release: every row ends up kept, dropped with a reason, or in quarantine."""
    from curation.recipe import load_recipe
    from curation.run import run_recipe

    loaded = load_recipe(recipe)
    target = out or Path("releases") / loaded.name
    report = run_recipe(loaded, data, target, progress=console.progress(), force=force)
    if as_json:
        console.print_json(report.as_json())
    else:
        show_report(report)


def show_report(report: "RunReport") -> None:
    """Print the ledger as a table, and where to look next."""
    result = report.as_json()
    release = _from_here(Path(result["release"]))
    table = Table(box=None, pad_edge=False)
    for column in ("source", "read", "kept", "dropped", "quarantined", "why dropped"):
        table.add_column(column, justify="left" if column in ("source", "why dropped") else "right")
    for name, counts in result["sources"].items():
        table.add_row(
            name,
            f"{counts['read']:,}",
            f"{counts['kept']:,}",
            f"{sum(counts['dropped'].values()):,}",
            f"{counts['quarantined']:,}",
            ", ".join(f"{reason} {number:,}" for reason, number in counts["dropped"].items()),
        )
    console.out.print(table)
    console.out.print(
        f"{release} · {result['seconds']:.1f} s · peak {result['peak_rss_mb']:,.0f} MB",
        soft_wrap=True,
    )
    console.out.print(
        f"[dim]Look at {release}/report.html; next: malmoi rag index {release}[/]",
        soft_wrap=True,
    )


def _from_here(path: Path) -> Path:
    """The path as a person would type it: relative where it lies below the current folder."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
