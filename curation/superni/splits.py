"""The two tracks of evaluation, their lists of tasks, and which instances of a test task count.

``default`` is English to English, ``xlingual`` is evaluated on tasks in other languages. A track's
folder holds ``train_tasks.txt``, ``test_tasks.txt`` and ``excluded_tasks.txt``: what is excluded comes
from the same data as a test task, or from the other track.
https://github.com/allenai/natural-instructions/tree/master/splits
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from curation.errors import ConfigurationError
from curation.superni.schema import Instance, Task

Part = Literal["train", "test", "excluded"]
# The first instances of a test task are in an order that balances its labels, and no others count.
EVALUATION_INSTANCES = 100


@dataclass(frozen=True, slots=True)
class Splits:
    """The test and the training tasks of a track, by name; ``train`` is None where its list is not there."""

    track: str
    test: frozenset[str]
    train: frozenset[str] | None

    def part(self, task: str) -> Part | None:
        """Tell where a task belongs: excluded when neither list names it, None when that cannot be told."""
        if task in self.test:
            return "test"
        if self.train is None:
            return None
        return "train" if task in self.train else "excluded"


def load_splits(folder: Path) -> Splits:
    """Read a track's folder, such as ``splits/default``.

    A list of only some of the training tasks may stand in for the whole one, under a name such as
    ``train_tasks.subset.txt``.

    Raises
    ------
    ConfigurationError
        When there is no list of test tasks, or a task is in both lists.
    """
    test, train = (_names(folder, part) for part in ("test", "train"))
    if test is None:
        raise ConfigurationError(
            "There is no list of test tasks.",
            where=str(folder / "test_tasks.txt"),
            fix="Give the folder of one track, splits/default or splits/xlingual of natural-instructions.",
        )
    both = sorted(test & (train or frozenset()))
    if both:
        raise ConfigurationError(
            f"{both[0]} is a training task and a test task.",
            where=str(folder),
            fix="Remove it from one of the two lists.",
        )
    return Splits(folder.name, test, train)


def evaluation_instances(task: Task) -> list[Instance]:
    """Give the instances that an evaluation is over: those among the first 100 that can be read."""
    return [one for one in task.instances if one.item <= EVALUATION_INSTANCES]


def _names(folder: Path, part: str) -> frozenset[str] | None:
    whole = folder / f"{part}_tasks.txt"
    listed = [whole] if whole.is_file() else sorted(folder.glob(f"{part}_tasks.*.txt"))
    try:
        lines = [line.strip() for path in listed for line in path.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The list of {part} tasks cannot be read: {error}.",
            where=str(folder),
            fix="It is a text file in UTF-8 with the name of a task on each line.",
        ) from error
    return frozenset(name for name in lines if name) if listed else None
