"""The store in one SQLite file, which one process has at a time."""

import fcntl
import os
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from curation.errors import ConfigurationError
from slackbot.store import schema, upgrade

_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=5000",  # milliseconds; a backup may hold the file for a moment
    "secure_delete=ON",  # what is erased is overwritten
    "journal_size_limit=16777216",  # bytes that the log keeps after one large transaction
)


def locked(path: Path) -> int:
    """Make the file, readable for nobody else, and take it for this process; closing the result frees it.

    Raises
    ------
    ConfigurationError
        Another process has it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise ConfigurationError(
            "another bot is running with this store",
            where=str(path),
            fix="stop the other one, or give this one a store of its own; several bots can share "
            "a PostgreSQL database",
        ) from None
    return lock


def engine_of(path: Path) -> sa.Engine:
    """The file as an engine, with the tables of this version."""
    # hide_parameters: an error must not carry what people wrote into a log.
    # One connection, made here and then used by the database's thread alone.
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
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
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    try:
        with engine.begin() as connection:
            version = connection.execute(sa.text("PRAGMA user_version")).scalar_one()
            schema.check(version, str(path))
            if version == 1:
                upgrade.from_1(connection)
            schema.METADATA.create_all(connection)
            connection.execute(sa.text(f"PRAGMA user_version = {schema.VERSION}"))
    except BaseException:
        engine.dispose()
        raise
    return engine
