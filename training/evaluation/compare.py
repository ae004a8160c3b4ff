"""Runs beside each other: the same sets, each run against the first, one page."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from curation.atomic import write_text
from curation.errors import ConfigurationError
from curation.progress import Progress, Quiet
from training.evaluation.comparison import Comparison, Run
from training.evaluation.comparison_page import render_comparison
from training.evaluation.differences import differences
from training.evaluation.kept import after_file, before_file, finished
from training.run_folder import RunFolder

_RESAMPLES: Final = 1000
_SEED: Final = 0


def compare(folders: Sequence[RunFolder], out: Path, progress: Progress | None = None) -> Comparison:
    """Compare evaluated runs and write a page to ``out``.

    Raises
    ------
    ConfigurationError
        When there are fewer than two runs, or they have no set in common.
    UserError
        When a run was not evaluated, or its measurement is damaged.
    """
    if len(folders) < 2:
        raise ConfigurationError(
            "There is nothing to compare: give two runs or more.", fix="Name the folders of the runs."
        )
    runs = []
    with (progress or Quiet()).task("read the measurements", len(folders), "runs") as advance:
        for name, folder in zip(_names([one.path for one in folders]), folders, strict=True):
            before, after = finished(before_file(folder)), finished(after_file(folder))
            runs.append(Run(name, before, after, folder.record().get("eval", {})))
            advance(1)
    comparison = _compared(tuple(runs))
    write_text(out, render_comparison(comparison))
    return comparison


def _compared(runs: tuple[Run, ...]) -> Comparison:
    by_run = [{one.name: one for one in run.after.sets} for run in runs]
    names = list(dict.fromkeys(name for sets in by_run for name in sets))
    hashes = {name: {sets[name].sha256 if name in sets else "" for sets in by_run} for name in names}
    shared = tuple(name for name in names if len(hashes[name]) == 1)
    if not shared:
        raise ConfigurationError(
            "The runs were evaluated over different rows: no set can be compared.",
            where=", ".join(run.name for run in runs),
            fix="Give them the same data.test, eval.general, eval.superni and eval.limit; evaluate again.",
        )
    changes = {
        run.name: {
            name: differences(by_run[0][name], sets[name], resamples=_RESAMPLES, seed=_SEED)
            for name in shared
        }
        for run, sets in zip(runs[1:], by_run[1:], strict=True)
    }
    return Comparison(runs, shared, tuple(name for name in names if name not in shared), changes)


def _names(paths: Sequence[Path]) -> list[str]:
    """Call each run by its folder, with as much of the path as tells it from the others."""
    whole = [path.resolve() for path in paths]
    if len(set(whole)) < len(whole):
        raise ConfigurationError("The same run is named twice.", fix="Name each folder once.")
    if len({path.name for path in whole}) == len(whole):
        return [path.name for path in whole]
    common = os.path.commonpath(whole)
    return [path.relative_to(common).as_posix() for path in whole]
