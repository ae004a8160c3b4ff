"""Running totals by name that outlive the process and the rows they count.

What is added in memory is written every second and at the end; a crash loses at most that second.
Counts that must agree with rows are written by `count` in the transaction that changes the rows.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping

import sqlalchemy as sa

from slackbot.store.database import Database, StoreError, insert
from slackbot.store.schema import TALLY

FLUSH_EVERY_S = 1.0
_log = logging.getLogger("malmoi.slack.store")


class Tallies:
    """Adds without waiting; everything added before an `await` is written together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._fresh: Counter[str] = Counter()
        self._flushing: asyncio.Task[None] | None = None

    def add(self, name: str, count: int = 1) -> None:
        """Add to a total; it is written within about a second."""
        self._fresh[name] += count
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().create_task(self._flush_soon())

    async def totals(self) -> dict[str, int]:
        """Every total, with what was added until now."""
        await self.flush()
        query = sa.select(TALLY.c["name"], TALLY.c["count"])
        rows = await self._database.run(lambda connection: connection.execute(query).all())
        return {str(name): int(count) for name, count in rows}

    async def flush(self) -> None:
        """Write what was added; what cannot be written now is kept for the next time."""
        fresh, self._fresh = self._fresh, Counter()
        if not fresh:
            return
        try:
            await self._database.run(lambda connection: count(connection, fresh))
        except StoreError:
            self._fresh.update(fresh)
            raise

    async def close(self) -> None:
        """Write what is left; call it before the database is closed."""
        if self._flushing is not None:
            self._flushing.cancel()
        try:
            await self.flush()
        except StoreError as error:
            _log.error("the last second's counts are lost: %s", error.reason)

    async def _flush_soon(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_EVERY_S)
            try:
                await self.flush()
            except StoreError as error:
                _log.warning("counts are not written yet: %s", error.reason)
            if not self._fresh:
                self._flushing = None
                return


def count(connection: sa.Connection, counts: Mapping[str, int]) -> None:
    """Add to totals inside a transaction, so that they change together with what they count.

    In the order of the names: two processes that add to the same totals do not wait for each other.
    """
    for name, number in sorted(counts.items()):
        statement = insert(connection, TALLY).values(name=name, count=number)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"], set_={"count": TALLY.c["count"] + statement.excluded["count"]}
            )
        )
