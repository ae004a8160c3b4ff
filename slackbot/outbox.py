"""Puts replies into their threads: at Slack's pace, each exactly once, edited in place.

A post whose fate is unknown is looked for in the thread before it is made again: every reply
carries its question's key, its part and the version it answers in the message metadata.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from slackbot import threads
from slackbot.calls import CallError, Pauses, RateLimitedError, RefusedError, UncertainError, attempt
from slackbot.config import Limits
from slackbot.conventions import address_of, key_of
from slackbot.intake import Question
from slackbot.meter import Meter
from slackbot.pace import Pace
from slackbot.render import Outgoing
from slackbot.teams import Team, Teams

EVENT_TYPE = "malmoi_reply"
_STREAMING = "streaming_state_conflict"
_log = logging.getLogger("malmoi.slack.outbox")


class StaleError(Exception):
    """The question changed before its reply was posted."""


class NotInstalledError(RefusedError):
    """The app is not in this workspace any more."""

    def __init__(self) -> None:
        super().__init__("not_installed")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is to stand in a question's thread.

    Parameters
    ----------
    version
        The version of the question that the messages answer; 0: a word in between.
    posted
        What stands there, in order; it is edited instead of posting anew.
    look
        An earlier attempt may have posted what ``posted`` does not know: look for it.
    of_others
        What stands in the thread for other questions.
    stale
        Says whether the question has changed meanwhile; asked before each post.
    noted
        Told what stands there, as soon as it does.
    """

    question: Question
    messages: Sequence[Outgoing]
    version: int
    posted: Sequence[str]
    look: bool
    of_others: Collection[str]
    stale: Callable[[], bool]
    noted: Callable[[Sequence[str]], Awaitable[None]]


