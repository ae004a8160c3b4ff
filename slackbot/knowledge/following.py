"""Saves threads, follows their changes, and takes people and threads out again."""

import asyncio
import contextlib
import logging
from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from slackbot.calls import CallError, RefusedError, TokenRefusedError
from slackbot.directory import Directory
from slackbot.knowledge.agenda import Agenda
from slackbot.knowledge.files import Files, Key
from slackbot.knowledge.indexing import Indexing
from slackbot.knowledge.reading import ThreadReader
from slackbot.knowledge.thread import person_digest, without_person
from slackbot.logs import where
from slackbot.store.saved import Saved, SavedState, SavedThread
from slackbot.teams import Teams

# Whoever saves waits so long to hear that it is done; then they hear that it will be.
_TOLD_S: Final = 20.0
# Messages that wait to be looked at.
_MOST_HEARD: Final = 10_000
_log = logging.getLogger("malmoi.slack.knowledge")


class Outcome(StrEnum):
    """What came of a request.

    ``later``: noted, and carried out as soon as Slack answers and no other run holds the index.
    ``direct``: a direct message is nobody else's business. ``unreadable``: Slack does not let the bot
    read it. ``empty``: nothing in it was said by people, or its first message is deleted.
    """

    SAVED = "saved"
    FORGOTTEN = "forgotten"
    LATER = "later"
    DIRECT = "direct"
    UNREADABLE = "unreadable"
    EMPTY = "empty"


