"""Hears what people say in channels and, rarely, tells one of them something that only they see."""

import asyncio
import logging
import time
from collections.abc import Sequence
from functools import partial
from typing import Final

from rag.types import Turn
from slackbot import intake, phrases, threads, views
from slackbot.calls import CallError, attempt, repeated
from slackbot.coaching.advice import REMEMBERED_S, Kind, Nudge, advice, thread_to_read
from slackbot.coaching.heard import Heard
from slackbot.conventions import Address, allowed
from slackbot.directory import Directory
from slackbot.intake import Question
from slackbot.policy import Mode, Policy
from slackbot.store import Store
from slackbot.teams import Team, Teams

# A hint that comes later puzzles; and what was said while the bot was away is past.
_TIMELY_S: Final = 60.0
_PATIENCE_S: Final = 5.0
_MOST_AT_ONCE: Final = 32
_log = logging.getLogger("malmoi.slack.coaching")


class Coach:
    """Watches the conventions; nobody is told anything twice a day, or after having said no.

    Judging costs microseconds a message. Slack and the store are asked only when there may be something
    to say, in tasks of which so many run at once; a hint more or less matters to nobody.
    """

    def __init__(self, teams: Teams, store: Store, directory: Directory, policy: Policy) -> None:
        self._teams = teams
        self._store = store
        self._directory = directory
        self._policy = policy
        self._heard = Heard()
        self._tasks: set[asyncio.Task[None]] = set()
        self._forgetting: asyncio.TimerHandle | None = None

    def notice(self, message: Question) -> None:
        """Hear a message of a person; has to be called where an event loop runs."""
        if message.addressed == "direct":
            return
        recent = self._heard.add(message)
        self._forget_later()
        if recent is None or abs(time.time() - float(message.ts)) > _TIMELY_S:
            return
        if not allowed(message, self._policy):
            return
        belongs_to = thread_to_read(message, recent)
        if belongs_to is None and advice(message, recent) is None:
            return
        if len(self._tasks) >= _MOST_AT_ONCE:
            _log.info("no hint to %s in %s: too much at once", message.user, message.channel)
            return
        task = asyncio.create_task(self._see_to(message, recent, belongs_to))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """End what runs, and forget what was said."""
        if self._forgetting is not None:
            self._forgetting.cancel()
        self._heard.forget(float("inf"))
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _see_to(self, message: Question, recent: Sequence[Question], belongs_to: str | None) -> None:
        team = self._teams.of(message.team)
        if team is None or not await self._is_wanted(message):
            return
        try:
            said = () if belongs_to is None else await _said(team, message, belongs_to)
            nudge = advice(message, recent, said)
            if nudge is not None:
                await self._tell(team, message, nudge)
        except CallError as error:
            _log.warning("no hint to %s in %s: %s", message.user, message.channel, error.code)

    async def _is_wanted(self, message: Question) -> bool:
        settings = await self._store.channels.settings(message.team, message.channel)
        wanted = self._policy if settings is None else settings
        if wanted.mode is Mode.OFF or not wanted.coaching:
            return False
        place = await self._directory.channel(message.team, message.channel)
        if place.kind in ("direct", "group"):
            return False
        return not (await self._directory.person(message.team, message.user)).is_bot

    async def _tell(self, team: Team, message: Question, nudge: Nudge) -> None:
        person = await self._directory.person(message.team, message.user)
        say = phrases.of(person.locale, self._policy.language)
        text = {
            Kind.SPLIT: say.nudge_split,
            Kind.LOOSE_REPLY: say.nudge_loose_reply,
            Kind.NEW_TOPIC: say.nudge_new_topic,
        }[nudge.kind]
        if nudge.kind is Kind.LOOSE_REPLY:
            link = partial(team.client.chat_getPermalink, channel=message.channel, message_ts=nudge.thread)
            url = str((await repeated(link, _PATIENCE_S))["permalink"])
            text = text.format(thread=f"<{url.replace('&', '&amp;')}>")
        text = f"{text}\n{say.nudge_ending}"
        if not await self._store.coaching.claim(message.team, message.user, time.time()):
            return
        # Once: a hint that was perhaps seen must not come again.
        await attempt(
            team.client.chat_postEphemeral(
                channel=message.channel,
                user=message.user,
                thread_ts=message.thread if message.in_thread else None,
                text=text,
                blocks=views.nudge(text, say),
            )
        )
        _log.info("hint %s to %s in %s", nudge.kind, message.user, message.channel)

    def _forget_later(self) -> None:
        if self._forgetting is None:
            loop = asyncio.get_running_loop()
            self._forgetting = loop.call_later(REMEMBERED_S, self._forget)

    def _forget(self) -> None:
        self._forgetting = None
        self._heard.forget(time.time() - REMEMBERED_S)
        if len(self._heard):
            self._forget_later()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("a hint broke off: %s", type(error).__name__)


async def _said(team: Team, message: Question, thread: str) -> tuple[Turn, ...]:
    """What was said in a thread before the message; nothing when the thread is gone."""
    read = [one async for one in threads.messages(team.client, Address(message.channel, thread), _PATIENCE_S)]
    return intake.turns(read, message, team.me)
