"""The tables. One row of ``inbox`` is one question, which may be made of several messages (``part``)."""

import re
from typing import Any

import sqlalchemy as sa

from curation.errors import ConfigurationError

VERSION = 2
METADATA = sa.MetaData()
# No database takes half of a surrogate pair, and PostgreSQL no NUL; JSON can hold both.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Prose(sa.types.TypeDecorator[str]):
    """What people wrote, whatever it is: a character that cannot be stored becomes U+FFFD."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        """Called by SQLAlchemy for each value on its way to the database."""
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


def check(version: int, where: str) -> None:
    """Raise `ConfigurationError` unless the store's version (0: a new one) is known or can be upgraded."""
    if not 0 <= version <= VERSION:
        raise ConfigurationError(
            f"the store has version {version}, this bot knows {VERSION}",
            where=where,
            fix="use the bot that wrote it, or give a new place",
        )


INBOX = sa.Table(
    "inbox",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("event_id", sa.String, nullable=False),
    sa.Column("team", sa.String, nullable=False),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("ts", sa.String, nullable=False),
    sa.Column("thread", sa.String, nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("text", Prose, nullable=False),
    sa.Column("addressed", sa.String, nullable=False),
    sa.Column("calls_others", sa.Boolean, nullable=False),
    # Grows whenever the text changes: an answer to an older version is not posted.
    sa.Column("version", sa.Integer, nullable=False, default=1),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    # Seconds of the wall clock before which it is not taken up again; 0: at once.
    sa.Column("not_before", sa.Float, nullable=False, default=0.0),
    # Since when the model is known not to answer, in the same seconds; 0: it answers.
    sa.Column("down_since", sa.Float, nullable=False, default=0.0),
    # Which process works on it, and until when it may be believed to.
    sa.Column("owner", sa.String, nullable=False, default=""),
    sa.Column("lease_until", sa.Float, nullable=False, default=0.0),
    sa.Column("reply", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("outcome", sa.String, nullable=True),
    # The ts of each message that stands in the thread for it, in order.
    sa.Column("posted", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("received_at", sa.Float, nullable=False),
    sa.Column("finished_at", sa.Float, nullable=True, index=True),
    sa.UniqueConstraint("team", "channel", "ts"),
    sa.Index("inbox_queue", "state", "id"),
    sa.Index("inbox_thread", "team", "channel", "thread", "state"),
)

# Every message of a question; the first is the question's own ts.
PART = sa.Table(
    "part",
    METADATA,
    sa.Column("team", sa.String, primary_key=True),
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("ts", sa.String, primary_key=True),
    sa.Column("question", sa.Integer, nullable=False, index=True),
    sa.Column("text", Prose, nullable=False),
    # Of the edit that is in ``text``; an older one that arrives late changes nothing.
    sa.Column("edited_ts", sa.String, nullable=False, default=""),
    sa.Column("received_at", sa.Float, nullable=False),
)

FEEDBACK = sa.Table(
    "feedback",
    METADATA,
    sa.Column("team", sa.String, primary_key=True),
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("answer_ts", sa.String, primary_key=True),
    sa.Column("user", sa.String, primary_key=True),
    sa.Column("value", sa.String, nullable=False),  # up, down
    sa.Column("reason", Prose, nullable=False, default=""),
    sa.Column("question", Prose, nullable=False),
    sa.Column("answer", Prose, nullable=False),
    sa.Column("sources", sa.JSON, nullable=False),
    sa.Column("given_at", sa.Float, nullable=False),
)

# What a channel wants: `mode` is one of `policy.Mode`, `coaching` whether people are coached there.
CHANNEL = sa.Table(
    "channel",
    METADATA,
    sa.Column("team", sa.String, primary_key=True),
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("mode", sa.String, nullable=False),
    sa.Column("coaching", sa.Boolean, nullable=False),
)

# Who was coached when, and who does not want to be.
COACHING = sa.Table(
    "coaching",
    METADATA,
    sa.Column("team", sa.String, primary_key=True),
    sa.Column("user", sa.String, primary_key=True),
    sa.Column("last_at", sa.Float, nullable=False, default=0.0),
    sa.Column("off", sa.Boolean, nullable=False, default=False),
)

# Threads that people saved as knowledge; the text itself lies in the folder of knowledge.
SAVED = sa.Table(
    "saved",
    METADATA,
    sa.Column("team", sa.String, primary_key=True),
    sa.Column("channel", sa.String, primary_key=True),
    sa.Column("thread", sa.String, primary_key=True),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),  # wanted, kept, unwanted
    sa.Column("saved_at", sa.Float, nullable=False),
)

# Running totals by name: what came in and what became of it, also of rows that are gone since.
TALLY = sa.Table(
    "tally",
    METADATA,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
)

# Workspaces that installed the app by OAuth; `tokens` is encrypted.
INSTALLATION = sa.Table(
    "installation",
    METADATA,
    sa.Column("team", sa.String, primary_key=True),
    sa.Column("bot", sa.String, nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("tokens", sa.LargeBinary, nullable=False),
    sa.Column("installed_at", sa.Float, nullable=False),
)

# Values of OAuth's ``state`` parameter that were given out and not used yet.
OAUTH_STATE = sa.Table(
    "oauth_state",
    METADATA,
    sa.Column("state", sa.String, primary_key=True),
    sa.Column("expires_at", sa.Float, nullable=False),
)
