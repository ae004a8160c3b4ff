"""Brings the tables of an earlier version to this one, inside one transaction."""

import json
from typing import Any, Final

import sqlalchemy as sa

from slackbot.store.schema import INBOX, METADATA, PART

_TOGETHER: Final = 500


def from_1(connection: sa.Connection) -> None:
    """Version 1 had one table, ``inbox``: a question was one message, and its answer had one ts.

    Its rows are copied, because SQLite cannot take back that ``event_id`` was unique.
    """
    connection.exec_driver_sql("ALTER TABLE inbox RENAME TO inbox_1")
    for index in ("inbox_thread", "ix_inbox_state"):
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index}")
    METADATA.create_all(connection)
    old = connection.exec_driver_sql("SELECT * FROM inbox_1 ORDER BY id").mappings()
    while rows := old.fetchmany(_TOGETHER):
        connection.execute(sa.insert(INBOX), [_question(row) for row in rows])
        connection.execute(sa.insert(PART), [_part(row) for row in rows])
    connection.exec_driver_sql("DROP TABLE inbox_1")


def _question(row: Any) -> dict[str, Any]:
    values = dict(row)
    answer = values.pop("answer_ts")
    values["posted"] = None if answer is None else [answer]
    values["reply"] = None if row["reply"] is None else json.loads(row["reply"])
    values["calls_others"] = bool(row["calls_others"])
    return values


def _part(row: Any) -> dict[str, Any]:
    names = ("team", "channel", "ts", "text", "received_at")
    return {"question": row["id"], **{name: row[name] for name in names}}
