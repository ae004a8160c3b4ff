"""Opens the store: its file, its lock, its version."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from curation.errors import ConfigurationError
from slackbot.store import schema
from slackbot.store.database import Database
from slackbot.store.inbox import Inbox


class Store:
    """The parts of the memory over one database."""

    def __init__(self, database: Database, lock: int) -> None:
        self.inbox = Inbox(database)
        self._database = database
        self._lock = lock

    async def close(self) -> None:
        """Finish what is queued, close the file and let another process have it."""
        await self._database.close()
        os.close(self._lock)


def open_store(path: Path) -> Store:
    """Open or create the store at ``path`` for this process alone.

    Raises
    ------
    ConfigurationError
        The file cannot be used, belongs to another version, or another bot has it open.
    """
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Questions are private: nobody else on the machine reads them.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        lock = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise ConfigurationError(
            "another bot is running with this store",
            where=str(path),
            fix="stop the other one, or give this one a store of its own",
        ) from None
    try:
        with _explained(path):
            return Store(Database(_engine(path)), lock)
    except BaseException:
        os.close(lock)
        raise


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sa.exc.DatabaseError) as error:
        raise ConfigurationError(
            "the bot's store cannot be opened", where=f"{path}: {error}", fix="give a writable path"
        ) from error


def _engine(path: Path) -> sa.Engine:
    # hide_parameters: an error must not carry what people wrote into a log.
    # One connection, made here and then used by the database's thread alone.
    engine = sa.create_engine(
        f"sqlite:///{path}",
        hide_parameters=True,
        poolclass=sa.StaticPool,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # The driver begins too late for savepoints by itself; it was told not to.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @sa.event.listens_for(engine, "connect")
    def durable(connection: Any, _: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")

    with engine.begin() as connection:
        version = connection.execute(sa.text("PRAGMA user_version")).scalar_one()
        if version not in (0, schema.VERSION):
            raise ConfigurationError(
                f"the store has version {version}, this bot knows {schema.VERSION}",
                where=str(path),
                fix="use the bot that wrote it, or give a new path",
            )
        schema.METADATA.create_all(connection)
        connection.execute(sa.text(f"PRAGMA user_version = {schema.VERSION}"))
    return engine
