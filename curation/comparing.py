"""One comparison of all rows, in a folder of its own."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curation.checkpoints import Tell
from curation.comparisons import COMPARISONS
from curation.comparisons.base import Room
from curation.decisions import write_decisions
from curation.progress import Progress
from curation.recipe import StepUse, step_params
from curation.steps.base import Given

SAVED = "saved"


@dataclass(frozen=True, slots=True)
class Compare:
    """Decides about the rows that units prepared."""

    use: StepUse
    paths: Sequence[Path]
    given: Given
    progress: Progress

    def __call__(self, folder: Path, tell: Tell) -> dict[str, Any]:
        """Work in ``folder``; say how many rows were decided about and dropped."""
        scratch, saved = folder / "scratch", folder / SAVED
        scratch.mkdir()
        saved.mkdir()
        room = Room(self.given, scratch, saved, self.progress)
        decide = COMPARISONS[self.use.step].decide
        facts = write_decisions(decide(step_params(self.use), self.paths, room), folder)
        shutil.rmtree(scratch)
        return facts
