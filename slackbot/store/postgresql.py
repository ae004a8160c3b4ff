"""The store in a PostgreSQL database, which several bots may share."""

from typing import Any, Final

import sqlalchemy as sa

from curation.errors import ConfigurationError
from curation.installing import installing
from slackbot.store import schema

# Any number that nothing else in the database locks by: bots that start together make the tables in turn.
_OPENING: Final = 0x6D616C6D6F69
# PostgreSQL has no place for a version besides a table.
_ABOUT: Final = sa.Table("about", sa.MetaData(), sa.Column("version", sa.Integer, primary_key=True))
_SETTINGS: Final = (
    "SET synchronous_commit TO on",  # what is acknowledged is on the disk, whatever the server's default
    "SET lock_timeout TO '5s'",
    "SET idle_in_transaction_session_timeout TO '60s'",
)


def engine_of(url: sa.URL) -> sa.Engine:
    """The database as an engine, with the tables of this version.

    Raises
    ------
    ConfigurationError
        The driver is not installed, or the tables belong to another version.
    """
    try:
        engine = sa.create_engine(
            url,
            hide_parameters=True,
            pool_size=1,
            max_overflow=0,
            pool_pre_ping=True,  # a server that was restarted is connected to again
            connect_args={"connect_timeout": 10, "application_name": "malmoi"},
        )
    except ModuleNotFoundError as missing:
        raise ConfigurationError(
            "the driver for PostgreSQL is not installed",
            where=str(missing.name),
            fix=installing("postgres"),
        ) from None

    @sa.event.listens_for(engine, "connect")
    def durable(connection: Any, _: Any) -> None:
        for setting in _SETTINGS:
            connection.execute(setting)
        connection.commit()

    try:
        with engine.begin() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_OPENING)))
            _ABOUT.create(connection, checkfirst=True)
            version = connection.execute(sa.select(_ABOUT.c.version)).scalar()
            schema.check(version or 0, url.render_as_string(hide_password=True))
            schema.METADATA.create_all(connection)
            if version is None:
                connection.execute(sa.insert(_ABOUT).values(version=schema.VERSION))
    except BaseException:
        engine.dispose()
        raise
    return engine
