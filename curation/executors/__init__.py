"""Who carries work out: this process, or the machines of a Ray cluster."""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from curation.checkpoints import Checkpoint, Task

TellOf = Callable[[int, float], None]


class Executor(Protocol):
    """Carries out tasks that do not depend on each other."""

    def run(self, tasks: Sequence[Task], tell: TellOf) -> Iterator[tuple[int, Checkpoint]]:
        """Carry every task out; give each one's place and result as soon as it is there.

        ``tell`` is called with a task's place and the share of it that is done, where the
        executor can know it.
        """
        ...


class Local:
    """One task after the other, in this process."""

    def run(self, tasks: Sequence[Task], tell: TellOf) -> Iterator[tuple[int, Checkpoint]]:
        """Carry the tasks out in order."""
        for place, task in enumerate(tasks):
            yield place, task(functools.partial(tell, place))
