"""The public entry: a recipe and its sources become a published release."""

import contextlib
import errno
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curation import manifest as manifests
from curation.checkpoints import sha256_of
from curation.errors import ConfigurationError, UserError
from curation.executors import Executor, Local
from curation.inputs import GROUP_BYTES, SourceInput, find_inputs
from curation.ledger import Entry
from curation.measure import peak_rss_mb
from curation.needs import find_needs
from curation.origin import note_origin, paths_of
from curation.pipeline import Pipeline, Setting, Sizes
from curation.progress import Progress, Quiet
from curation.readers import READERS
from curation.readers.base import Reader
from curation.recipe import Recipe, recipe_fault
from curation.remote import bring_here
from curation.workfolder import note_run, noted_recipe_file, work_folder

_DISK_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS}
_MAKE_ROOM = "make room or give another --out; what is finished is kept for the next run"


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did.

    ``reused`` when the release was there already; ``resumed`` when it went on with what an
    interrupted run had left, and ``changed_files`` which files were others by then.
    """

    release: Path
    sources: Mapping[str, Entry]
    seconds: float
    peak_rss_mb: int
    manifest_sha256: str
    reused: bool
    resumed: bool = False
    changed_files: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give the report as JSON data."""
        return {
            "release": str(self.release),
            "sources": {name: entry.as_json() for name, entry in self.sources.items()},
            "seconds": round(self.seconds, 3),
            "peak_rss_mb": self.peak_rss_mb,
            "manifest_sha256": self.manifest_sha256,
            "reused": self.reused,
            "resumed": self.resumed,
            "changed_files": list(self.changed_files),
        }


def run_recipe(
    recipe: Recipe,
    data: Path | str,
    out: Path,
    *,
    progress: Progress | None = None,
    force: bool = False,
    readers: Mapping[str, Reader[Any]] | None = None,
    sizes: Sizes | None = None,
    executor: Executor | None = None,
    recipe_file: Path | None = None,
) -> RunReport:
    """Build the release of ``recipe`` at ``out`` from the files below ``data``.

    ``data`` is a folder, or an address that fsspec knows; ``recipe_file`` is where the recipe was read,
    which is noted beside the release (:mod:`curation.origin`).

    An interrupted run goes on where it was when it is started again. A release that is there
    stays as it is until the new one is complete; when it was made of the same recipe, files and
    code and its files are whole, it is given back at once unless ``force``.

    Raises
    ------
    ConfigurationError
        When the recipe, its paths or ``out`` cannot be used; nothing was written then.
    UserError
        When a source has no row, nothing is kept, or another run works on ``out``.
    """
    started = time.perf_counter()
    progress = progress if progress is not None else Quiet()
    readers = readers if readers is not None else READERS
    sizes = sizes if sizes is not None else Sizes()
    out = out.resolve()
    _check(recipe, readers)
    with faults_of_the_machine("the release", out):
        _check_target(out)
    needs = find_needs(recipe, Path(data), out)
    with faults_of_the_machine("a fetched file", out):
        inputs, evaluation = find_all(
            recipe, data, out, readers=readers, progress=progress, group_bytes=sizes.group_bytes
        )
    needs = needs.knowing(evaluation)
    setting = Setting(inputs, evaluation, needs, progress, sizes, executor or Local())
    pipeline = Pipeline(recipe, setting)
    plan = manifests.plan_key(recipe, [*inputs, *evaluation], needs.identity)
    with faults_of_the_machine("the release", out), work_folder(out) as work:
        files = [file for one in (*inputs, *evaluation) for file in one.files]
        recipe_file = recipe_file or noted_recipe_file(work)
        changed = note_run(work, recipe, data, {one.name: one.sha256 for one in files}, recipe_file)
        ledger = None if force else _finished(out, plan)
        reused = ledger is not None
        if ledger is None:
            ledger = pipeline.build(plan, work, out)
        if recipe_file is not None:
            note_origin(out, recipe_file, data, files, paths_of(recipe.canonical()))
    sha256 = sha256_of(out / manifests.NAME)
    seconds = time.perf_counter() - started
    resumed = changed is not None and not reused
    return RunReport(
        out,
        ledger,
        seconds,
        peak_rss_mb(workers=setting.workers),
        sha256,
        reused,
        resumed,
        tuple(changed or ()) if resumed else (),
    )


def finished_release(out: Path) -> RunReport | None:
    """Report on the release at ``out`` when it is whole, whatever made it; else give ``None``."""
    started = time.perf_counter()
    out = out.resolve()
    ledger = _finished(out)
    if ledger is None:
        return None
    sha256 = sha256_of(out / manifests.NAME)
    return RunReport(out, ledger, time.perf_counter() - started, peak_rss_mb(), sha256, reused=True)


def find_all(
    recipe: Recipe,
    data: Path | str,
    out: Path,
    *,
    readers: Mapping[str, Reader[Any]],
    progress: Progress,
    group_bytes: int = GROUP_BYTES,
) -> tuple[list[SourceInput], list[SourceInput]]:
    """Find the files of the sources and of the evaluation sets; what lies elsewhere is fetched first.

    It is fetched beside ``out``; a run that goes on takes from there what did not change meanwhile.
    """
    found = []
    for sources in (recipe.sources, [one.as_source() for one in recipe.evaluation_sets]):
        held, roots, known = bring_here(sources, str(data), out.parent / ".fetched", progress)
        found.append(
            find_inputs(
                held, Path(data), readers, progress, group_bytes=group_bytes, roots=roots, known=known
            )
        )
    return found[0], found[1]


@contextlib.contextmanager
def faults_of_the_machine(what: str, where: Path, fix: str = _MAKE_ROOM) -> Iterator[None]:
    """Say what a person can do when the disk is full or may not be written, or memory runs out.

    ``what`` is written at ``where``, unless the fault itself names a file; ``fix`` is for the disk.
    """
    try:
        yield
    except MemoryError as error:
        raise _memory_ran_out(str(error)) from error
    except OSError as error:
        if error.errno == errno.ENOMEM:
            raise _memory_ran_out("") from error
        if error.errno not in _DISK_FAULTS:
            raise
        raise UserError(
            f"{what} cannot be written: {os.strerror(error.errno)}",
            where=str(error.filename or where),
            fix=fix,
        ) from error


def _memory_ran_out(details: str) -> UserError:
    return UserError(
        f"memory ran out: {details}" if details else "memory ran out",
        fix="close other programs or use fewer --workers, and run again; what is finished is kept",
    )


def _check(recipe: Recipe, readers: Mapping[str, Reader[Any]]) -> None:
    fault = recipe_fault(recipe)
    if fault is not None:
        place, what, fix = fault
        raise ConfigurationError(what, where=".".join(map(str, place)), fix=fix)
    for source in recipe.sources:
        if source.reader not in readers:
            raise ConfigurationError(f"unknown reader '{source.reader}'", where=f"source {source.name}")


def _check_target(out: Path) -> None:
    empty = out.is_dir() and not any(out.iterdir())
    if out.exists() and not empty and manifests.load_manifest(out) is None:
        raise ConfigurationError(
            "the output is there already and is not a release", where=str(out), fix="give another --out"
        )


def _finished(out: Path, plan: str | None = None) -> dict[str, Entry] | None:
    """Give the ledger of a release that is whole, and was made as ``plan`` says if that is given."""
    manifest = manifests.load_manifest(out)
    if manifest is None or plan not in (None, manifest.get("plan")) or not manifests.verifies(out, manifest):
        return None
    return {name: Entry.from_json(entry) for name, entry in manifest["ledger"].items()}
