"""What comes in: messages become questions or parts of them, edits and deletions change them.

Every event waits for this before it is acknowledged, so the statements on its way are made once.
"""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

import sqlalchemy as sa

from slackbot import gathering
from slackbot.conventions import Standing
from slackbot.intake import Deletion, Edit, Question, Reason
from slackbot.store import feedback
from slackbot.store.schema import INBOX, PART
from slackbot.store.states import Kept, State

LATEST_EDIT_S: Final = 3600.0
_FINISHED = (State.ANSWERED, State.REFUSED, State.DEAD)
# Stands for the edit after which none comes: the message was deleted.
_DELETED: Final = "~"
_QUESTION_COLUMNS = tuple(Question.__dataclass_fields__)
_THERE = (INBOX.c.state != State.WITHDRAWN) & (INBOX.c.state != State.REMOVED)


def _equal(table: sa.Table, *names: str) -> sa.ColumnElement[bool]:
    return sa.and_(*(table.c[name] == sa.bindparam(f"of_{name}") for name in names))


_PART = sa.select(PART).where(_equal(PART, "team", "channel", "ts"))
_STANDING = sa.select(INBOX.c.ts, INBOX.c.user).where(_equal(INBOX, "team", "channel", "thread"), _THERE)
_NEAR = (
    sa.select(INBOX, PART.c.ts.label("near"))
    .join(PART, PART.c.question == INBOX.c.id)
    .where(_equal(PART, "team", "channel"), PART.c.ts.between(sa.bindparam("since"), sa.bindparam("until")))
    .where(PART.c.edited_ts != _DELETED, INBOX.c.user == sa.bindparam("of_user"), _THERE)
    .order_by(PART.c.ts.desc())
)
_NEW_QUESTION = sa.insert(INBOX).returning(INBOX.c.id)
_NEW_PART = sa.insert(PART)


def keep(
    connection: sa.Connection,
    question: Question,
    gather: float,
    silence: Callable[[Standing], Reason | None],
) -> Kept:
    """Add a message, unless it is known or ``silence`` names a reason against it."""
    if _part(connection, question) is not None:
        return Kept(0, Reason.KNOWN)
    now = time.time()
    number = _continued(connection, question, gather) if gather else 0
    if number:
        _add_part(connection, question, number, now)
        return Kept(number if _change(connection, number) else 0, Reason.JOINED)
    reason = silence(standing(connection, question.team, question.channel, question.thread))
    if reason is not None:
        return Kept(0, reason)
    values = {**asdict(question), "state": State.NEW, "received_at": now}
    number = int(connection.execute(_NEW_QUESTION, values).scalar_one())
    _add_part(connection, question, number, now)
    return Kept(number, None)


def revise(connection: sa.Connection, edit: Edit) -> int:
    """Take in an edit; gives the question whose text is now another, else 0."""
    found = _part(connection, edit)
    if found is None or edit.text == found.text or edit.edited_ts <= found.edited_ts:
        return 0
    if float(edit.edited_ts) - float(edit.ts) > LATEST_EDIT_S:
        return 0
    author = sa.select(INBOX.c.user).where(INBOX.c.id == found.question)
    if connection.execute(author).scalar_one_or_none() != edit.user:
        return 0
    _set_part(connection, edit, text=edit.text, edited_ts=edit.edited_ts)
    return int(found.question) if _change(connection, found.question) else 0


def withdraw(connection: sa.Connection, deletion: Deletion) -> int:
    """Erase a deleted message; gives the question that is to be worked on, else 0."""
    found = _part(connection, deletion)
    if found is None or found.edited_ts == _DELETED:
        return 0
    number = int(found.question)
    _set_part(connection, deletion, text="", edited_ts=_DELETED)
    answers = connection.execute(sa.select(INBOX.c.posted).where(INBOX.c.id == number)).scalar()
    feedback.blank(connection, deletion.team, deletion.channel, answers or ())
    left = sa.select(PART.c.ts).where(PART.c.question == number, PART.c.edited_ts != _DELETED)
    if connection.execute(left.limit(1)).first() is not None:
        return number if _change(connection, number) else 0
    values = {"text": "", "reply": None, "outcome": None, "version": INBOX.c.version + 1}
    withdrawn = sa.update(INBOX).where(INBOX.c.id == number, _THERE)
    return number if connection.execute(withdrawn.values(state=State.WITHDRAWN, **values)).rowcount else 0


def standing(connection: sa.Connection, team: str, channel: str, thread: str) -> Standing:
    """What the bot has to do with a thread."""
    key = {"of_team": team, "of_channel": channel, "of_thread": thread}
    rows = connection.execute(_STANDING, key).all()
    return Standing(any(row.ts == thread for row in rows), frozenset(row.user for row in rows))


def question_in(row: Any) -> Question:
    """The question of a row of the inbox."""
    return Question(**{name: getattr(row, name) for name in _QUESTION_COLUMNS})


def _part(connection: sa.Connection, message: Question | Edit | Deletion) -> Any:
    key = {"of_team": message.team, "of_channel": message.channel, "of_ts": message.ts}
    return connection.execute(_PART, key).first()


def _set_part(connection: sa.Connection, message: Edit | Deletion, **values: Any) -> None:
    key = {"team": message.team, "channel": message.channel, "ts": message.ts}
    connection.execute(sa.update(PART).filter_by(**key).values(**values))


def _add_part(connection: sa.Connection, message: Question, number: int, now: float) -> None:
    key = {"team": message.team, "channel": message.channel, "ts": message.ts}
    connection.execute(_NEW_PART, {**key, "question": number, "text": message.text, "received_at": now})


def _continued(connection: sa.Connection, message: Question, gather: float) -> int:
    """The question that the message goes on with, else 0."""
    at = float(message.ts)
    nearby = {
        "of_team": message.team,
        "of_channel": message.channel,
        "of_user": message.user,
        "since": f"{at - gather:.6f}",
        "until": f"{at + gather:.6f}",
    }
    for row in connection.execute(_NEAR, nearby):
        if gathering.belongs(message, question_in(row), row.near, gather):
            return int(row.id)
    return 0


def _change(connection: sa.Connection, number: int) -> bool:
    """Give the question the text of its parts; whether that is another than before.

    Whoever works on it now finds its version old; one that was done is to be done again. The row is
    locked first, so that of two processes the second sees what the first has added or finished.
    """
    connection.execute(sa.select(INBOX.c.id).where(INBOX.c.id == number).with_for_update())
    parts = connection.execute(
        sa.select(PART.c.ts, PART.c.text).where(PART.c.question == number, PART.c.edited_ts != _DELETED)
    ).all()
    text = gathering.joined((part.ts, part.text) for part in parts)
    values: dict[str, Any] = {"text": text, "version": INBOX.c.version + 1, "reply": None, "outcome": None}
    again = {"state": State.NEW, "attempts": 0, "not_before": 0.0, "finished_at": None}
    other = sa.update(INBOX).where(INBOX.c.id == number, INBOX.c.text != text, _THERE)
    done = other.where(INBOX.c.state.in_(_FINISHED)).values(**values, **again)
    under_way = other.where(INBOX.c.state.not_in(_FINISHED)).values(**values)
    return bool(connection.execute(done).rowcount or connection.execute(under_way).rowcount)
