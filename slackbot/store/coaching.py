"""Who may be coached now: nobody twice a day, and nobody who does not want to be."""

import sqlalchemy as sa

from slackbot.store.database import Database, insert, upsert
from slackbot.store.schema import COACHING

A_DAY_S = 86_400.0


class Coaching:
    """When each person was coached last, and who opted out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, team: str, user: str, now: float) -> bool:
        """Whether the person may be coached at ``now`` (seconds of the wall clock); a yes is counted.

        Of all that ask at once, in however many processes, one is told yes.
        """

        def take(connection: sa.Connection) -> bool:
            statement = insert(connection, COACHING).values(team=team, user=user, last_at=now)
            due = sa.and_(COACHING.c.off.is_(False), COACHING.c.last_at <= now - A_DAY_S)
            statement = statement.on_conflict_do_update(
                index_elements=["team", "user"], set_={"last_at": now}, where=due
            )
            return connection.execute(statement.returning(COACHING.c.user)).first() is not None

        return await self._database.run(take)

    async def opt_out(self, team: str, user: str) -> None:
        """Never coach this person, until :meth:`opt_in`."""
        await self._set(team, user, off=True)

    async def opt_in(self, team: str, user: str) -> None:
        """Coach this person again."""
        await self._set(team, user, off=False)

    async def is_off(self, team: str, user: str) -> bool:
        """Whether this person opted out."""
        query = sa.select(COACHING.c.off).filter_by(team=team, user=user)
        return bool(await self._database.run(lambda connection: connection.execute(query).scalar()))

    async def _set(self, team: str, user: str, *, off: bool) -> None:
        key = {"team": team, "user": user}
        await self._database.run(lambda connection: upsert(connection, COACHING, key, {"off": off}))
