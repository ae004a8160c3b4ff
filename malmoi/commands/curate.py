"""`malmoi curate`: a recipe and its sources become a dataset release, and releases are looked into."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from malmoi import console
from malmoi.commands.default_command import RunByDefault
from malmoi.commands.options import AsJson
from malmoi.curate_tables import show_report

if TYPE_CHECKING:
    from curation.executors import Executor

EXAMPLE = (
    "Example: malmoi curate recipes/samples.yaml --data samples --out releases/samples\n\n"
    "Stopped half-way? Run the same command again, or: malmoi curate resume releases/samples"
)

Recipe = Annotated[Path, typer.Argument(help="Recipe (YAML).", show_default=False)]
Data = Annotated[
    str, typer.Option("--data", help="Folder that the recipe's paths start from; or s3://, hf://, gs:// …")
]
Out = Annotated[
    str | None,
    typer.Option(
        "--out", help="Release folder; or an address to put it at. Default: releases/<recipe name>."
    ),
]
Permission = Annotated[
    str,
    typer.Option(
        "--i-have-permission",
        help="Who allowed a release to be put at an address whose sources do not; stands in its card.",
        show_default=False,
    ),
]
Release = Annotated[Path, typer.Argument(help="Release folder.", show_default=False)]
Workers = Annotated[int, typer.Option("--workers", min=1, help="Processes to read and step with.")]
Engine = Annotated[Literal["local", "ray"], typer.Option("--engine", help="Who carries the work out.")]
Address = Annotated[
    str, typer.Option("--address", help="Ray cluster: host:port, or auto for the one this machine is in.")
]


app = typer.Typer(
    cls=RunByDefault,
    help="Turn sources into a dataset release. `malmoi curate RECIPE …` is short for `malmoi curate run`.",
    epilog=EXAMPLE,
    no_args_is_help=True,
)


@app.command("run", epilog=EXAMPLE)
def run(
    recipe: Recipe,
    *,
    data: Data = ".",
    out: Out = None,
    force: Annotated[
        bool, typer.Option("--force", help="Build again even when the release is up to date.")
    ] = False,
    workers: Workers = 1,
    engine: Engine = "local",
    address: Address = "auto",
    permission: Permission = "",
    as_json: AsJson = False,
) -> None:
    """Build a dataset release: every row ends up kept, dropped with a reason, or in quarantine."""
    from curation.recipe import load_recipe

    loaded = load_recipe(recipe)
    if out is not None and "://" in out:
        from curation.permission import refuse_unless_permitted

        refuse_unless_permitted(((one.name, one.licence) for one in loaded.sources), permission)
    target = _local(out, loaded.name)
    executor = _executor(engine, address, workers, target, loaded)
    _run(loaded, data, target, force=force, executor=executor, as_json=as_json, recipe_file=recipe)
    _upload(out, target, permission, as_json=as_json)


@app.command(
    "resume",
    epilog="Example: malmoi curate resume releases/samples\n\n"
    "It takes the recipe as it was and the files as they are now; what changed in them is read anew.",
)
def resume(
    out: Annotated[
        str,
        typer.Argument(help="Release folder (or address) of the run that was stopped.", show_default=False),
    ],
    *,
    workers: Workers = 1,
    engine: Engine = "local",
    address: Address = "auto",
    permission: Permission = "",
    as_json: AsJson = False,
) -> None:
    """Go on with a run that was stopped, with the recipe and the data it was started with."""
    from curation.run import finished_release
    from curation.workfolder import is_unfinished, noted_run

    target = _local(out, "")
    finished = None if is_unfinished(target) else finished_release(target)
    if finished is not None and as_json:
        console.print_json(finished.as_json())
    elif finished is not None:
        show_report(finished, "is complete: no run of it is unfinished")
    else:
        recipe, data = noted_run(target)
        executor = _executor(engine, address, workers, target, recipe)
        _run(recipe, data, target, force=False, executor=executor, as_json=as_json)
    _upload(out, target, permission, as_json=as_json)


@app.command("plan", epilog="Example: malmoi curate plan recipes/samples.yaml --data samples")
def plan(
    recipe: Recipe,
    data: Data = ".",
    out: Out = None,
    rows: Annotated[int, typer.Option("--rows", min=1, help="Rows to try the steps on.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """Show what a run would do and about what it would cost, from a sample; nothing is written."""
    from curation.planning import plan_recipe
    from curation.recipe import load_recipe
    from malmoi.curate_tables import show_plan

    loaded = load_recipe(recipe)
    target = _local(out, loaded.name)
    planned = plan_recipe(loaded, data, target, rows=rows, progress=console.progress())
    if as_json:
        console.print_json(planned.as_json())
    else:
        show_plan(planned)


@app.command(
    "explain",
    epilog="Example: malmoi curate explain 3f9a01c2 --release releases/samples\n\n"
    "Or by its place: malmoi curate explain inbox/notes.jsonl:8 --release releases/samples",
)
def explain(
    row: Annotated[
        str,
        typer.Argument(help="Id of a row, or its first 4 digits or more, or FILE:LINE.", show_default=False),
    ],
    release: Annotated[
        Path | None, typer.Option("--release", help="Release folder. Default: the newest below releases/.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell everything that happened to one row, kept, dropped or unreadable."""
    from curation.inspection.explain import explain as find
    from malmoi.curate_rows import show_stories

    folder = release if release is not None else _newest_release()
    stories = find(folder, row)
    if as_json:
        told = [story.as_json() for story in stories]
        console.print_json({"release": str(folder.resolve()), "rows": told})
    else:
        show_stories(folder, stories)


