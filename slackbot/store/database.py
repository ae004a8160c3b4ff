"""One thread that owns the connection, and commits what waits in one transaction.

A commit costs a full sync of the disk. Under load many questions wait for theirs at once, so all that
arrived while one transaction was written go into the next one together (group commit).
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

_T = TypeVar("_T")
MOST_TOGETHER: Final = 256


class StoreError(RuntimeError):
    """The database could not do the work: disk full, disk error, locked, out of reach.

    ``reason`` is the database's own name for it, such as ``SQLITE_FULL`` or ``DiskFull``. Nothing was
    committed, except perhaps when the connection was lost; the same call may work later.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the store cannot do its work now ({reason})")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[Any], Any]
    future: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop
    # Not part of any transaction; it is given the driver's own connection.
    bare: bool = False


class Database:
    """Runs short pieces of work, each as if alone in a transaction; they end in the order they came."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    @property
    def is_shared(self) -> bool:
        """Whether other processes may work on it at the same time."""
        return self.engine.dialect.name != "sqlite"

    async def run(self, work: Callable[[sa.Connection], _T]) -> _T:
        """Do ``work`` and return what it gives once that is committed; raises what it raises.

        ``work`` is undone alone when it fails. It may be run a second time when the transaction it
        shared could not be committed, so it must change nothing but the database.

        Raises
        ------
        StoreError
            The database failed, not the work.
        """
        return await self._queued(work)

    async def wipe(self) -> None:
        """Leave nothing of what was erased in SQLite's file and log; everything else waits meanwhile.

        ``secure_delete`` overwrites what is deleted, but not what SQLite had moved to another page
        before; only writing the file anew leaves that behind. With PostgreSQL it is its owner's work.

        Raises
        ------
        StoreError
            There is no room for a second file, or another program reads this one for too long.
        """

        def anew(raw: Any) -> None:
            raw.execute("VACUUM")
            busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise StoreError("SQLITE_BUSY")

        if not self.is_shared:
            await self._queued(anew, bare=True)

    async def close(self) -> None:
        """Finish what waits, then close the connection."""
        self._closed = True
        self._jobs.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)
        self.engine.dispose()

    async def _queued(self, work: Callable[[Any], _T], *, bare: bool = False) -> _T:
        if self._closed:
            raise RuntimeError("the store is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_T] = loop.create_future()
        self._jobs.put(_Job(work, future, loop, bare))
        return await future

    def _run(self) -> None:
        last = False
        while not last:
            jobs, last = self._together()
            in_transactions = [job for job in jobs if not job.bare]
            if not self._all_at_once(in_transactions):
                for job in in_transactions:
                    self._alone(job)
            for job in jobs:
                if job.bare:
                    self._bare(job)

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
        if len(jobs) < 2:
            return False
        results: list[Any] = []
        stage = "beginning"
        try:
            with self.engine.begin() as connection:
                stage = "working"
                for job in jobs:
                    results.append(_in_savepoint(connection, job))
                stage = "committing"
        except Exception as error:  # noqa: BLE001 - each is raised again where its work was asked for
            lost = isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated
            if stage != "beginning" and not (stage == "committing" and lost):
                return False
            # The database was waited for in vain, and each alone would wait as long; or the connection
            # was lost in the commit, and what was perhaps done must not be done again.
            results = [error] * len(jobs)
        for job, result in zip(jobs, results, strict=True):
            _settle(job, result)
        return True

    def _alone(self, job: _Job) -> None:
        result: Any
        try:
            with self.engine.begin() as connection:
                result = job.work(connection)
        except Exception as error:  # noqa: BLE001 - as above
            result = error
        _settle(job, result)

    def _bare(self, job: _Job) -> None:
        result: Any
        try:
            with contextlib.closing(self.engine.raw_connection()) as connection:
                result = job.work(connection.driver_connection)
        except Exception as error:  # noqa: BLE001 - as above
            result = error
        _settle(job, result)


def upsert(
    connection: sa.Connection, table: sa.Table, key: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    """Write ``values`` into the row with the primary key ``key``, whether it is there or not."""
    connection.execute(
        insert(connection, table)
        .values(**key, **values)
        .on_conflict_do_update(index_elements=list(key), set_=dict(values))
    )


def insert(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """The insert that knows ``ON CONFLICT``, which SQLAlchemy has for each database apart."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def _in_savepoint(connection: sa.Connection, job: _Job) -> Any:
    """What the work gives, or its own error; a failure of the database is raised.

    SQLite undoes the whole transaction when the disk is full and goes on as if there had been none, so
    after such an error nothing may be added to it.
    """
    try:
        with connection.begin_nested():
            return job.work(connection)
    except sa.exc.OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        return error


def _named(error: Exception) -> Exception:
    """Failures of the database itself get a name without the statement; others are our own bugs."""
    if isinstance(error, sa.exc.OperationalError):
        failure: BaseException | None = error.orig
    elif isinstance(error, sqlite3.OperationalError):  # from a bare connection
        failure = error
    else:
        return error
    named = StoreError(getattr(failure, "sqlite_errorname", None) or type(failure).__name__)
    named.__cause__ = error
    return named


def _settle(job: _Job, result: Any) -> None:
    def settle() -> None:
        if job.future.done():  # whoever asked was cancelled
            return
        if isinstance(result, Exception):
            job.future.set_exception(_named(result))
        else:
            job.future.set_result(result)

    with contextlib.suppress(RuntimeError):  # the loop was closed; nobody waits any more
        job.loop.call_soon_threadsafe(settle)
