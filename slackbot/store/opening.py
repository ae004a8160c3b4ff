"""Opens the store, and puts its parts together."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from pydantic import SecretStr

from curation.errors import ConfigurationError
from slackbot.store import postgresql, sqlite
from slackbot.store.channels import Channels
from slackbot.store.coaching import Coaching
from slackbot.store.database import Database
from slackbot.store.erasure import Erasure
from slackbot.store.feedback import Feedback
from slackbot.store.inbox import Inbox
from slackbot.store.installations import Installations
from slackbot.store.saved import Saved
from slackbot.store.tallies import Tallies

_DRIVER: Final = "postgresql+psycopg"
_NO_KEY: Final = SecretStr("")


class Store:
    """The parts of the memory over one database."""

    def __init__(self, database: Database, key: SecretStr, lock: int | None = None) -> None:
        self.inbox = Inbox(database)
        self.feedback = Feedback(database)
        self.channels = Channels(database)
        self.coaching = Coaching(database)
        self.tallies = Tallies(database)
        self.erasure = Erasure(database)
        self.saved = Saved(database)
        self.installations = Installations(database, key)
        self._database = database
        self._lock = lock

    async def close(self) -> None:
        """Finish what is queued, close the database and let another process have the file."""
        try:
            await self.tallies.close()
            await self._database.close()
        finally:
            if self._lock is not None:
                os.close(self._lock)


def open_store(place: Path | str, *, key: SecretStr = _NO_KEY) -> Store:
    """Open or create the store.

    Parameters
    ----------
    place
        A file of SQLite, for this process alone; or the URL of a PostgreSQL database that several
        processes may share: ``postgresql+psycopg://user:password@host/database``.
    key
        What the tokens of installations are encrypted with; see `installations.Installations`.

    Raises
    ------
    ConfigurationError
        It cannot be used, belongs to another version, or another bot has the file open.
    """
    if isinstance(place, str):
        url = _url(place)
        with _explained(url.render_as_string(hide_password=True), "see that the server runs and lets you in"):
            return Store(Database(postgresql.engine_of(url)), key)
    with _explained(str(place), "give a writable path"):
        lock = sqlite.locked(place)
        try:
            return Store(Database(sqlite.engine_of(place)), key, lock)
        except BaseException:
            os.close(lock)
            raise


def _url(place: str) -> sa.URL:
    try:
        url = sa.make_url(place)
    except sa.exc.ArgumentError:
        url = None
    if url is None or url.drivername != _DRIVER:
        # Not repeated here: there may be a password in it.
        raise ConfigurationError(
            "the address of the store is not that of a PostgreSQL database",
            where="SLACK_DATABASE_URL",
            fix=f"write {_DRIVER}://user:password@host/database, or leave it out for a file",
        )
    return url


@contextmanager
def _explained(where: str, fix: str) -> Iterator[None]:
    try:
        yield
    except (OSError, sa.exc.DatabaseError) as error:
        # The database's own words; SQLAlchemy adds the statement and an address of its documentation.
        said = getattr(error, "orig", None) or error
        raise ConfigurationError(
            "the bot's store cannot be opened", where=f"{where}: {said}", fix=fix
        ) from error
