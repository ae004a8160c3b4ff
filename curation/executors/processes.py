"""Work spread over processes of this machine."""

import concurrent.futures
import multiprocessing
from collections.abc import Iterator, Sequence

from curation.checkpoints import Checkpoint, Task
from curation.executors import TellOf


class Processes:
    """Up to ``workers`` tasks at a time, each in a process of its own.

    Each process holds its own copy of what steps load, a Kiwi model among them (500 MB).
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(self, tasks: Sequence[Task], _: TellOf) -> Iterator[tuple[int, Checkpoint]]:
        """Carry the tasks out; the first that fails ends the rest."""
        # Not forked: threads of Arrow and Kiwi do not survive it.
        context = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(self.workers, mp_context=context) as pool:
            waiting = {pool.submit(task): place for place, task in enumerate(tasks)}
            try:
                for done in concurrent.futures.as_completed(waiting):
                    yield waiting[done], done.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
