"""What people thought of answers: one row for each person and answer."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from slackbot.store.database import Database, upsert
from slackbot.store.schema import FEEDBACK

Value = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Opinion:
    """A person's thumb on an answer, with what they were shown; ``reason`` is empty until they give one.

    The texts are empty once they were erased.
    """

    team: str
    channel: str
    answer_ts: str
    user: str
    value: Value
    reason: str
    question: str
    answer: str
    sources: tuple[str, ...]
    given_at: float


class Feedback:
    """Opinions, kept with question, answer and sources so that they can be learnt from later."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give(
        self,
        team: str,
        channel: str,
        answer_ts: str,
        user: str,
        value: Value,
        *,
        question: str,
        answer: str,
        sources: Sequence[str],
    ) -> None:
        """Keep an opinion; a second one by the same person replaces the first, but not its reason."""
        key = _key(team, channel, answer_ts, user)
        values: dict[str, Any] = {"value": value, "question": question, "answer": answer}
        values |= {"sources": list(sources), "given_at": time.time()}
        await self._database.run(lambda connection: upsert(connection, FEEDBACK, key, values))

    async def explain(self, team: str, channel: str, answer_ts: str, user: str, reason: str) -> None:
        """Add why; without an opinion to add it to, nothing is kept."""
        key = _key(team, channel, answer_ts, user)
        change = sa.update(FEEDBACK).filter_by(**key).values(reason=reason)
        await self._database.run(lambda connection: connection.execute(change))

    async def all(self) -> list[Opinion]:
        """Every opinion, the oldest first."""
        query = sa.select(FEEDBACK).order_by(FEEDBACK.c.given_at, *FEEDBACK.primary_key)
        rows = await self._database.run(lambda connection: connection.execute(query).mappings().all())
        return [Opinion(**{**row, "sources": tuple(row["sources"])}) for row in rows]


def blank(connection: sa.Connection, team: str, channel: str, answers: Sequence[str]) -> None:
    """Erase from opinions what they were about: the question and these answers to it, by their ts."""
    about = sa.update(FEEDBACK).where(FEEDBACK.c.team == team, FEEDBACK.c.channel == channel)
    connection.execute(about.where(FEEDBACK.c.answer_ts.in_(answers)).values(question="", answer=""))


def _key(team: str, channel: str, answer_ts: str, user: str) -> dict[str, str]:
    return {"team": team, "channel": channel, "answer_ts": answer_ts, "user": user}
