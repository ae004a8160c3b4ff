"""One question from its claim to what stands in its thread."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from chat.errors import ModelBusyError, ModelUnavailableError
from curation.errors import UserError
from rag.answering.refusals import MODEL_FAILED
from rag.types import Answer, Filter, Turn
from slackbot import conventions, intake, render, threads
from slackbot.answerer import Answerer
from slackbot.calls import CallError, Pauses, TokenRefusedError
from slackbot.config import BOT_VARIABLE, Limits, token_refused
from slackbot.intake import Question
from slackbot.logs import where
from slackbot.meter import Meter
from slackbot.outbox import Delivery, Outbox, StaleError
from slackbot.phrases import Phrases
from slackbot.render import Outgoing
from slackbot.signs import Signs
from slackbot.store import Inbox, Reply, State, StoreError, Waiting
from slackbot.stream import LiveMessage, Streaming
from slackbot.teams import Teams
from slackbot.traffic import Traffic
from slackbot.worker.asking import Asking

HISTORY_TURNS = 20
LONGEST_RETRY_S = 60.0
# Before a removal that broke off is tried again.
_AFTER_FAULT_S = 5.0
# How long the store may fail before a question is left to the next start.
_STORE_PATIENCE_S = 86_400.0
_log = logging.getLogger("malmoi.slack.worker")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run works with.

    ``scope`` says which passages an answer may be made of, ``say`` in which language its asker is
    spoken to.
    """

    inbox: Inbox
    outbox: Outbox
    signs: Signs
    streaming: Streaming
    teams: Teams
    traffic: Traffic
    answerer: Answerer
    scope: Callable[[Question], Awaitable[Filter]]
    say: Callable[[Question], Awaitable[Phrases]]
    limits: Limits
    meter: Meter