class Knowledge:
    """The saved threads of all workspaces in one index; call `start`, and `stop` in the end.

    Parameters
    ----------
    index
        The index that answers are found in.
    folder
        Where the threads' files lie.
    quiet
        Seconds without a further change after which a thread is read again; under a stream of changes
        it is read every ten times as long.
    """

    def __init__(
        self,
        index: Path,
        folder: Path,
        saved: Saved,
        teams: Teams,
        directory: Directory,
        *,
        quiet: float = 60.0,
    ) -> None:
        self._files = Files(folder)
        self._index = Indexing(index, folder)
        self._thread = ThreadReader(teams, directory)
        self._saved = saved
        self._directory = directory
        self._agenda = Agenda(quiet)
        # Which thread a message stands in: edits and deletions name the message alone.
        self._thread_of: dict[Key, Key] = {}
        self._messages: dict[Key, list[Key]] = {}
        self._waiting: dict[Key, list[asyncio.Future[Outcome]]] = {}
        self._reading = asyncio.Lock()
        self._heard: asyncio.Queue[Key] = asyncio.Queue(_MOST_HEARD)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Take up what an earlier process left, and go on until `stop`."""
        for key in self._files.threads():
            self._remember(key, self._files.read(key))
        for thread in await self._saved.all():
            key = Key(thread.team, thread.channel, thread.thread)
            if thread.state is not SavedState.KEPT or self._files.read(key) is None:
                await self._saved.again(*key)
                self._agenda.now(key)
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._listen())]

    async def stop(self) -> None:
        """Leave the rest for the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def save(self, team: str, channel: str, thread: str, user: str) -> Outcome:
        """Keep the thread as it stands, and as it changes; who may find it is decided by its channel.

        Raises
        ------
        StoreError
            When it could not even be noted.
        """
        key = Key(team, channel, thread)
        if not key.is_sound:
            return Outcome.UNREADABLE
        if (await self._directory.channel(team, channel)).kind == "direct":
            return Outcome.DIRECT
        await self._saved.want(*key, user)
        return await self._done(key)

    async def forget(self, team: str, channel: str, thread: str) -> Outcome | None:
        """Take the thread out of the index; ``None`` when it was not saved."""
        key = Key(team, channel, thread)
        return await self._done(key) if await self._saved.unwant(*key) else None

    def notice(self, team: str, channel: str, ts: str) -> None:
        """Like `changed`, for whoever may not wait; under a flood of messages some are not heard."""
        with contextlib.suppress(asyncio.QueueFull):
            self._heard.put_nowait(Key(team, channel, ts))

    async def changed(self, team: str, channel: str, ts: str) -> None:
        """A message came, changed or went; ``ts`` is its own or that of the thread it stands in.

        Of a saved thread it is noted at once, and the thread is read again when it has become quiet.

        Raises
        ------
        StoreError
            When it could not be noted; the next change reads the thread again.
        """
        message = Key(team, channel, ts)
        key: Key | None = message
        if not await self._saved.holds(team, channel, ts):
            key = self._thread_of.get(message)
        # Noted also when it stands in the agenda: what is read just now may be older than this change.
        if key is not None and await self._saved.again(*key):
            self._agenda.soon(key)

    async def erase_user(self, team: str, user: str) -> int:
        """Take what a person said out of all saved threads; asks Slack nothing, and needs no `start`.

        What they say in these threads later stays out too. Their name stays where others wrote it.

        Returns
        -------
        int
            Threads that they had spoken in.

        Raises
        ------
        ConfigurationError
            When there is no index, or one of another version; the files are clean.
        """
        person = person_digest(team, user)
        concerned = 0
        async with self._reading:
            for key in [key for key in self._files.threads() if key.team == team]:
                row = self._files.read(key)
                if row is None or person not in {one[1] for one in row["said"]}:
                    continue
                left = without_person(row, person)
                self._write(key, left)
                concerned += 1
                if left is None:
                    await self._saved.unwant(*key)
                    self._agenda.now(key)
        if concerned:
            await self._index.update()
        return concerned

    async def _done(self, key: Key) -> Outcome:
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(future)
        self._agenda.now(key)
        try:
            async with asyncio.timeout(_TOLD_S):
                return await future
        except TimeoutError:
            return Outcome.LATER

    async def _run(self) -> None:
        keys: list[Key] = []
        while True:
            try:
                await self._carry_out(keys)
            except Exception as error:  # noqa: BLE001 - other threads must go on; the place is logged
                _log.error("saved threads not brought up to date: %s", where(error))
                for key in keys:
                    self._agenda.retry(key)
            keys = await self._agenda.due()

    async def _listen(self) -> None:
        while True:
            key = await self._heard.get()
            try:
                await self.changed(*key)
            except Exception as error:  # noqa: BLE001 - as above
                _log.error("a change of %s in %s not noted: %s", key.thread, key.channel, where(error))

    async def _carry_out(self, keys: Collection[Key]) -> None:
        done: list[tuple[SavedThread, Outcome]] = []
        for key in keys:
            thread = await self._saved.get(*key)
            if thread is None:
                self._tell(key, Outcome.FORGOTTEN)
                continue
            async with self._reading:
                outcome = await self._bring_up_to_date(key, thread)
            if outcome is Outcome.LATER:
                self._agenda.retry(key)
                self._tell(key, outcome)
            else:
                done.append((thread, outcome))
        await self._index.update()
        for thread, outcome in done:
            key = Key(thread.team, thread.channel, thread.thread)
            if outcome in (Outcome.UNREADABLE, Outcome.EMPTY):
                # No row without a file: it would be asked for again at every start.
                await self._saved.unwant(*key)
                self._agenda.now(key)
            elif not await self._saved.finish(thread):
                continue  # something else was asked for meanwhile, and stands in the agenda
            self._agenda.settled(key)
            _log.info("thread %s in %s: %s", key.thread, key.channel, outcome)
            self._tell(key, outcome)

    async def _bring_up_to_date(self, key: Key, thread: SavedThread) -> Outcome:
        """Make the file what it has to be; the index follows."""
        if thread.state is SavedState.UNWANTED:
            self._write(key, None)
            return Outcome.FORGOTTEN
        held = self._files.read(key)
        try:
            row = await self._thread.row(key, held["left"] if held is not None else ())
        except RefusedError as error:
            if error.code == "thread_not_found" or held is None:
                self._write(key, None)
                return Outcome.UNREADABLE
            # As it was: the bot may have left the channel. A token is renewed, and the change still counts.
            return Outcome.LATER if isinstance(error, TokenRefusedError) else Outcome.SAVED
        except CallError as error:
            _log.warning("saved thread %s in %s not read: %s", key.thread, key.channel, error.code)
            return Outcome.LATER
        if held is not None and (self._files.read(key) or {}).get("left") != held["left"]:
            return Outcome.LATER  # another process has taken somebody out meanwhile
        self._write(key, row)
        return Outcome.SAVED if row is not None else Outcome.EMPTY

    def _write(self, key: Key, row: dict[str, Any] | None) -> None:
        self._files.write(key, row)
        self._remember(key, row)
        self._index.note(key.name)

    def _remember(self, key: Key, row: Mapping[str, Any] | None) -> None:
        for message in self._messages.pop(key, ()):
            self._thread_of.pop(message, None)
        if row is not None:
            self._messages[key] = [key._replace(thread=one[0]) for one in row["said"]]
            self._thread_of |= dict.fromkeys(self._messages[key], key)

    def _tell(self, key: Key, outcome: Outcome) -> None:
        for future in self._waiting.pop(key, ()):
            if not future.done():  # whoever waited may have been cancelled
                future.set_result(outcome)