@app.command("diff", epilog="Example: malmoi curate diff releases/samples-1 releases/samples-2")
def diff(a: Release, b: Release, as_json: AsJson = False) -> None:
    """Compare two releases: rows that came, went and changed, and why."""
    from curation.inspection.diff import diff as compare
    from malmoi.curate_differences import show_difference

    difference = compare(a, b)
    if as_json:
        console.print_json(difference.as_json())
    else:
        show_difference(difference, a, b)


@app.command(
    "sample",
    epilog="Example: malmoi curate sample releases/samples --step length --reason too_short\n\n"
    "What a step changed: malmoi curate sample releases/samples --step normalise --changed",
)
def sample(
    release: Release,
    *,
    step: Annotated[str | None, typer.Option("--step", help="Rows that this step dropped.")] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Rows dropped for this reason; with --changed, a rule.")
    ] = None,
    source: Annotated[str | None, typer.Option("--source", help="Rows of this source.")] = None,
    changed: Annotated[
        bool, typer.Option("--changed", help="Rows that a step changed (`read`: that a reader repaired).")
    ] = False,
    quarantined: Annotated[
        bool, typer.Option("--quarantined", help="Rows that could not be used, with the error.")
    ] = False,
    rows: Annotated[int, typer.Option("-n", "--rows", min=1, help="How many rows.")] = 10,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed draws other rows.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Show some rows, drawn at random: kept ones, or those that a step dropped or changed."""
    from curation.inspection.sample import Wanted
    from curation.inspection.sample import sample as draw
    from malmoi.curate_rows import show_rows

    wanted = Wanted(step=step, reason=reason, source=source, changed=changed, quarantined=quarantined)
    drawn = draw(release, wanted, rows=rows, seed=seed)
    if as_json:
        console.print_json({"release": str(release.resolve()), "rows": drawn})
    else:
        show_rows(drawn)


def _newest_release() -> Path:
    from curation.errors import ConfigurationError
    from curation.manifest import NAME

    found = [path for path in Path("releases").glob(f"*/{NAME}") if not path.parent.name.startswith(".")]
    if not found:
        raise ConfigurationError(
            "there is no release below releases/", where="--release", fix="give the release folder"
        )
    return max(found, key=lambda path: path.stat().st_mtime_ns).parent


def _local(out: str | None, name: str) -> Path:
    """Where a release is built: where it should be, or here, when that is elsewhere."""
    if out is None:
        return Path("releases") / name
    return Path("releases") / (out.rstrip("/").rpartition("/")[2] or name) if "://" in out else Path(out)


def _executor(engine: str, address: str, workers: int, out: Path, recipe: Any) -> "Executor":
    from curation.executors import Local
    from curation.steps import STEPS

    if engine == "ray":
        from curation.executors.ray_cluster import RayCluster

        threads = any(STEPS[use.step].threads for use in recipe.steps)
        return RayCluster(address, out.resolve().parent, whole_nodes=threads)
    if workers > 1:
        from curation.executors.processes import Processes

        return Processes(workers)
    return Local()


def _run(
    recipe: Any,
    data: str,
    out: Path,
    *,
    force: bool,
    executor: "Executor",
    as_json: bool,
    recipe_file: Path | None = None,
) -> None:
    from curation.run import run_recipe

    report = run_recipe(
        recipe,
        data,
        out,
        progress=console.progress(),
        force=force,
        executor=executor,
        recipe_file=recipe_file,
    )
    if as_json:
        console.print_json(report.as_json())
    else:
        show_report(report)


def _upload(out: str | None, target: Path, permission: str, *, as_json: bool) -> None:
    """Put the release where it should be, when that is elsewhere."""
    if out is None or "://" not in out:
        return
    from curation.remote import upload_release

    size = upload_release(target, out, console.progress(), permission)
    if not as_json:
        console.out.print(f"Put at {out} ({console.amount_of(size, 'B')})", soft_wrap=True)
