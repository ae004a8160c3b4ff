"""Posts replies: at Slack's pace, in the thread, each exactly once.

A post whose fate is unknown is looked for in the thread before it is made again: every reply
carries its question's key and its part in the message metadata.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence

from slack_sdk.web.async_client import AsyncWebClient

from slackbot import threads
from slackbot.calls import CallError, Pauses, RateLimitedError, UncertainError, attempt
from slackbot.config import Limits
from slackbot.conventions import Address, address_of, key_of
from slackbot.intake import Identity, Question
from slackbot.render import Outgoing

EVENT_TYPE = "malmoi_reply"
SEEN = "eyes"
_log = logging.getLogger("malmoi.slack.outbox")


class _Lane:
    """One channel: one post at a time, and when the next may go."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.free_at = 0.0


class Outbox:
    """Sends replies and reactions."""

    def __init__(self, client: AsyncWebClient, me: Identity, limits: Limits) -> None:
        self._client = client
        self._me = me
        self._limits = limits
        self._lanes: dict[str, _Lane] = defaultdict(_Lane)

    async def deliver(self, question: Question, messages: Sequence[Outgoing], *, perhaps_posted: bool) -> str:
        """Post the parts in order and return the ts of the first.

        ``perhaps_posted``: an earlier attempt may have got as far as posting.

        Raises
        ------
        CallError
            Slack refuses the post, or did not take it for as long as the patience lasts.
        """
        posted = await self._posted(question) if perhaps_posted else {}
        for part, message in enumerate(messages):
            if part not in posted:
                posted[part] = await self._post(question, part, message)
        return posted[0]

    async def mark_seen(self, question: Question) -> None:
        """React to the question; a failure is logged and changes nothing."""
        try:
            await attempt(
                self._client.reactions_add(channel=question.channel, timestamp=question.ts, name=SEEN)
            )
        except CallError as error:
            if error.code != "already_reacted":
                _log.warning("no reaction on %s in %s: %s", question.ts, question.channel, error.code)

    async def _post(self, question: Question, part: int, message: Outgoing) -> str:
        lane = self._lanes[question.channel]
        pauses = Pauses(self._limits.patience)
        async with lane.lock:
            while True:
                await self._turn(lane)
                try:
                    return await self._post_once(address_of(question), question, part, message)
                except RateLimitedError as limited:
                    if not await pauses.wait(limited.seconds):
                        raise
                except UncertainError as unknown:
                    _log.warning("post to %s uncertain: %s", question.channel, unknown.code)
                    if not await pauses.wait():
                        raise
                    found = await self._posted(question)
                    if part in found:
                        return found[part]
                finally:
                    lane.free_at = asyncio.get_running_loop().time() + self._limits.post_interval

    async def _turn(self, lane: _Lane) -> None:
        wait = lane.free_at - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)

    async def _post_once(self, address: Address, question: Question, part: int, message: Outgoing) -> str:
        response = await attempt(
            self._client.chat_postMessage(
                channel=address.channel,
                thread_ts=address.thread,
                text=message.text,
                blocks=list(message.blocks),  # type: ignore[arg-type]
                metadata={
                    "event_type": EVENT_TYPE,
                    "event_payload": {"question": key_of(question), "part": part},
                },
                unfurl_links=False,
                unfurl_media=False,
            )
        )
        return str(response["ts"])

    async def _posted(self, question: Question) -> dict[int, str]:
        """The parts of the question's reply that stand in the thread, by number."""
        found: dict[int, str] = {}
        async for message in threads.messages(
            self._client, address_of(question), self._limits.patience, since=question.ts
        ):
            metadata = message.get("metadata") or {}
            payload = metadata.get("event_payload") or {}
            ours = metadata.get("event_type") == EVENT_TYPE and message.get("bot_id") == self._me.bot
            if ours and payload.get("question") == key_of(question):
                found.setdefault(int(payload["part"]), str(message["ts"]))
        return found
