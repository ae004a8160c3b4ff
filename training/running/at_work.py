"""What holds for each stage after training while it works in the run's folder."""

import contextlib
from collections.abc import Iterator

from training.run_folder import RunFolder
from training.running.faults import disk_faults
from training.running.starting import held


@contextlib.contextmanager
def at_work(folder: RunFolder, stage: str) -> Iterator[None]:
    """Hold the folder for the command ``stage``; what the disk refuses meanwhile is one message.

    Raises
    ------
    UserError
        When another run or stage works in the folder, or it cannot be written.
    """
    with held(folder), disk_faults(folder, stage=stage):
        yield
