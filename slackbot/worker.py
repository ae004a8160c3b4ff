"""Takes questions from the inbox and sees each to its reply: one at a time in each thread."""

import asyncio
import logging
import threading
import traceback
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from curation.errors import UserError
from rag.types import Answer, Turn
from slackbot import conventions, intake, phrases, render, threads
from slackbot.answerer import Answerer
from slackbot.calls import CallError, TokenRefusedError
from slackbot.config import BOT_VARIABLE, Limits, token_refused
from slackbot.intake import Identity, Question
from slackbot.outbox import Outbox
from slackbot.store import Inbox, Reply, State, Waiting

HISTORY_TURNS = 20
_log = logging.getLogger("malmoi.slack.worker")
_T = TypeVar("_T")
_LaneKey = tuple[str, str, str]


class Worker:
    """Answers what is in the inbox until it is stopped.

    Raises from :meth:`run` only what makes going on senseless: a token that Slack refuses.
    """

    def __init__(
        self,
        inbox: Inbox,
        outbox: Outbox,
        client: AsyncWebClient,
        answerer: Answerer,
        *,
        me: Identity,
        limits: Limits,
    ) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._client = client
        self._answerer = answerer
        self._me = me
        self._limits = limits
        self._wake = asyncio.Event()
        self._slots = asyncio.Semaphore(limits.concurrency)
        self._lanes: dict[_LaneKey, asyncio.Task[None]] = {}
        self._aside: set[asyncio.Task[None]] = set()
        self._fatal: UserError | None = None

    def wake(self) -> None:
        """Look into the inbox: there is a new question, or a lane has become free."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled; take up first what an earlier process left."""
        left = await self._inbox.requeue()
        if left:
            _log.info("%d unfinished questions taken up again", left)
        self.wake()
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._fatal is not None:
                raise self._fatal
            await self._take_up()

    async def stop(self) -> None:
        """After :meth:`run`: let running work finish within the grace, give back the rest."""
        running = {*self._lanes.values(), *self._aside}
        if running:
            _, late = await asyncio.wait(running, timeout=self._limits.stop_grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        left = await self._inbox.requeue()
        if left:
            _log.info("%d questions left for the next start", left)

    async def _take_up(self) -> None:
        free = self._limits.concurrency - len(self._lanes)
        if free <= 0:
            return
        for waiting in await self._inbox.waiting(free, self._lanes):
            question = waiting.question
            lane = (question.team, question.channel, question.thread)
            await self._inbox.start(waiting.id)
            self._lanes[lane] = asyncio.create_task(self._see_through(waiting))
            self._lanes[lane].add_done_callback(lambda task, lane=lane: self._done(lane, task))  # type: ignore[misc]

    def _done(self, lane: _LaneKey, task: asyncio.Task[None]) -> None:
        del self._lanes[lane]
        error = None if task.cancelled() else task.exception()
        if isinstance(error, UserError):
            self._fatal = error
        elif error is not None:
            _log.error("work on a question broke off: %s", _where(error))
        self.wake()

    async def _see_through(self, waiting: Waiting) -> None:
        """From the question to the posted reply."""
        question, first_attempt = waiting.question, waiting.attempts == 0
        if first_attempt:
            self._keep_aside(self._outbox.mark_seen(question))
        reply = waiting.reply
        if reply is None:
            reply = await self._reply(waiting)
            await self._inbox.save_reply(waiting.id, reply)
        try:
            ts = await self._outbox.deliver(question, reply.messages, perhaps_posted=not first_attempt)
        except TokenRefusedError as error:
            raise token_refused(BOT_VARIABLE, error.code) from error
        except CallError as error:
            _log.error("no reply to %s in %s: %s", question.ts, question.channel, error.code)
            await self._inbox.finish(waiting.id, State.DEAD, None)
            return
        await self._inbox.finish(waiting.id, reply.outcome, ts)
        _log.info("%s %s in %s", reply.outcome, question.ts, question.channel)

    async def _reply(self, waiting: Waiting) -> Reply:
        """What to post: an answer, a refusal, or why there is neither."""
        question = waiting.question
        objection = conventions.objection(question)
        if objection:
            return Reply(render.notice(objection), State.REFUSED)
        if waiting.attempts >= self._limits.attempts:
            return Reply(render.notice(phrases.GAVE_UP), State.DEAD)
        history = await self._history(question)
        try:
            answer = await self._answer(question.text, history)
        except UserError as error:
            return Reply(render.notice(" ".join(filter(None, (error.what, error.fix)))), State.REFUSED)
        except TimeoutError:
            _log.error("no answer to %s in %s in time", question.ts, question.channel)
            return Reply(render.notice(phrases.TOO_SLOW), State.DEAD)
        except Exception as error:  # noqa: BLE001 - whatever broke, the person is told and the place logged
            _log.error("no answer to %s in %s: %s", question.ts, question.channel, _where(error))
            return Reply(render.notice(phrases.FAILED), State.DEAD)
        return Reply(render.answer(answer), State.REFUSED if answer.refused else State.ANSWERED)

    async def _history(self, question: Question) -> tuple[Turn, ...]:
        if not question.in_thread:
            return ()
        address = conventions.address_of(question)
        try:
            read = [m async for m in threads.messages(self._client, address, self._limits.answer_deadline)]
        except CallError as error:
            _log.warning("thread %s in %s not read: %s", question.thread, question.channel, error.code)
            return ()
        return intake.turns(read, question, self._me)[-HISTORY_TURNS:]

    async def _answer(self, text: str, history: Sequence[Turn]) -> Answer:
        """Ask in a thread; past the deadline the thread goes on alone and keeps its slot until it ends."""
        await self._slots.acquire()
        work = in_daemon_thread(lambda: self._answerer.ask(text, history))
        work.add_done_callback(lambda _: self._slots.release())
        return await asyncio.wait_for(asyncio.shield(work), self._limits.answer_deadline)

    def _keep_aside(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)


def in_daemon_thread(work: Callable[[], _T]) -> asyncio.Future[_T]:
    """Run blocking work; unlike an executor's, its thread cannot keep the process from ending."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_T] = loop.create_future()

    def fail(error: BaseException) -> None:
        future.set_exception(error)
        future.exception()  # read here: nobody waits any more once the deadline has passed

    def run() -> None:
        try:
            settle = partial(future.set_result, work())
        except BaseException as raised:  # noqa: BLE001 - it is raised again where the answer is awaited
            settle = partial(fail, raised)
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle)

    threading.Thread(target=run, name="answer", daemon=True).start()
    return future


def _where(error: BaseException) -> str:
    """The kind of an error and the places it came through, without its text: that may quote people."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"
