"""The local Slack and its bot, as processes that end with the console."""

import contextlib
import socket
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from curation.errors import UserError

State = Literal["off", "starting", "on", "failed"]
_REACHED_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Now:
    """How it stands: where its page is, how a bot reaches it, and which index the bot here answers from."""

    state: State = "off"
    page: str = ""
    commands: str = ""
    index: str = ""
    fault: str = ""


class LocalSlack:
    """Starts the emulator and, over an index, the bot; `stop` ends both."""

    def __init__(self) -> None:
        self._now = Now()
        self._lock = threading.Lock()
        self._running = contextlib.ExitStack()

    def now(self) -> Now:
        """How it stands; a process that ended by itself is off."""
        now = self._now
        if now.state == "on" and not _answers(now.page):
            self.stop()
        return self._now

    def start(self, index: Path | None, home: Path) -> None:
        """Start the emulator, and the bot if there is an index for it; returns when they are ready.

        The bot keeps what it learns in a folder that goes with it: this is a trial.

        Raises
        ------
        UserError
            A process did not start; what it said stands on standard error.
        """
        from slackbot.emulator.process import running, started

        with self._lock:
            if self._now.state == "on":
                return
            self._now = Now("starting", index=index.name if index else "")
            try:
                slack = self._running.enter_context(running())
                environment = {
                    "SLACK_API_URL": slack.api_url,
                    "SLACK_BOT_TOKEN": slack.bot_token,
                    "SLACK_APP_TOKEN": slack.app_token,
                }
                if index is not None:
                    folder = self._running.enter_context(tempfile.TemporaryDirectory(prefix="malmoi-ui-"))
                    store = str(Path(folder) / "slack.sqlite")
                    bot = [sys.executable, "-m", "malmoi", "slack", "run", "--json"]
                    bot += ["--index", str(index.resolve()), "--store", store]
                    place = {**environment, "MALMOI_HOME": str(home.resolve())}
                    _check(self._running.enter_context(started(bot, "the bot", place)))
            except UserError as error:
                self._running.close()
                self._now = Now("failed", fault=error.what)
                raise
            named = " ".join(f"{name}={value}" for name, value in environment.items())
            self._now = Now(
                "on",
                page=slack.api_url.removesuffix("api/"),
                commands=f"export {named}\nmalmoi slack run",
                index=index.name if index else "",
            )

    def stop(self) -> None:
        """End both processes and wait until they are gone."""
        with self._lock:
            self._running.close()
            self._now = Now()


def _check(said: Mapping[str, Any]) -> None:
    """What the bot says first is that it is ready, or why it cannot be."""
    fault = said.get("error")
    if fault is not None:
        raise UserError(fault["what"], where=fault["where"], fix=fault["fix"])


def _answers(page: str) -> bool:
    where = urlsplit(page)
    try:
        with socket.create_connection((where.hostname or "", where.port or 0), _REACHED_S):
            return True
    except OSError:
        return False
