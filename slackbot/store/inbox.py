"""The durable inbox: a question is committed before Slack hears that its event arrived.

It is unique by its message, so neither a crash nor a redelivery loses or doubles it.
"""

import time
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from slackbot.conventions import Standing
from slackbot.intake import Question
from slackbot.render import Outgoing
from slackbot.store.database import Database
from slackbot.store.schema import INBOX, PART
from slackbot.store.states import Reply, State, Waiting

_QUESTION_COLUMNS = tuple(Question.__dataclass_fields__)


class Inbox:
    """Questions and where they stand."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, question: Question) -> bool:
        """Commit a question; ``False`` when its message is already known."""
        key = {"team": question.team, "channel": question.channel, "ts": question.ts}
        now = time.time()

        def insert(connection: sa.Connection) -> bool:
            known = sa.select(PART.c.question).filter_by(**key)
            if connection.execute(known).first() is not None:
                return False
            row = sa.insert(INBOX).values(**asdict(question), state=State.NEW, received_at=now)
            number = connection.execute(row.returning(INBOX.c.id)).scalar_one()
            part = sa.insert(PART).values(**key, question=number, text=question.text, received_at=now)
            connection.execute(part)
            return True

        return await self._database.run(insert)

    async def standing(self, team: str, channel: str, thread: str) -> Standing:
        """What the bot has to do with a thread."""
        query = sa.select(INBOX.c.ts, INBOX.c.user).where(
            INBOX.c.team == team, INBOX.c.channel == channel, INBOX.c.thread == thread
        )
        rows = await self._rows(query)
        return Standing(any(row.ts == thread for row in rows), frozenset(row.user for row in rows))

    async def waiting(self, most: int, busy: Collection[tuple[str, str, str]] = ()) -> list[Waiting]:
        """The oldest new question of each thread that is not busy, at most ``most`` of them."""
        first = (
            sa.select(sa.func.min(INBOX.c.id))
            .where(INBOX.c.state == State.NEW)
            .group_by(INBOX.c.team, INBOX.c.channel, INBOX.c.thread)
        )
        query = (
            sa.select(INBOX)
            .where(INBOX.c.id.in_(first), _thread_key().not_in([":".join(key) for key in busy]))
            .order_by(INBOX.c.id)
            .limit(most)
        )
        return [_waiting(row) for row in await self._rows(query)]

    async def start(self, number: int) -> None:
        """Count an attempt; the question is running."""
        await self._update(number, state=State.RUNNING, attempts=INBOX.c.attempts + 1)

    async def save_reply(self, number: int, reply: Reply) -> None:
        """Keep the reply before it is posted, so that a crash does not make a second, different one."""
        await self._update(
            number, reply=[asdict(message) for message in reply.messages], outcome=reply.outcome
        )

    async def finish(self, number: int, state: State, answer_ts: str | None) -> None:
        """The question is done."""
        posted = None if answer_ts is None else [answer_ts]
        await self._update(number, state=state, posted=posted, finished_at=time.time())

    async def requeue(self) -> int:
        """Give back what was running, at start after a crash or when work was cut short."""
        statement = sa.update(INBOX).where(INBOX.c.state == State.RUNNING).values(state=State.NEW)
        return await self._changed(statement)

    async def counts(self) -> dict[str, int]:
        """How many questions are in each state."""
        query = sa.select(INBOX.c.state, sa.func.count()).group_by(INBOX.c.state)
        return {str(state): int(count) for state, count in await self._rows(query)}

    async def _update(self, number: int, **values: Any) -> None:
        await self._changed(sa.update(INBOX).where(INBOX.c.id == number).values(**values))

    async def _changed(self, statement: Any) -> int:
        return await self._database.run(lambda connection: int(connection.execute(statement).rowcount))

    async def _rows(self, query: Any) -> list[Any]:
        return await self._database.run(lambda connection: list(connection.execute(query).all()))


def _thread_key() -> sa.ColumnElement[str]:
    return INBOX.c.team + ":" + INBOX.c.channel + ":" + INBOX.c.thread


def _waiting(row: Any) -> Waiting:
    reply = None
    if row.reply is not None:
        messages = tuple(Outgoing(saved["text"], tuple(saved["blocks"])) for saved in row.reply)
        reply = Reply(messages, State(row.outcome))
    question = Question(**{name: getattr(row, name) for name in _QUESTION_COLUMNS})
    return Waiting(row.id, question, row.attempts, reply)
