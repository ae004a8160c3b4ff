"""Training runs and the models that were merged of them, told from the records of the runs."""

from collections.abc import Iterator
from pathlib import Path

from curation.errors import UserError
from curation.locks import is_locked
from malmoi.workspaces.kinds import Model, Stale
from malmoi.workspaces.shown import command, few
from malmoi.workspaces.sizes import bytes_of, time_of
from training.run_folder import RunFolder
from training.standing import LOCK, Standing, standing


def models_at(folder: Path, home: Path) -> Iterator[Model]:
    """Read a run, and its merged model where there is one."""
    run = RunFolder(folder)
    held = is_locked(folder / LOCK)
    merged = (run.merged / "config.json").is_file()
    parts = [path for path in _inside(folder) if path != run.merged]
    size, made = bytes_of(parts), time_of(run.record_file) or time_of(run.config)
    try:
        found = standing(run, (home, Path.cwd()))
    except UserError as error:
        fault = Stale("damaged", error.what.rstrip("."), "run.json", error.fix)
        yield Model(folder, folder.name, size, made, (fault,), held=held)
        return
    yield Model(
        folder,
        folder.name,
        size,
        made,
        tuple(_stale(folder, found, held=held)),
        kind="run",
        base=found.base,
        stages=found.stages,
        held=held,
    )
    if merged or found.merged_torn:
        yield Model(
            run.merged,
            f"{folder.name}/{run.merged.name}",
            bytes_of([run.merged]),
            time_of(run.merged / "config.json"),
            tuple(_stale_merged(folder, found)),
            kind="merged",
            base=found.base,
            run=folder,
        )


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _stale(folder: Path, found: Standing, *, held: bool) -> Iterator[Stale]:
    if held:
        yield Stale("unfinished", "a run or stage works in it now", LOCK, "wait until it is done")
    elif found.unfinished:
        stage = "its run" if found.unfinished == "run" else "its stage on preferences"
        yield Stale(
            "unfinished", f"{stage} was stopped", found.unfinished, command("train", "resume", folder)
        )
    restart = command("train", "run", folder, "--restart")
    if found.changed:
        what = f"data that it learned has changed: {few(found.changed)}"
        yield Stale("changed", what, found.changed[0], restart)
    if found.gone:
        what = f"data that it learned is gone: {few(found.gone)}"
        yield Stale("gone", what, found.gone[0], "put it back; what was trained can still be used")


def _stale_merged(folder: Path, found: Standing) -> Iterator[Stale]:
    fix = command("train", "merge", folder)
    if found.merged_torn:
        yield Stale("damaged", "its weights are not as they were written", "", fix)
    if found.merged_older:
        yield Stale("older", "its run's adapter was trained after it was merged", "adapter", fix)
