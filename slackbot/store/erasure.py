"""Erases what people wrote: all of one person, or everything old.

What stays are ids. They tell a redelivered event from a new one, and a follow-up in a thread that the bot
answers in from other people's talk.
"""

import logging
import time
from collections import Counter
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from slackbot.store import feedback
from slackbot.store.database import Database, StoreError
from slackbot.store.schema import COACHING, FEEDBACK, INBOX, PART, SAVED
from slackbot.store.states import State
from slackbot.store.tallies import count

# So long after its end a question's ids are kept; a follow-up in an older thread has to mention the bot.
IDS_LAST_S: Final = 400 * 86_400.0
_WAITING: Final = (State.NEW, State.RUNNING)
_FINISHED: Final = (State.ANSWERED, State.REFUSED, State.DEAD)
_log = logging.getLogger("malmoi.slack.store")
# Rows in one transaction: what is asked meanwhile waits only for these.
_TOGETHER: Final = 200


@dataclass(frozen=True, slots=True)
class Posted:
    """A message of the bot that stands in Slack."""

    channel: str
    ts: str


class Erasure:
    """Afterwards neither the database's file nor its log holds a byte of it (SQLite).

    PostgreSQL keeps old versions of rows until they are vacuumed, and archives of its log as long as
    whoever runs it decides.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._traces_left = False

    async def forget(self, team: str, user: str) -> tuple[Posted, ...]:
        """Erase a person's questions, the answers to them, their opinions, and when they were coached.

        Questions that still wait are withdrawn: the worker removes what was posted for them, as when
        their author deletes them. Of the others the message's id and the state stay, without the person.

        Returns
        -------
        tuple
            The bot's answers to questions that had ended, which still stand in Slack.
        """
        messages = await self._database.run(lambda connection: _forget(connection, team, user))
        await self._wipe()
        return messages

    async def older_than(self, seconds: float) -> int:
        """Erase texts of questions that ended, and of opinions given, more than ``seconds`` ago.

        Ids stay for `IDS_LAST_S`; then the rows go, and the totals ``erased:<state>`` count them.

        Returns
        -------
        int
            Questions whose texts were erased now.
        """
        now = time.time()
        ended, last = 0, 0
        while True:
            # A default binds the value of this round; the checker knows no such lambda.
            done = await self._database.run(lambda c, last=last: _blank_some(c, now - seconds, last))  # type: ignore[misc]
            if not done:
                break
            ended, last = ended + len(done), done[-1]
        while await self._database.run(lambda c: _drop_some(c, now - max(seconds, IDS_LAST_S))):
            pass
        beside = await self._database.run(lambda c: _blank_beside(c, now - seconds))
        if ended or beside or self._traces_left:
            await self._wipe()
        return ended

    async def _wipe(self) -> None:
        """What was erased is gone for everybody who asks the database; leave no trace in its file either."""
        try:
            await self._database.wipe()
        except StoreError as error:
            self._traces_left = True
            _log.error("traces of what was erased are left until the next erasure: %s", error.reason)
        else:
            self._traces_left = False


def _forget(connection: sa.Connection, team: str, user: str) -> tuple[Posted, ...]:
    theirs = sa.and_(INBOX.c.team == team, INBOX.c.user == user)
    rows = connection.execute(sa.select(INBOX.c.channel, INBOX.c.state, INBOX.c.posted).where(theirs)).all()
    messages = [(row.state, Posted(row.channel, ts)) for row in rows for ts in row.posted or ()]
    _blank(connection, theirs)
    withdrawn = sa.update(INBOX).where(theirs, INBOX.c.state.in_(_WAITING))
    # A new version: whoever works on it finds that it has changed.
    connection.execute(withdrawn.values(state=State.WITHDRAWN, outcome=None, version=INBOX.c.version + 1))
    connection.execute(sa.update(INBOX).where(theirs).values(user=""))
    for row in rows:  # other people's opinions on the answers to this person
        feedback.blank(connection, team, row.channel, row.posted or ())
    connection.execute(sa.delete(FEEDBACK).filter_by(team=team, user=user))
    connection.execute(sa.delete(COACHING).filter_by(team=team, user=user))
    connection.execute(sa.update(SAVED).filter_by(team=team, user=user).values(user=""))
    return tuple(message for state, message in messages if state in _FINISHED)


def _blank(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    """Erase the texts of the questions ``which``."""
    parts = PART.c.question.in_(sa.select(INBOX.c.id).where(which))
    connection.execute(sa.update(PART).where(parts).values(text=""))
    connection.execute(sa.update(INBOX).where(which).values(text="", reply=None))


def _blank_some(connection: sa.Connection, before: float, after_id: int) -> list[int]:
    """Ids of the next questions that ended before, oldest first, now without texts."""
    query = sa.select(INBOX.c.id).where(
        INBOX.c.finished_at < before,
        INBOX.c.id > after_id,
        sa.or_(INBOX.c.text != "", INBOX.c.reply.is_not(sa.null())),
    )
    ids = [int(number) for number in connection.scalars(query.order_by(INBOX.c.id).limit(_TOGETHER))]
    if ids:
        _blank(connection, INBOX.c.id.in_(ids))
    return ids


def _drop_some(connection: sa.Connection, before: float) -> bool:
    """Delete some questions that ended before; whether there were any."""
    query = sa.select(INBOX.c.id).where(INBOX.c.finished_at < before).limit(_TOGETHER)
    ids = list(connection.scalars(query))
    # Counted is what went: another process may delete the same rows at this moment.
    gone = sa.delete(INBOX).where(INBOX.c.id.in_(ids)).returning(INBOX.c.state)
    count(connection, Counter(f"erased:{state}" for state in connection.scalars(gone)))
    connection.execute(sa.delete(PART).where(PART.c.question.in_(ids)))
    return bool(ids)


def _blank_beside(connection: sa.Connection, before: float) -> bool:
    """Texts in old opinions, and when people were coached who did not opt out; whether there were any."""
    texts = (FEEDBACK.c.question, FEEDBACK.c.answer, FEEDBACK.c.reason)
    opinions = sa.update(FEEDBACK).where(
        FEEDBACK.c.given_at < before, sa.or_(*(text != "" for text in texts))
    )
    coached = sa.delete(COACHING).where(COACHING.c.off.is_(False), COACHING.c.last_at < before)
    done = [
        connection.execute(statement).rowcount
        for statement in (opinions.values(question="", answer="", reason=""), coached)
    ]
    return any(done)
