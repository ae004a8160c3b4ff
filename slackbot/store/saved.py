"""Which threads people saved, and what is still to be done about each."""

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from slackbot.store.database import Database, upsert
from slackbot.store.schema import SAVED

# Another process on the same database may have saved a thread.
MEMORY_LASTS_S = 15.0


class SavedState(StrEnum):
    """``wanted``: to be read and indexed (again); ``unwanted``: to be removed from the index."""

    WANTED = "wanted"
    KEPT = "kept"
    UNWANTED = "unwanted"


@dataclass(frozen=True, slots=True)
class SavedThread:
    """A thread by its root's ts; ``user`` saved it, ``saved_at`` (seconds) is when it was last asked for."""

    team: str
    channel: str
    thread: str
    user: str
    state: SavedState
    saved_at: float


class Saved:
    """The saved threads; whether one is saved is answered from memory, because every message asks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: frozenset[tuple[str, str, str]] = frozenset()
        self._read_at = float("-inf")

    async def want(self, team: str, channel: str, thread: str, user: str) -> None:
        """Note that a person wants the thread kept."""
        key = {"team": team, "channel": channel, "thread": thread}
        values = {"user": user, "state": SavedState.WANTED, "saved_at": time.time()}
        await self._database.run(lambda connection: upsert(connection, SAVED, key, values))
        await self._read()

    async def again(self, team: str, channel: str, thread: str) -> bool:
        """Note that a kept thread has changed; whether it is one."""
        return await self._mark(team, channel, thread, SavedState.WANTED)

    async def unwant(self, team: str, channel: str, thread: str) -> bool:
        """Note that a thread is to be forgotten; whether it was kept."""
        marked = await self._mark(team, channel, thread, SavedState.UNWANTED)
        await self._read()
        return marked

    async def finish(self, done: SavedThread) -> bool:
        """What ``done`` asked for has been carried out; ``False`` when something else was asked meanwhile."""

        def work(connection: sa.Connection) -> int:
            same = SAVED.c.saved_at == done.saved_at, SAVED.c.state == done.state
            key = _key(done.team, done.channel, done.thread)
            if done.state is SavedState.UNWANTED:
                return connection.execute(sa.delete(SAVED).where(*key, *same)).rowcount
            kept = sa.update(SAVED).where(*key, *same).values(state=SavedState.KEPT)
            return connection.execute(kept).rowcount

        return bool(await self._database.run(work))

    async def get(self, team: str, channel: str, thread: str) -> SavedThread | None:
        """The row of a thread."""
        query = sa.select(SAVED).where(*_key(team, channel, thread))
        row = await self._database.run(lambda connection: connection.execute(query).first())
        return None if row is None else _thread(row)

    async def all(self) -> list[SavedThread]:
        """Every row, oldest first."""
        query = sa.select(SAVED).order_by(SAVED.c.saved_at)
        return [_thread(row) for row in await self._database.run(lambda c: c.execute(query).all())]

    async def holds(self, team: str, channel: str, thread: str) -> bool:
        """Whether the thread is saved; another process's are known within `MEMORY_LASTS_S`."""
        if time.monotonic() - self._read_at > MEMORY_LASTS_S:
            await self._read()
        return (team, channel, thread) in self._known

    async def _mark(self, team: str, channel: str, thread: str, state: SavedState) -> bool:
        def work(connection: sa.Connection) -> bool:
            row = connection.execute(sa.select(SAVED).where(*_key(team, channel, thread))).first()
            if row is None or row.state == SavedState.UNWANTED:
                return False
            # Later than before, whatever the clock does: `finish` tells by it what was asked for.
            values = {"state": state, "saved_at": max(time.time(), row.saved_at + 1e-3)}
            connection.execute(sa.update(SAVED).where(*_key(team, channel, thread)).values(values))
            return True

        return await self._database.run(work)

    async def _read(self) -> None:
        self._read_at = time.monotonic()
        rows = await self.all()
        wanted = [row for row in rows if row.state is not SavedState.UNWANTED]
        self._known = frozenset((row.team, row.channel, row.thread) for row in wanted)


def _key(team: str, channel: str, thread: str) -> tuple[sa.ColumnElement[bool], ...]:
    return SAVED.c.team == team, SAVED.c.channel == channel, SAVED.c.thread == thread


def _thread(row: Any) -> SavedThread:
    return SavedThread(row.team, row.channel, row.thread, row.user, SavedState(row.state), row.saved_at)
