"""What channels want: whether the bot answers there, and whether it coaches."""

import asyncio
import logging
import time
from dataclasses import dataclass

import sqlalchemy as sa

from slackbot.policy import Mode
from slackbot.store.database import Database, upsert
from slackbot.store.schema import CHANNEL

# Another process on the same database may have changed a channel.
MEMORY_LASTS_S = 15.0
_log = logging.getLogger("malmoi.slack.store")


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """The settings of one channel; they go before the policy's."""

    mode: Mode
    coaching: bool


class Channels:
    """Settings by channel, answered from memory: one is asked for at every event."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.engine.begin() as connection:
            self._known = _read(connection)
        self._read_at = time.monotonic()
        self._reading: asyncio.Task[None] | None = None

    def known(self, team: str, channel: str) -> ChannelSettings | None:
        """What was set for the channel; ``None``: nothing, the policy decides.

        What another process has set is known after `MEMORY_LASTS_S`, from the second question on.
        """
        if self._is_old() and self._reading is None:
            self._reading = asyncio.get_running_loop().create_task(self._read_aside())
        return self._known.get((team, channel))

    async def settings(self, team: str, channel: str) -> ChannelSettings | None:
        """The same, read again first when it is old."""
        if self._is_old():
            await self._read_again()
        return self._known.get((team, channel))

    async def set(self, team: str, channel: str, settings: ChannelSettings) -> None:
        """Change a channel; this process knows it at once."""
        key = {"team": team, "channel": channel}
        values = {"mode": settings.mode, "coaching": settings.coaching}
        await self._database.run(lambda connection: upsert(connection, CHANNEL, key, values))
        await self._read_again()

    def _is_old(self) -> bool:
        return self._database.is_shared and time.monotonic() - self._read_at > MEMORY_LASTS_S

    async def _read_again(self) -> None:
        self._known = await self._database.run(_read)
        self._read_at = time.monotonic()

    async def _read_aside(self) -> None:
        try:
            await self._read_again()
        except RuntimeError as error:
            _log.warning("the settings of channels are not read again: %s", error)
        finally:
            self._reading = None


def _read(connection: sa.Connection) -> dict[tuple[str, str], ChannelSettings]:
    rows = connection.execute(sa.select(CHANNEL)).all()
    return {(row.team, row.channel): ChannelSettings(Mode(row.mode), row.coaching) for row in rows}