class Run:
    """The work on one question that this process has claimed."""

    def __init__(self, parts: Parts, waiting: Waiting) -> None:
        self._parts = parts
        self.waiting = waiting
        self._question = waiting.question
        self._posted = waiting.posted
        # A first attempt at a first version cannot have posted anything.
        self._look = waiting.attempts > 0 or (waiting.version > 1 and not waiting.posted)
        self._is_stale = False
        self._asking: Asking | None = None
        self._in_work: asyncio.Task[Reply | None] | None = None
        self.answered = asyncio.Event()

    def interrupt(self) -> None:
        """The question has changed: stop the model, post nothing more for what it was."""
        self._is_stale = True
        if self._in_work is not None:
            self._in_work.cancel()

    async def see_through(self) -> None:
        """Work until the question is done or given back.

        Raises
        ------
        ConfigurationError
            Slack refuses the token of the only workspace.
        """
        try:
            if self.waiting.state is State.WITHDRAWN:
                await self._remove()
            else:
                await self._answer()
        except StaleError:
            await self._release()
        except TokenRefusedError as error:
            if len(self._parts.teams) == 1:
                raise token_refused(BOT_VARIABLE, error.code) from error
            await self._bury(error.code)
        except CallError as error:
            await self._bury(error.code)
        except Exception as error:  # noqa: BLE001 - a fault of ours: tried again, but not for ever
            _log.error(
                "work on %s in %s broke off: %s", self._question.ts, self._question.channel, where(error)
            )
            if self.waiting.state is State.WITHDRAWN:
                await asyncio.sleep(_AFTER_FAULT_S)  # its attempts are not counted: what was asked must go
                await self._release()
            elif self.waiting.attempts < self._parts.limits.attempts:
                await self._release()
            else:
                await self._bury("too many attempts")

    async def model_ended(self) -> None:
        """Wait until the answerer's thread is free again, also one whose answer came too late.

        One that hangs is waited for as long again as an answer may take: others are to be answered too.
        """
        await self.answered.wait()
        if self._asking is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._parts.limits.answer_deadline):
                    await self._asking.ended()

    async def _answer(self) -> None:
        question, inbox = self._question, self._parts.inbox
        reply = self.waiting.reply or await self._new_reply()
        if reply is None:
            return
        self.answered.set()
        posted = await self._deliver(reply.messages, self.waiting.version)
        if not await surely(partial(inbox.finish, self.waiting, reply.outcome, posted)):
            raise StaleError
        self._parts.meter.answered(max(0.0, time.time() - float(question.ts)))
        await self._parts.signs.clear(question)
        _log.info("%s %s in %s", reply.outcome, question.ts, question.channel)

    async def _new_reply(self) -> Reply | None:
        """Make the reply and keep it; ``None`` when the question was put off."""
        self._parts.signs.show(self._question)
        self._in_work = asyncio.create_task(self._reply())
        try:
            reply = await self._in_work
        except asyncio.CancelledError:
            if self._is_stale:
                raise StaleError from None
            raise
        finally:
            self._in_work = None
        if reply and not await surely(partial(self._parts.inbox.save_reply, self.waiting, reply)):
            raise StaleError
        return reply

    async def _release(self) -> None:
        await surely(partial(self._parts.inbox.release, self.waiting))

    async def _remove(self) -> None:
        """Take what was posted for a deleted question out of Slack."""
        self.answered.set()
        others = await self._parts.inbox.posted_in(self._question)
        await self._parts.outbox.remove(self._question, self.waiting.posted, others)
        await self._parts.signs.clear(self._question)
        await surely(partial(self._parts.inbox.removed, self.waiting.id))
        _log.info("removed %s in %s", self._question.ts, self._question.channel)

    async def _bury(self, code: str) -> None:
        """Nothing can be posted for this question, now or later."""
        _log.error("no reply to %s in %s: %s", self._question.ts, self._question.channel, code)
        inbox = self._parts.inbox
        await self._parts.signs.clear(self._question)
        if self.waiting.state is State.WITHDRAWN:
            await surely(partial(inbox.removed, self.waiting.id))
        elif not await surely(partial(inbox.finish, self.waiting, State.DEAD, self._posted)):
            await self._release()

    async def _reply(self) -> Reply | None:
        """What to post: an answer, a refusal, or why there is neither; ``None``: it has to wait."""
        question = self._question
        say = await self._parts.say(question)
        if not question.text:
            return Reply(render.notice(say.empty_question), State.REFUSED)
        if self.waiting.attempts >= self._parts.limits.attempts:
            return Reply(render.notice(say.gave_up), State.DEAD)
        self._parts.signs.say(question, say.working)
        try:
            answer = await self._asked()
        except Exception as error:  # noqa: BLE001 - whatever broke, the person is told
            return await self._failed(error, say)
        if answer.refused and answer.reason == MODEL_FAILED:
            return await self._put_off(say)
        return Reply(render.answer(answer, say), State.REFUSED if answer.refused else State.ANSWERED)

    async def _failed(self, error: Exception, say: Phrases) -> Reply | None:
        """What is said of an error; the place of one that is no person's fault is logged."""
        if isinstance(error, ModelUnavailableError | ModelBusyError):
            return await self._put_off(say)
        if isinstance(error, UserError):
            return Reply(render.notice(" ".join(filter(None, (error.what, error.fix)))), State.REFUSED)
        _log.error("no answer to %s in %s: %s", self._question.ts, self._question.channel, where(error))
        late = isinstance(error, TimeoutError)
        return Reply(render.notice(say.too_slow if late else say.failed), State.DEAD)

    async def _asked(self) -> Answer:
        """Read the answer and show it meanwhile; past the deadline its thread goes on alone."""
        question, parts = self._question, self._parts
        history, among = await self._history(), await parts.scope(question)
        live = None if self._posted or self._look else LiveMessage(parts.streaming, question, self._noted)
        stream = partial(parts.answerer.stream, question.text, history, among=among)
        asking = self._asking = Asking(stream)
        try:
            async with asyncio.timeout(parts.limits.answer_deadline):
                async for item in asking.items():
                    if isinstance(item, Answer):
                        return item
                    if live is not None:
                        live.add(item)
            raise RuntimeError("the answerer ended without an answer")
        finally:
            asking.close()
            if live is not None:
                await live.end()
                self._look = self._look or live.is_uncertain

    async def _history(self) -> Sequence[Turn]:
        question = self._question
        team = self._parts.teams.of(question.team)
        if not question.in_thread or team is None:
            return ()
        address = conventions.address_of(question)
        try:
            deadline = self._parts.limits.answer_deadline
            read = [message async for message in threads.messages(team.client, address, deadline)]
        except CallError as error:
            _log.warning("thread %s in %s not read: %s", question.thread, question.channel, error.code)
            return ()
        return intake.turns(read, question, team.me)[-HISTORY_TURNS:]

    async def _put_off(self, say: Phrases) -> Reply | None:
        """The model does not answer: the person is told once, the question waits for it."""
        waiting, limits, now = self.waiting, self._parts.limits, time.time()
        since = waiting.down_since or now
        elapsed = max(0.0, now - since)
        if elapsed >= limits.model_patience:
            return Reply(render.notice(say.model_lost), State.DEAD)
        if not waiting.down_since:
            _log.warning(
                "the model does not answer; %s in %s waits", waiting.question.ts, waiting.question.channel
            )
            await self._deliver(render.notice(say.model_down), version=0)
        pause = min(max(elapsed, limits.model_retry), LONGEST_RETRY_S)
        await surely(partial(self._parts.inbox.postpone, waiting, pause, since))
        return None

    async def _deliver(self, messages: Sequence[Outgoing], version: int) -> Sequence[str]:
        others = await self._parts.inbox.posted_in(self._question) if self._look else frozenset()
        delivery = Delivery(
            self._question,
            messages,
            version,
            self._posted,
            look=self._look,
            of_others=others,
            stale=lambda: self._is_stale,
            noted=self._noted,
        )
        return await self._parts.outbox.deliver(delivery)

    async def _noted(self, posted: Sequence[str]) -> None:
        self._posted = tuple(posted)
        await surely(partial(self._parts.inbox.note_posted, self.waiting.id, posted))


async def surely(write: Callable[[], Awaitable[_T]]) -> _T:
    """Write to the store, and again while it cannot: what was done in Slack is not to be forgotten."""
    pauses = Pauses(_STORE_PATIENCE_S)
    while True:
        try:
            return await write()
        except StoreError as error:
            _log.error("the store does not write now: %s", error.reason)
            if not await pauses.wait():
                raise
