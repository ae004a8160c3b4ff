"""Who works on which question: one process at a time on each, one question at a time in each thread.

A claim is one transaction. On PostgreSQL several processes claim from one inbox; a lock in the
database lets one of them choose at a time, and a lease gives back what a dead one had taken.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from slackbot.store.schema import INBOX
from slackbot.store.states import State

LEASE_S = 60.0
_LOCK = 0x6D616C6D  # any number that nothing else in the database locks
_REMOVALS = 8

# Claims are made several times a question; these statements are made once.
_BEFORE = INBOX.alias()
_BUSY = sa.exists().where(
    _BEFORE.c.team == INBOX.c.team,
    _BEFORE.c.channel == INBOX.c.channel,
    _BEFORE.c.thread == INBOX.c.thread,
    (_BEFORE.c.state == State.RUNNING) | ((_BEFORE.c.state == State.NEW) & (_BEFORE.c.id < INBOX.c.id)),
    _BEFORE.c.state.in_((State.RUNNING, State.NEW)),
)
_DUE = (
    sa.select(INBOX.c.id, INBOX.c.team, INBOX.c.user)
    .where(
        INBOX.c.state == State.NEW,
        (INBOX.c.not_before <= sa.bindparam("now")) | (INBOX.c.not_before > sa.bindparam("later")),
        ~_BUSY,
    )
    .order_by(INBOX.c.id)
    .limit(sa.bindparam("most"))
)
_WITHDRAWN = (
    sa.select(INBOX.c.id).where(INBOX.c.state == State.WITHDRAWN, INBOX.c.owner == "").limit(_REMOVALS)
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may be claimed.

    Parameters
    ----------
    most
        Questions in this claim.
    per_person
        Questions of one person that are being answered at the same time.
    per_channel
        Replies that wait for their turn in one channel; above it, other channels go first.
    patience
        A question that is put off for longer than this is due: a clock has jumped.
    """

    most: int
    per_person: int
    per_channel: int
    patience: float


def claim(connection: sa.Connection, owner: str, bounds: Bounds) -> list[Any]:
    """Rows that ``owner`` works on from now on: the oldest of each thread that nobody works in."""
    if not _may_choose(connection):
        return []
    now = clock(connection)
    if _shared(connection):
        take_back(connection, owner, now)
    rows = _take(connection, connection.execute(_WITHDRAWN).scalars().all(), owner, now)
    running = connection.execute(
        sa.select(INBOX.c.team, INBOX.c.channel, INBOX.c.user, INBOX.c.reply.is_(None).label("asking")).where(
            INBOX.c.state == State.RUNNING
        )
    ).all()
    people = Counter((row.team, row.user) for row in running if row.asking)
    posting = Counter((row.team, row.channel) for row in running if not row.asking)
    full = {person for person, count in people.items() if count >= bounds.per_person}
    blocked = {channel for channel, count in posting.items() if count >= bounds.per_channel}
    left = bounds.most
    while left > 0:
        due = {"now": now, "later": now + bounds.patience, "most": left}
        found = connection.execute(_due(full, blocked), due).all()
        if not found:
            break
        chosen = []
        for row in found:
            person = (row.team, row.user)
            if people[person] >= bounds.per_person:
                full.add(person)
                continue
            people[person] += 1
            chosen.append(row.id)
        rows += _take(connection, chosen, owner, now)
        left -= len(chosen)
    return rows


def take_back(connection: sa.Connection, owner: str, now: float, *, own: bool = False) -> int:
    """Free what nobody works on any more; returns how many questions that are.

    On SQLite the lock of the file says that nobody else runs. Elsewhere a lease says how long a
    process may be believed to. ``own``: also what this process had taken.
    """
    gone = INBOX.c.lease_until < now if _shared(connection) else sa.true()
    free = (INBOX.c.owner != owner) & gone
    if own:
        free |= INBOX.c.owner == owner
    withdrawn = sa.update(INBOX).where(INBOX.c.state == State.WITHDRAWN, INBOX.c.owner != "", free)
    connection.execute(withdrawn.values(owner=""))
    running = sa.update(INBOX).where(INBOX.c.state == State.RUNNING, free)
    return int(connection.execute(running.values(state=State.NEW, owner="")).rowcount)


def renew(connection: sa.Connection, owner: str, numbers: Sequence[int]) -> dict[int, int]:
    """Keep the leases; gives the version of each question that is still ``owner``'s to answer."""
    mine = INBOX.c.id.in_(numbers) & (INBOX.c.owner == owner)
    connection.execute(sa.update(INBOX).where(mine).values(lease_until=clock(connection) + LEASE_S))
    query = sa.select(INBOX.c.id, INBOX.c.version).where(mine, INBOX.c.state == State.RUNNING)
    return {row.id: row.version for row in connection.execute(query)}


def clock(connection: sa.Connection) -> float:
    """Seconds of the wall clock: the database's where several machines share it."""
    if _shared(connection):
        return float(
            connection.execute(sa.select(sa.extract("epoch", sa.func.clock_timestamp()))).scalar_one()
        )
    return time.time()


def _may_choose(connection: sa.Connection) -> bool:
    """Whether no other process is choosing at this moment; waiting for it could lock both out."""
    if not _shared(connection):
        return True
    return bool(connection.execute(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))).scalar_one())


def _shared(connection: sa.Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _due(full: set[tuple[str, str]], blocked: set[tuple[str, str]]) -> Any:
    """Questions that may be taken up, oldest first."""
    query = _DUE
    for column, excluded in ((INBOX.c.user, full), (INBOX.c.channel, blocked)):
        if excluded:
            query = query.where((INBOX.c.team + ":" + column).not_in([":".join(key) for key in excluded]))
    return query


def _take(connection: sa.Connection, numbers: Sequence[int], owner: str, now: float) -> list[Any]:
    """Mark rows as ``owner``'s and give them as they were before; a withdrawn one stays withdrawn."""
    if not numbers:
        return []
    rows = list(connection.execute(sa.select(INBOX).where(INBOX.c.id.in_(numbers)).order_by(INBOX.c.id)))
    for row in rows:
        running = {"state": State.RUNNING, "attempts": row.attempts + 1} if row.state == State.NEW else {}
        values = {"owner": owner, "lease_until": now + LEASE_S, **running}
        connection.execute(sa.update(INBOX).where(INBOX.c.id == row.id).values(**values))
    return rows
