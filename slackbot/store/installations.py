"""Workspaces that installed the app: their bot tokens, encrypted, and the OAuth states that are out.

A row holds what names the bot in clear and its token as a Fernet message
(https://github.com/fernet/spec), so that neither the database nor a copy of it opens a workspace.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from curation.errors import ConfigurationError
from slackbot.config import KEY_VARIABLE
from slackbot.intake import Identity
from slackbot.store.database import Database, StoreError
from slackbot.store.schema import INSTALLATION, OAUTH_STATE

_NEW_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


@dataclass(frozen=True, slots=True)
class Installation:
    """The app in one workspace; ``installed_at`` is in seconds of the wall clock."""

    me: Identity
    token: SecretStr
    installed_at: float


class Installations:
    """The installations, by workspace.

    Parameters
    ----------
    key
        Keys separated by commas: the first encrypts, all decrypt. Empty where one workspace is served
        by a token of the environment; nothing can be saved or read then.
    """

    def __init__(self, database: Database, key: SecretStr) -> None:
        self._database = database
        self._keys = _keys_of(key)

    async def save(self, installation: Installation) -> None:
        """Keep an installation; an earlier one of the same workspace is replaced."""
        me = installation.me
        values = {
            "team": me.team,
            "bot": me.bot,
            "user": me.user,
            "tokens": MultiFernet(self._given_keys()).encrypt(_sealed(me.team, installation.token)),
            "installed_at": installation.installed_at,
        }

        def replace(connection: sa.Connection) -> None:
            connection.execute(sa.delete(INSTALLATION).where(INSTALLATION.c.team == me.team))
            connection.execute(sa.insert(INSTALLATION).values(**values))

        await self._database.run(replace)

    async def all(self) -> list[Installation]:
        """Every installation, by team. What an older key encrypted is encrypted again by the first.

        Raises
        ------
        ConfigurationError
            No key decrypts one of them.
        """
        keys = self._given_keys()
        query = sa.select(INSTALLATION).order_by(INSTALLATION.c.team)
        rows: list[Any] = await self._database.run(lambda connection: list(connection.execute(query)))
        found = [_opened(row, keys) for row in rows]
        for row, one in zip(rows, found, strict=True):
            if not _opens(keys[0], row.tokens):
                try:
                    await self._seal_again(row, MultiFernet(keys).encrypt(_sealed(row.team, one.token)))
                except StoreError as error:
                    if error.reason != "SQLITE_READONLY":  # who only looks leaves it to the bot
                        raise
        return found

    async def delete(self, team: str, before: float | None = None) -> bool:
        """Forget a workspace's installation, if there is one that was made ``before``."""
        statement = sa.delete(INSTALLATION).where(INSTALLATION.c.team == team)
        if before is not None:
            statement = statement.where(INSTALLATION.c.installed_at < before)
        return await self._changed(statement) > 0

    async def give_state(self, state: str, seconds: float) -> None:
        """Remember a state that was given out, for so many seconds; those past their time go."""
        now = time.time()

        def give(connection: sa.Connection) -> None:
            connection.execute(sa.delete(OAUTH_STATE).where(OAUTH_STATE.c.expires_at <= now))
            connection.execute(sa.insert(OAUTH_STATE).values(state=state, expires_at=now + seconds))

        await self._database.run(give)

    async def take_state(self, state: str) -> bool:
        """Use a state up; whether it was out and in time. Of two who take it one gets it."""
        in_time = OAUTH_STATE.c.expires_at > time.time()
        return await self._changed(sa.delete(OAUTH_STATE).where(OAUTH_STATE.c.state == state, in_time)) == 1

    async def _seal_again(self, row: Any, tokens: bytes) -> None:
        """Only what was read: another process may have kept a newer token meanwhile."""
        unchanged = (INSTALLATION.c.team == row.team) & (INSTALLATION.c.tokens == row.tokens)
        await self._changed(sa.update(INSTALLATION).where(unchanged).values(tokens=tokens))

    async def _changed(self, statement: sa.Delete | sa.Update) -> int:
        return await self._database.run(lambda connection: int(connection.execute(statement).rowcount))

    def _given_keys(self) -> list[Fernet]:
        if not self._keys:
            raise ConfigurationError(
                f"{KEY_VARIABLE} is not set; the tokens of the workspaces are kept encrypted only",
                where=KEY_VARIABLE,
                fix=f"make a key once and keep it safe: {_NEW_KEY}",
            )
        return self._keys


def _keys_of(key: SecretStr) -> list[Fernet]:
    parts = [part.strip() for part in key.get_secret_value().split(",") if part.strip()]
    try:
        return [Fernet(part) for part in parts]
    except ValueError:
        raise ConfigurationError(
            f"{KEY_VARIABLE} does not hold a key of 32 bytes in URL-safe base64",
            where=KEY_VARIABLE,
            fix=f"make one: {_NEW_KEY}",
        ) from None  # its message would be about bytes, and the chain could show the key


def _sealed(team: str, token: SecretStr) -> bytes:
    """What is encrypted: the team too, so that a token moved to another row is noticed."""
    return json.dumps({"team": team, "token": token.get_secret_value()}).encode()


def _opened(row: Any, keys: list[Fernet]) -> Installation:
    try:
        sealed = json.loads(MultiFernet(keys).decrypt(row.tokens))
    except InvalidToken:
        sealed = {}
    if sealed.get("team") != row.team:
        raise ConfigurationError(
            f"the token of workspace {row.team} cannot be decrypted",
            where=KEY_VARIABLE,
            fix="put the key that it was encrypted with behind the new one, after a comma; "
            "where that key is lost, delete the rows of the table installation and install the app again",
        )
    return Installation(Identity(row.team, row.user, row.bot), SecretStr(sealed["token"]), row.installed_at)


def _opens(key: Fernet, message: bytes) -> bool:
    try:
        key.decrypt(message)
    except InvalidToken:
        return False
    return True
