"""The visible sign that a question has arrived: a reaction at once, gone when the answer stands."""

import asyncio
import logging
import time

from slackbot.calls import CallError, RefusedError, attempt
from slackbot.conventions import key_of
from slackbot.intake import Question
from slackbot.meter import Meter
from slackbot.teams import Teams
from slackbot.traffic import Traffic

SEEN = "eyes"
_AT_ONCE = 4
_MANY = 1_000
# What these errors say is so already.
_HARMLESS = ("already_reacted", "no_reaction", "message_not_found")
_log = logging.getLogger("malmoi.slack.signs")


class Signs:
    """Shows and takes away the signs; a sign that fails is logged and changes nothing."""

    def __init__(self, teams: Teams, traffic: Traffic, meter: Meter = Meter()) -> None:  # noqa: B008 - frozen
        self._teams = teams
        self._traffic = traffic
        self._meter = meter
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._shown: dict[str, asyncio.Task[None]] = {}
        self._begun: set[str] = set()
        self._saying: set[asyncio.Task[None]] = set()
        self._no_status: set[str] = set()

    def show(self, question: Question) -> None:
        """React to the question, unless this process already did."""
        key = key_of(question)
        if key in self._shown:
            return
        if len(self._shown) >= _MANY:  # those that other processes answer are not cleared in this one
            self._shown = {key: shown for key, shown in self._shown.items() if not shown.done()}
            self._begun.intersection_update(self._shown)
        self._shown[key] = asyncio.create_task(self._show(question))

    def say(self, question: Question, status: str) -> None:
        """In a direct message, show what is being done; Slack takes it away with the reply."""
        if question.addressed == "direct" and question.team not in self._no_status:
            task = asyncio.create_task(self._say(question, status))
            self._saying.add(task)
            task.add_done_callback(self._saying.discard)

    async def clear(self, question: Question) -> None:
        """Take the reaction away, also that of an earlier process; one not made yet is not made."""
        key = key_of(question)
        shown = self._shown.pop(key, None)
        if shown is not None:
            if key not in self._begun:
                shown.cancel()
            await asyncio.wait((shown,))
        self._begun.discard(key)
        await self._react(question, remove=True)

    async def stop(self) -> None:
        """Make no more signs."""
        tasks = (*self._shown.values(), *self._saying)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _show(self, question: Question) -> None:
        async with self._free:
            await self._traffic.calm()
            self._begun.add(key_of(question))
            await self._react(question)
            self._meter.shown(max(0.0, time.time() - float(question.ts)))

    async def _react(self, question: Question, *, remove: bool = False) -> None:
        team = self._teams.of(question.team)
        if team is None:
            return
        react = team.client.reactions_remove if remove else team.client.reactions_add
        try:
            await attempt(react(channel=question.channel, timestamp=question.ts, name=SEEN))
        except CallError as error:
            if error.code not in _HARMLESS:
                _log.warning("no sign on %s in %s: %s", question.ts, question.channel, error.code)

    async def _say(self, question: Question, status: str) -> None:
        team = self._teams.of(question.team)
        if team is None:
            return
        try:
            await attempt(
                team.client.assistant_threads_setStatus(
                    channel_id=question.channel, thread_ts=question.thread, status=status
                )
            )
        except RefusedError as error:
            self._no_status.add(question.team)
            _log.info("no status in %s from now on: %s", question.team, error.code)
        except CallError as error:
            _log.info("no status on %s in %s: %s", question.ts, question.channel, error.code)
