"""Who carries work out: this process, or the machines of a Ray cluster."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from curation.checkpoints import Checkpoint, Task


class Executor(Protocol):
    """Carries out tasks that do not depend on each other."""

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Checkpoint]]:
        """Carry every task out; give each one's place and result as soon as it is there."""
        ...


class Local:
    """One task after the other, in this process."""

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Checkpoint]]:
        """Carry the tasks out in order."""
        for place, task in enumerate(tasks):
            yield place, task()
