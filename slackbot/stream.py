"""Shows an answer while it is written.

The text that streams is Slack's Markdown; the blocks that ``chat.stopStream`` takes are put below
it (docs.slack.dev). So the stream is only a view of the work: at the end the message is stopped and
edited into the whole reply, as it would be when Slack had closed the stream in the middle.
"""

import asyncio
import html
import logging
import re
from collections.abc import Awaitable, Callable, Sequence

from slackbot.calls import CallError, RefusedError, UncertainError
from slackbot.config import Limits
from slackbot.intake import Question
from slackbot.outbox import Outbox
from slackbot.render import shown

MOST_CHARACTERS = 8_000
# An answer that is complete this soon after its first sentence is not streamed.
_NEARLY_DONE_S = 0.1
_BUSY_S = 0.2
_PINGS = re.compile(r"@(?=[A-Za-z가-힣])")
# What concerns one conversation, or an asker of another workspace, and says nothing about others.
_OF_ONE_QUESTION = (
    "channel_not_found",
    "is_archived",
    "not_in_channel",
    "team_not_found",
    "thread_not_found",
    "user_not_found",
)
_log = logging.getLogger("malmoi.slack.stream")


class Streaming:
    """Where Slack lets answers stream; a workspace that refuses is not asked again."""

    def __init__(self, outbox: Outbox, limits: Limits) -> None:
        self.outbox = outbox
        self.limits = limits
        self._refused: set[tuple[str, bool]] = set()

    def is_possible(self, question: Question) -> bool:
        """Whether nothing is known against it."""
        return (question.team, question.addressed == "direct") not in self._refused

    def refused(self, question: Question, code: str) -> None:
        """Remember that streaming is not for this workspace, or not for its channels."""
        if code not in _OF_ONE_QUESTION:
            self._refused.add((question.team, question.addressed == "direct"))
            _log.info("no streaming in %s from now on: %s", question.team, code)


class LiveMessage:
    """The message in which one answer grows; nothing is posted when the answer is quick.

    ``noted`` is told the ts as soon as it is known. Afterwards ``ts`` is empty when nothing was
    posted, unless ``is_uncertain``: then the thread has to be looked at.
    """

    def __init__(
        self, streaming: Streaming, question: Question, noted: Callable[[Sequence[str]], Awaitable[None]]
    ) -> None:
        self._streaming = streaming
        self._question = question
        self._noted = noted
        self._text = ""
        self._begun = asyncio.Event()
        self._ended = asyncio.Event()
        self._following = asyncio.create_task(self._follow())
        self.ts = ""
        self.is_uncertain = False

    def add(self, sentence: str) -> None:
        """Show a sentence soon."""
        self._text += shown(sentence)
        if self._text.strip():
            self._begun.set()

    async def end(self) -> None:
        """Show no more; the message is one that can be edited then."""
        self._ended.set()
        self._begun.set()
        await self._following
        if self.ts:
            await self._streaming.outbox.stop_stream(self._question, self.ts)

    async def _follow(self) -> None:
        limits = self._streaming.limits
        if await self._ends_within(limits.first_words):
            return
        await self._begun.wait()
        if await self._ends_within(_NEARLY_DONE_S) or not self._streaming.is_possible(self._question):
            return
        try:
            sent = await self._start()
            while self.ts and sent < MOST_CHARACTERS and not await self._ends_within(limits.stream_interval):
                if len(self._text) > sent:
                    text = self._text[:MOST_CHARACTERS]
                    # Not of the new part alone: what must be parted may begin in the one before.
                    more = harmless(text)[len(harmless(text[:sent])) :]
                    await self._streaming.outbox.append_stream(self._question, self.ts, more)
                    sent = len(text)
        except UncertainError as error:
            self.is_uncertain = not self.ts
            _log.info("stream in %s broke off: %s", self._question.channel, error.code)
        except CallError as error:
            _log.info("stream in %s ended: %s", self._question.channel, error.code)
            if isinstance(error, RefusedError) and not self.ts:
                self._streaming.refused(self._question, error.code)

    async def _start(self) -> int:
        """Begin the message as soon as the channel is free; returns how much of the text it shows."""
        while True:
            text = self._text[:MOST_CHARACTERS]
            ts = await self._streaming.outbox.start_stream(self._question, harmless(text))
            if ts is not None:
                self.ts = ts
                await self._noted([ts])
                return len(text)
            if await self._ends_within(_BUSY_S):
                return 0

    async def _ends_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            return False
        return True


def harmless(text: str) -> str:
    """Text that pings nobody and hides no link while it streams."""
    return _PINGS.sub("@\u2060", html.escape(text, quote=False)).replace("](", "]\u2060(")
