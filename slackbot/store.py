"""The bot's memory: a durable inbox in one SQLite file.

A question is committed (WAL, ``synchronous=FULL``) before Slack hears that its event arrived,
and is unique by event and by message, so neither a crash nor a redelivery loses or doubles it.
"""

import asyncio
import fcntl
import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from curation.errors import ConfigurationError
from slackbot.conventions import Standing
from slackbot.intake import Question
from slackbot.render import Outgoing

SCHEMA_VERSION = 1
_T = TypeVar("_T")
_METADATA = sa.MetaData()
_INBOX = sa.Table(
    "inbox",
    _METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("event_id", sa.String, nullable=False, unique=True),
    sa.Column("team", sa.String, nullable=False),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("ts", sa.String, nullable=False),
    sa.Column("thread", sa.String, nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("addressed", sa.String, nullable=False),
    sa.Column("calls_others", sa.Boolean, nullable=False),
    sa.Column("state", sa.String, nullable=False, index=True),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("reply", sa.JSON, nullable=True),
    sa.Column("outcome", sa.String, nullable=True),
    sa.Column("answer_ts", sa.String, nullable=True),
    sa.Column("received_at", sa.Float, nullable=False),
    sa.Column("finished_at", sa.Float, nullable=True),
    sa.UniqueConstraint("team", "channel", "ts"),
    sa.Index("inbox_thread", "team", "channel", "thread"),
)
_QUESTION_COLUMNS = tuple(Question.__dataclass_fields__)


class State(StrEnum):
    """Where a question is."""

    NEW = "new"
    RUNNING = "running"
    ANSWERED = "answered"
    REFUSED = "refused"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Reply:
    """What is to be posted, and the state that the question has once it is."""

    messages: tuple[Outgoing, ...]
    outcome: State


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question to be taken up, with the reply that an earlier attempt had ready."""

    id: int
    question: Question
    attempts: int
    reply: Reply | None


class Store:
    """Asynchronous access to the inbox; the database works in one thread of its own."""

    def __init__(self, engine: sa.Engine, lock: int) -> None:
        self._engine = engine
        self._lock = lock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def keep(self, question: Question) -> bool:
        """Commit a question; ``False`` when its event or its message is already known."""
        statement = (
            insert(_INBOX)
            .values(**asdict(question), state=State.NEW, attempts=0, received_at=time.time())
            .on_conflict_do_nothing()
        )
        return await self._changed(statement) == 1

    async def standing(self, team: str, channel: str, thread: str) -> Standing:
        """What the bot has to do with a thread."""
        query = sa.select(_INBOX.c.ts, _INBOX.c.user).where(
            _INBOX.c.team == team, _INBOX.c.channel == channel, _INBOX.c.thread == thread
        )
        rows = await self._rows(query)
        return Standing(any(row.ts == thread for row in rows), frozenset(row.user for row in rows))

    async def waiting(self, most: int, busy: Collection[tuple[str, str, str]] = ()) -> list[Waiting]:
        """The oldest new question of each thread that is not busy, at most ``most`` of them."""
        first = (
            sa.select(sa.func.min(_INBOX.c.id))
            .where(_INBOX.c.state == State.NEW)
            .group_by(_INBOX.c.team, _INBOX.c.channel, _INBOX.c.thread)
        )
        query = (
            sa.select(_INBOX)
            .where(_INBOX.c.id.in_(first), _thread_key().not_in([":".join(key) for key in busy]))
            .order_by(_INBOX.c.id)
            .limit(most)
        )
        return [_waiting(row) for row in await self._rows(query)]

    async def start(self, number: int) -> None:
        """Count an attempt; the question is running."""
        await self._update(number, state=State.RUNNING, attempts=_INBOX.c.attempts + 1)

    async def save_reply(self, number: int, reply: Reply) -> None:
        """Keep the reply before it is posted, so that a crash does not make a second, different one."""
        await self._update(
            number, reply=[asdict(message) for message in reply.messages], outcome=reply.outcome
        )

    async def finish(self, number: int, state: State, answer_ts: str | None) -> None:
        """The question is done."""
        await self._update(number, state=state, answer_ts=answer_ts, finished_at=time.time())

    async def requeue(self) -> int:
        """Give back what was running, at start after a crash or when work was cut short."""
        statement = sa.update(_INBOX).where(_INBOX.c.state == State.RUNNING).values(state=State.NEW)
        return await self._changed(statement)

    async def counts(self) -> dict[str, int]:
        """How many questions are in each state."""
        query = sa.select(_INBOX.c.state, sa.func.count()).group_by(_INBOX.c.state)
        return {str(state): int(count) for state, count in await self._rows(query)}

    async def close(self) -> None:
        """Finish what is queued, close the file and let another process have it."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()
        os.close(self._lock)

    async def _update(self, number: int, **values: Any) -> None:
        await self._changed(sa.update(_INBOX).where(_INBOX.c.id == number).values(**values))

    async def _changed(self, statement: Any) -> int:
        def change(connection: sa.Connection) -> int:
            return int(connection.execute(statement).rowcount)

        return await self._in_thread(change)

    async def _rows(self, query: Any) -> Sequence[Any]:
        return await self._in_thread(lambda connection: connection.execute(query).all())

    async def _in_thread(self, work: Callable[[sa.Connection], _T]) -> _T:
        def transaction() -> _T:
            with self._engine.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)


def open_store(path: Path) -> Store:
    """Open or create the inbox at ``path`` for this process alone.

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
            return Store(_engine(path), lock)
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
    engine = sa.create_engine(f"sqlite:///{path}", hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def durable(connection: Any, _: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")

    with engine.begin() as connection:
        version = connection.execute(sa.text("PRAGMA user_version")).scalar_one()
        if version not in (0, SCHEMA_VERSION):
            raise ConfigurationError(
                f"the store has version {version}, this bot knows {SCHEMA_VERSION}",
                where=str(path),
                fix="use the bot that wrote it, or give a new path",
            )
        _METADATA.create_all(connection)
        connection.execute(sa.text(f"PRAGMA user_version = {SCHEMA_VERSION}"))
    return engine


def _thread_key() -> sa.ColumnElement[str]:
    return _INBOX.c.team + ":" + _INBOX.c.channel + ":" + _INBOX.c.thread


def _waiting(row: Any) -> Waiting:
    reply = None
    if row.reply is not None:
        messages = tuple(Outgoing(saved["text"], tuple(saved["blocks"])) for saved in row.reply)
        reply = Reply(messages, State(row.outcome))
    question = Question(**{name: getattr(row, name) for name in _QUESTION_COLUMNS})
    return Waiting(row.id, question, row.attempts, reply)
