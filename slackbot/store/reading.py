"""Looks at the store without taking it: beside a bot that has it open, or where none runs."""

import fcntl
import time
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from pydantic import SecretStr

from curation.errors import ConfigurationError
from slackbot.store import postgresql, schema
from slackbot.store.database import Database
from slackbot.store.feedback import Feedback
from slackbot.store.inbox import Inbox
from slackbot.store.installations import Installations
from slackbot.store.opening import _explained, _url
from slackbot.store.saved import Saved
from slackbot.store.schema import COACHING, FEEDBACK, INBOX, SAVED
from slackbot.store.states import State
from slackbot.store.tallies import Tallies

_NO_KEY: Final = SecretStr("")
_WAITING: Final = (State.NEW, State.RUNNING, State.WITHDRAWN)


class Reading:
    """What of the store is read from outside; with SQLite nothing can be written through it."""

    def __init__(self, database: Database, key: SecretStr) -> None:
        self.inbox = Inbox(database)
        self.feedback = Feedback(database)
        self.tallies = Tallies(database)
        self.saved = Saved(database)
        self.installations = Installations(database, key)
        self._database = database

    async def close(self) -> None:
        """Close the database."""
        await self._database.close()

    async def waits_for(self) -> float:
        """For how many seconds the oldest question has been waiting; 0 when none is."""
        query = sa.select(sa.func.min(INBOX.c.received_at)).where(INBOX.c.state.in_(_WAITING))
        since = await self._database.run(lambda connection: connection.execute(query).scalar())
        return 0.0 if since is None else max(0.0, time.time() - since)

    async def teams_of(self, user: str) -> frozenset[str]:
        """The workspaces in which something of a person is kept."""
        queries = [
            sa.select(table.c.team).distinct().where(table.c.user == user)
            for table in (INBOX, FEEDBACK, COACHING, SAVED)
        ]
        together = sa.union(*queries)
        rows = await self._database.run(lambda connection: connection.execute(together).scalars().all())
        return frozenset(rows)


def open_to_read(place: Path | str, *, key: SecretStr = _NO_KEY) -> Reading:
    """Open a store that exists; ``place`` and ``key`` are those of `opening.open_store`.

    Raises
    ------
    ConfigurationError
        There is none, it cannot be opened, or it belongs to another version.
    """
    if isinstance(place, str):
        url = _url(place)
        with _explained(url.render_as_string(hide_password=True), "see that the server runs and lets you in"):
            return Reading(Database(postgresql.engine_of(url)), key)
    if not place.is_file():
        raise ConfigurationError(
            "there is no store of a bot yet",
            where=str(place),
            fix="start the bot once, or name its store with --store or `[slack] store` of malmoi.toml",
        )
    with _explained(str(place), "run this as the user that the bot runs as"):
        return Reading(Database(_engine_of(place)), key)


def is_held(path: Path) -> bool:
    """Whether a process has the file for itself, as `sqlite.locked` takes it."""
    lock_file = path.with_name(f"{path.name}.lock")
    if not lock_file.is_file():
        return False
    with lock_file.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _engine_of(path: Path) -> sa.Engine:
    # Not as one string: SQLAlchemy decodes it, and the ? or # of a folder's name would end the path.
    uri = path.absolute().as_uri()
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=uri, query={"mode": "ro", "uri": "true"}),
        hide_parameters=True,
        poolclass=sa.StaticPool,
        connect_args={"check_same_thread": False, "timeout": 5.0},
    )
    try:
        with engine.connect() as connection:
            version = connection.execute(sa.text("PRAGMA user_version")).scalar_one()
        schema.check(version, str(path))
        if version != schema.VERSION:
            raise ConfigurationError(
                f"the store has version {version}, this is {schema.VERSION}",
                where=str(path),
                fix="start the bot once: it brings the store up to date",
            )
    except BaseException:
        engine.dispose()
        raise
    return engine
