"""One thread that owns the connection, and commits what waits in one transaction.

A commit costs a full sync of the disk. Under load many questions wait for theirs at once, so all that
arrived while one transaction was written go into the next one together (group commit).
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import sqlalchemy as sa

_T = TypeVar("_T")
MOST_TOGETHER: Final = 256


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[sa.Connection], Any]
    future: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop


class Database:
    """Runs short pieces of work, each as if alone in a transaction; they end in the order they came."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()
        self._closed = False

    async def run(self, work: Callable[[sa.Connection], _T]) -> _T:
        """Do ``work`` and return what it gives once that is committed; raises what it raises.

        ``work`` is undone alone when it fails. It may be run a second time when the transaction it
        shared could not be committed, so it must change nothing but the database.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_T] = loop.create_future()
        if self._closed:
            raise RuntimeError("the store is closed")
        self._jobs.put(_Job(work, future, loop))
        return await future

    async def close(self) -> None:
        """Finish what waits, then close the connection."""
        self._closed = True
        self._jobs.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        self.engine.dispose()

    def _run(self) -> None:
        while True:
            jobs, last = self._together()
            if jobs and not self._all_at_once(jobs):
                for job in jobs:
                    self._alone(job)
            if last:
                return

    def _together(self) -> tuple[list[_Job], bool]:
        """What waits, at least one; whether the end was among it."""
        jobs: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            jobs.append(job)
            if len(jobs) == MOST_TOGETHER or self._jobs.empty():
                return jobs, False
            job = self._jobs.get()
        return jobs, True

    def _all_at_once(self, jobs: list[_Job]) -> bool:
        """One transaction for all; ``False`` when it was undone and none of them happened."""
        if len(jobs) == 1:
            return False
        done: list[tuple[_Job, Any]] = []
        failed: list[tuple[_Job, Exception]] = []
        try:
            with self.engine.begin() as connection:
                for job in jobs:
                    try:
                        with connection.begin_nested():
                            done.append((job, job.work(connection)))
                    except Exception as error:  # noqa: BLE001 - it is raised where the work was asked for
                        failed.append((job, error))
        except sa.exc.SQLAlchemyError:
            return False
        for job, result in (*done, *failed):
            _settle(job, result)
        return True

    def _alone(self, job: _Job) -> None:
        try:
            with self.engine.begin() as connection:
                result = job.work(connection)
        except Exception as error:  # noqa: BLE001 - as above
            _settle(job, error)
        else:
            _settle(job, result)


def _settle(job: _Job, result: Any) -> None:
    def settle() -> None:
        if job.future.done():  # whoever asked was cancelled
            return
        if isinstance(result, Exception):
            job.future.set_exception(result)
        else:
            job.future.set_result(result)

    if not job.loop.is_closed():
        job.loop.call_soon_threadsafe(settle)
