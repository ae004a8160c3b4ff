"""The durable inbox: a question is committed before Slack hears that its event arrived.

It is unique by its messages, so neither a crash nor a redelivery loses or doubles it.
"""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from slackbot.conventions import Standing
from slackbot.intake import Deletion, Edit, Question, Reason
from slackbot.render import Outgoing
from slackbot.store import claims, keeping
from slackbot.store.claims import Bounds
from slackbot.store.database import Database
from slackbot.store.schema import INBOX
from slackbot.store.states import Kept, Reply, State, Waiting


def _never(_: Standing) -> Reason | None:
    return None


class Inbox:
    """Questions and where they stand; what this process works on carries its ``owner``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.owner = uuid.uuid4().hex

    async def keep(
        self,
        question: Question,
        *,
        gather: float = 0.0,
        silence: Callable[[Standing], Reason | None] = _never,
    ) -> Kept:
        """Commit a message, unless it is known or ``silence`` names a reason against it.

        A further message of the same person within ``gather`` seconds becomes part of the question
        before it (`gathering.belongs`), which is then answered anew.
        """

        def insert(connection: sa.Connection) -> Kept:
            return keeping.keep(connection, question, gather, silence)

        try:
            return await self._database.run(insert)
        except sa.exc.IntegrityError:
            # Another process was given the same message and was first.
            return await self._database.run(insert)

    async def revise(self, edit: Edit) -> int:
        """Take in an edit; gives the question whose text is now another, else 0.

        An edit that comes more than an hour after its message changes nothing any more.
        """

        return await self._database.run(lambda connection: keeping.revise(connection, edit))

    async def withdraw(self, deletion: Deletion) -> int:
        """Erase the text of a deleted message; gives the question that is to be worked on, else 0.

        A question all of whose messages are gone is withdrawn: its text and its reply are erased, and
        what was posted is to be removed. One that keeps a part is answered anew.
        """

        return await self._database.run(lambda connection: keeping.withdraw(connection, deletion))

    async def standing(self, team: str, channel: str, thread: str) -> Standing:
        """What the bot has to do with a thread."""
        return await self._database.run(
            lambda connection: keeping.standing(connection, team, channel, thread)
        )

    async def of_answer(self, team: str, channel: str, ts: str) -> Waiting | None:
        """The question that a message of ours answers."""
        query = (
            sa.select(INBOX)
            .where(INBOX.c.team == team, INBOX.c.channel == channel, INBOX.c.ts < ts)
            .where(sa.cast(INBOX.c.posted, sa.Text).contains(f'"{ts}"', autoescape=True))
            .order_by(INBOX.c.ts.desc())
            .limit(1)
        )
        rows = await self._database.run(lambda connection: connection.execute(query).all())
        return _waiting(rows[0]) if rows else None

    async def posted_in(self, question: Question) -> frozenset[str]:
        """The ts of the messages that stand in the question's thread for other questions."""
        query = sa.select(INBOX.c.posted).where(
            INBOX.c.team == question.team,
            INBOX.c.channel == question.channel,
            INBOX.c.thread == question.thread,
            INBOX.c.ts != question.ts,
        )
        rows = await self._database.run(lambda connection: connection.execute(query).scalars().all())
        return frozenset(ts for posted in rows for ts in posted or ())

    async def claim(self, bounds: Bounds) -> list[Waiting]:
        """Take up what is due, as it stood before, and what was withdrawn."""
        rows = await self._database.run(lambda connection: claims.claim(connection, self.owner, bounds))
        return [_waiting(row) for row in rows]

    async def renew(self, numbers: Sequence[int]) -> dict[int, int]:
        """Go on holding questions; gives the version of each that is still to be answered by us."""
        return await self._database.run(lambda connection: claims.renew(connection, self.owner, numbers))

    async def take_back(self, *, own: bool = False) -> int:
        """Give back what nobody works on, at start after a crash; ``own``: what we do, at the end."""
        return await self._database.run(
            lambda connection: claims.take_back(connection, self.owner, claims.clock(connection), own=own)
        )

    async def save_reply(self, waiting: Waiting, reply: Reply) -> bool:
        """Keep the reply before it is posted, so that a crash does not make a second, different one.

        ``False``: the question has changed meanwhile, and the reply is not to be posted.
        """
        messages = [asdict(message) for message in reply.messages]
        return await self._advance(waiting, reply=messages, outcome=reply.outcome)

    async def note_posted(self, number: int, posted: Sequence[str]) -> None:
        """Remember which messages stand in the thread, whatever became of the question."""
        statement = sa.update(INBOX).where(INBOX.c.id == number).values(posted=list(posted))
        await self._database.run(lambda connection: connection.execute(statement))

    async def finish(self, waiting: Waiting, state: State, posted: Sequence[str]) -> bool:
        """The question is done, unless it has changed meanwhile: then ``False``."""
        values = {"state": state, "posted": list(posted), "finished_at": time.time()}
        return await self._advance(waiting, owner="", down_since=0.0, **values)

    async def release(self, waiting: Waiting) -> None:
        """Give a question back, to be taken up as it stands now."""
        await self._free(waiting.id, {})

    async def postpone(self, waiting: Waiting, seconds: float, down_since: float) -> None:
        """Give a question back for ``seconds``: the model does not answer, and has not since then."""
        later = {"not_before": time.time() + seconds, "down_since": down_since, "attempts": 0}
        await self._free(waiting.id, later)

    async def removed(self, number: int) -> None:
        """Nothing of a withdrawn question stands in Slack any more."""
        values = {"state": State.REMOVED, "owner": "", "posted": None, "finished_at": time.time()}
        statement = sa.update(INBOX).where(INBOX.c.id == number, INBOX.c.state == State.WITHDRAWN)
        await self._database.run(lambda connection: connection.execute(statement.values(**values)))

    async def counts(self) -> dict[str, int]:
        """How many questions are in each state."""
        query = sa.select(INBOX.c.state, sa.func.count()).group_by(INBOX.c.state)
        rows = await self._database.run(lambda connection: connection.execute(query).all())
        return {str(state): int(count) for state, count in rows}

    async def _advance(self, waiting: Waiting, **values: Any) -> bool:
        """Change a question that this process works on, unless its text has changed."""
        ours = (INBOX.c.owner == self.owner) & (INBOX.c.state == State.RUNNING)
        statement = sa.update(INBOX).where(INBOX.c.id == waiting.id, INBOX.c.version == waiting.version, ours)
        changed = await self._database.run(
            lambda connection: connection.execute(statement.values(**values)).rowcount
        )
        return bool(changed)

    async def _free(self, number: int, values: dict[str, Any]) -> None:
        ours = sa.update(INBOX).where(INBOX.c.id == number, INBOX.c.owner == self.owner)
        back = ours.where(INBOX.c.state == State.RUNNING).values(state=State.NEW, **values)

        def free(connection: sa.Connection) -> None:
            connection.execute(back)
            connection.execute(ours.values(owner=""))

        await self._database.run(free)


def _waiting(row: Any) -> Waiting:
    reply = None
    if row.reply is not None:
        messages = tuple(Outgoing(saved["text"], tuple(saved["blocks"])) for saved in row.reply)
        reply = Reply(messages, State(row.outcome))
    return Waiting(
        row.id,
        keeping.question_in(row),
        row.attempts,
        reply,
        State(row.state),
        row.version,
        tuple(row.posted or ()),
        row.down_since,
    )
