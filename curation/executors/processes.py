"""Work spread over processes of this machine."""

import concurrent.futures
import contextlib
import multiprocessing
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import resource_tracker

from curation.checkpoints import Checkpoint, Task
from curation.errors import UserError
from curation.executors import TellOf


class Processes:
    """Up to ``workers`` tasks at a time, each in a process of its own.

    Each process holds its own copy of what steps load, a Kiwi model among them (500 MB).
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(self, tasks: Sequence[Task], _: TellOf) -> Iterator[tuple[int, Checkpoint]]:
        """Carry the tasks out; the first that fails ends the rest.

        Raises
        ------
        UserError
            As a task raised it; or when a process was killed.
        """
        # Not forked: threads of Arrow and Kiwi do not survive it.
        context = multiprocessing.get_context("spawn")
        others = set(multiprocessing.active_children())
        with contextlib.ExitStack() as stack:
            try:
                with _interrupts_held():
                    pool = concurrent.futures.ProcessPoolExecutor(self.workers, mp_context=context)
                    stack.callback(pool.shutdown, cancel_futures=True)
                    waiting = {pool.submit(task): place for place, task in enumerate(tasks)}
                for done in concurrent.futures.as_completed(waiting):
                    yield waiting[done], done.result()
            except BaseException as error:
                # What they had not finished is done again; a long piece is not worth waiting for.
                for worker in set(multiprocessing.active_children()) - others:
                    worker.terminate()
                if isinstance(error, BrokenProcessPool):
                    raise UserError(
                        "a worker process was killed, most likely because memory ran out",
                        fix="use fewer --workers or close other programs, and run again; "
                        "what is finished is kept",
                    ) from error
                raise


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Start processes that leave Ctrl-C to this one; a terminal sends it to all of them.

    A signal that is blocked stays blocked in a process that is started meanwhile. Threads of
    libraries may take it here nevertheless, so that it is noted, and raised when the block ends.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    resource_tracker.ensure_running()  # started within, it would end the blocking
    noted: list[int] = []
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    handler = signal.signal(signal.SIGINT, lambda number, _: noted.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if noted:
            signal.raise_signal(signal.SIGINT)
