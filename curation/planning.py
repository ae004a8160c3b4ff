"""What a recipe would do and cost, told from a sample of its rows before anything is written."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from curation.errors import ConfigurationError
from curation.estimates import Estimate, Plan
from curation.evaluation import read_evaluation_sets
from curation.inputs import SourceInput
from curation.manifest import load_manifest, plan_key
from curation.needs import find_needs
from curation.progress import Progress, Quiet
from curation.readers import READERS
from curation.recipe import Recipe
from curation.run import faults_of_the_machine, find_all
from curation.sampling import sample_source
from curation.trial import Trial
from curation.workfolder import is_unfinished

SAMPLE_ROWS = 1000
# CPU seconds to spend on reading the sample, all sources together.
_READING_SECONDS = 4.0
_LEAST_ROWS = 20
_OTHER_SCRATCH = "make room there, or name another folder in the environment variable TMPDIR"


def plan_recipe(
    recipe: Recipe, data: Path | str, out: Path, *, rows: int = SAMPLE_ROWS, progress: Progress | None = None
) -> Plan:
    """Look at every source and try the steps on about ``rows`` rows of them; nothing is kept.

    A step that misses a file, an index or a secret is left out, and a note says so.

    Raises
    ------
    ConfigurationError
        As the run itself would, when sources are not there.
    """
    progress = progress if progress is not None else Quiet()
    missing: dict[int, ConfigurationError] = {}
    needs = find_needs(recipe, Path(data), out, missing)
    with (
        faults_of_the_machine("the scratch folder", Path(tempfile.gettempdir()), fix=_OTHER_SCRATCH),
        tempfile.TemporaryDirectory(prefix="malmoi-plan-") as name,
    ):
        scratch = Path(name)
        begun = time.process_time()
        # What lies elsewhere is fetched into the scratch folder: nothing is left beside the release.
        inputs, evaluation = find_all(recipe, data, scratch / "release", readers=READERS, progress=progress)
        hashing = time.process_time() - begun
        sets = read_evaluation_sets(evaluation, scratch / "evaluation", progress) if evaluation else {}
        given = needs.with_evaluation_sets({name: one.paths for name, one in sets.items()})
        with progress.task("sample", len(inputs), "sources") as advance:
            samples = []
            for one, wanted in zip(inputs, _allotted(inputs, rows), strict=True):
                samples.append(sample_source(one, wanted, _READING_SECONDS / len(inputs)))
                advance(1)
        trial = Trial(recipe, given, scratch)
        trial.faults.update(missing)
        before = psutil.Process().memory_info().rss
        with progress.task("try the steps", None, "steps"):
            result = trial.run([(one, sample.rows) for one, sample in zip(inputs, samples, strict=True)])
        models = max(0, psutil.Process().memory_info().rss - before)
    refused = {place: error for place, error in trial.faults.items() if place not in missing}
    estimate = Estimate(recipe, inputs, samples, result, missing=missing, refused=refused)
    key = plan_key(recipe, [*inputs, *evaluation], needs.knowing(evaluation).identity)
    planned = estimate.plan(out, hashing, models)
    planned.notes[:0] = _already(out, key, complete=not missing)
    return planned


def _already(out: Path, key: str, *, complete: bool) -> list[str]:
    """Say what is there of the release."""
    manifest = load_manifest(out)
    if complete and manifest is not None and manifest.get("plan") == key:
        return [f"{out} was made of just this: a run gives it back at once"]
    if is_unfinished(out):
        return ["a run of this release was stopped: what it finished of the same work is not done again"]
    return []


def _allotted(inputs: Sequence[SourceInput], rows: int) -> list[int]:
    """Divide the sample: half of it evenly, half by size."""
    sizes = [one.bytes for one in inputs]
    total = max(1, sum(sizes))
    even = rows / len(inputs) / 2
    return [max(_LEAST_ROWS, round(even + rows / 2 * size / total)) for size in sizes]