class Outbox:
    """Posts, edits and deletes the bot's messages."""

    def __init__(self, teams: Teams, limits: Limits, meter: Meter = Meter()) -> None:  # noqa: B008 - frozen
        self._teams = teams
        self._limits = limits
        self._meter = meter
        self._pace = Pace(limits.post_interval)

    async def deliver(self, delivery: Delivery) -> tuple[str, ...]:
        """Make the thread show the messages; returns the ts of each.

        Raises
        ------
        CallError
            Slack refuses a message, or did not take it for as long as the patience lasts.
        StaleError
            The question has changed; nothing more was posted.
        """
        standing = dict(enumerate(delivery.posted))
        current: set[int] = set()
        if delivery.look:
            found, current = await self._find(delivery)
            standing = standing | found
        for part in range(len(delivery.messages)):
            if part in current:
                continue
            if delivery.stale():
                raise StaleError
            standing[part] = await self._put(delivery, part, standing.get(part, ""))
            await delivery.noted([standing[number] for number in sorted(standing)])
        surplus = [standing.pop(part) for part in sorted(standing) if part >= len(delivery.messages)]
        for ts in surplus:
            await self._delete(delivery.question, ts)
        return tuple(standing[part] for part in sorted(standing))

    async def remove(self, question: Question, posted: Sequence[str], of_others: Collection[str]) -> None:
        """Delete every message that stands in Slack for a question."""
        found, _ = await self._find_parts(question, 0, of_others)
        for ts in dict.fromkeys((*posted, *found.values())):
            await self._delete(question, ts)

    async def start_stream(self, question: Question, text: str) -> str | None:
        """Begin to show an answer while it is written; ``None`` while the channel is busy."""
        team = self._team(question)
        lane = self._pace.lane(question)
        if not lane.is_free:
            return None
        async with lane.turn():
            response = await attempt(
                team.client.chat_startStream(
                    channel=question.channel,
                    thread_ts=question.thread,
                    markdown_text=text,
                    recipient_team_id=question.team,
                    recipient_user_id=question.user,
                )
            )
        return str(response["ts"])

    async def append_stream(self, question: Question, ts: str, text: str) -> None:
        """Show more of it."""
        client = self._team(question).client
        await attempt(client.chat_appendStream(channel=question.channel, ts=ts, markdown_text=text))

    async def stop_stream(self, question: Question, ts: str) -> None:
        """Make it a message like others; what Slack closed by itself already is one."""
        client = self._team(question).client
        try:
            await attempt(client.chat_stopStream(channel=question.channel, ts=ts))
        except CallError as error:
            _log.info("stream %s in %s not stopped: %s", ts, question.channel, error.code)

    async def _put(self, delivery: Delivery, part: int, ts: str) -> str:
        """Post a part, or edit the message that stands for it; returns its ts."""
        if ts:
            try:
                await self._edit(delivery, part, ts)
            except RefusedError as error:
                if error.code not in ("message_not_found", "cant_update_message", "edit_window_closed"):
                    raise
                _log.info("%s in %s cannot be edited: %s", ts, delivery.question.channel, error.code)
            else:
                return ts
        return await self._post(delivery, part)

    async def _edit(self, delivery: Delivery, part: int, ts: str) -> None:
        question = delivery.question
        make_call = partial(
            self._team(question).client.chat_update,
            channel=question.channel,
            ts=ts,
            **_content(delivery, part),
        )
        try:
            await self._repeated(question, make_call)
        except RefusedError as error:
            if error.code != _STREAMING:
                raise
            await self.stop_stream(question, ts)
            await self._repeated(question, make_call)

    async def _delete(self, question: Question, ts: str) -> None:
        client = self._team(question).client
        try:
            await self._repeated(question, partial(client.chat_delete, channel=question.channel, ts=ts))
        except RefusedError as error:
            if error.code != "message_not_found":
                raise

    async def _repeated(
        self, question: Question, make_call: Callable[[], Awaitable[AsyncSlackResponse]]
    ) -> None:
        """Make a call that may be made twice until Slack took it."""
        pauses = Pauses(self._limits.patience)
        lane = self._pace.lane(question)
        while True:
            async with lane.turn():
                try:
                    await attempt(make_call())
                except RateLimitedError as limited:
                    self._meter.limited()
                    if not await pauses.wait(limited.seconds):
                        raise
                except UncertainError:
                    if not await pauses.wait():
                        raise
                else:
                    self._meter.posted()
                    return

    async def _post(self, delivery: Delivery, part: int) -> str:
        question = delivery.question
        pauses = Pauses(self._limits.patience)
        lane = self._pace.lane(question)
        while True:
            async with lane.turn():
                if delivery.stale():
                    raise StaleError
                try:
                    ts = await _post_once(self._team(question).client, delivery, part)
                except RateLimitedError as limited:
                    self._meter.limited()
                    if not await pauses.wait(limited.seconds):
                        raise
                except UncertainError as unknown:
                    _log.warning("post to %s uncertain: %s", question.channel, unknown.code)
                    if not await pauses.wait():
                        raise
                    found, _ = await self._find(delivery)
                    if part in found:
                        return found[part]
                else:
                    self._meter.posted()
                    return ts

    async def _find(self, delivery: Delivery) -> tuple[dict[int, str], set[int]]:
        known = {*delivery.of_others, *delivery.posted}
        return await self._find_parts(delivery.question, delivery.version, known)

    async def _find_parts(
        self, question: Question, version: int, known: Collection[str]
    ) -> tuple[dict[int, str], set[int]]:
        """The parts of the reply that stand in the thread, and which of them answer ``version``.

        A message that was being written when the process died carries no key yet. It is ours when it
        stands after the question and for no other; it becomes the first part.
        """
        team = self._team(question)
        found: dict[int, str] = {}
        current: set[int] = set()
        unknown: list[str] = []
        try:
            async for message in threads.messages(
                team.client, address_of(question), self._limits.patience, since=question.ts
            ):
                if message.get("bot_id") != team.me.bot or str(message["ts"]) <= question.ts:
                    continue
                ts, payload = str(message["ts"]), _payload(message)
                if not payload and ts not in known:
                    unknown.append(ts)
                elif payload.get("question") == key_of(question):
                    part = int(payload["part"])
                    found.setdefault(part, ts)
                    if payload.get("version") == version and version:
                        current.add(part)
        except RefusedError as error:
            if error.code != "thread_not_found":
                raise
        if unknown and 0 not in found:
            found[0] = unknown[0]
            await self.stop_stream(question, found[0])
        return found, current

    def _team(self, question: Question) -> Team:
        team = self._teams.of(question.team)
        if team is None:
            raise NotInstalledError
        return team


async def _post_once(client: AsyncWebClient, delivery: Delivery, part: int) -> str:
    address = address_of(delivery.question)
    response = await attempt(
        client.chat_postMessage(
            channel=address.channel,
            thread_ts=address.thread,
            unfurl_links=False,
            unfurl_media=False,
            **_content(delivery, part),
        )
    )
    return str(response["ts"])


def _content(delivery: Delivery, part: int) -> dict[str, Any]:
    message = delivery.messages[part]
    payload = {"question": key_of(delivery.question), "part": part, "version": delivery.version}
    return {
        "text": message.text,
        "blocks": list(message.blocks),
        "metadata": {"event_type": EVENT_TYPE, "event_payload": payload},
    }


def _payload(message: Any) -> dict[str, Any]:
    """What our own metadata says; empty when the message carries none of ours."""
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") if metadata.get("event_type") == EVENT_TYPE else None
    return dict(payload) if payload else {}
