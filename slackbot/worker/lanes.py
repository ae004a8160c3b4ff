"""Decides what runs: one question at a time in each thread, so many overall and of one person."""

import asyncio
import contextlib
import logging

from curation.errors import UserError
from slackbot.intake import Question
from slackbot.logs import where
from slackbot.store import StoreError
from slackbot.store.claims import LEASE_S, Bounds
from slackbot.worker.run import Parts, Run

# How often the inbox is looked at without a reason: a pause may be over, another process may have died.
POLL_S = 1.0
_log = logging.getLogger("malmoi.slack.worker")


class Worker:
    """Answers what is in the inbox until it is stopped.

    Raises from :meth:`run` only what makes going on senseless: a token that Slack refuses.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._inbox = parts.inbox
        self._wake = asyncio.Event()
        # A question that changed while its sign was taken away has two for a moment.
        self._runs: dict[Run, asyncio.Task[None]] = {}
        # Each stands for a model at work; it may outlive its run when it was too slow.
        self._models: set[asyncio.Task[None]] = set()
        self._fatal: UserError | None = None

    def wake(self) -> None:
        """Look into the inbox: there is a new question, or there is room."""
        self._wake.set()

    def begin(self, question: Question) -> None:
        """A question has come in: its asker sees a sign at once, also when others are before it."""
        self._parts.signs.show(question)
        self.wake()

    def interrupt(self, number: int) -> None:
        """A question has changed or was withdrawn: what is done for it now is of no use."""
        for run in self._runs:
            if run.waiting.id == number:
                run.interrupt()
        self.wake()

    async def run(self) -> None:
        """Work until cancelled; take up first what an earlier process left."""
        left = await self._inbox.take_back()
        if left:
            _log.info("%d unfinished questions taken up again", left)
        renewing = asyncio.create_task(self._renew())
        try:
            while True:
                self._wake.clear()
                if self._fatal is not None:
                    raise self._fatal
                await self._take_up()
                # Not `wait_for`: in Python 3.11 it loses a cancellation that comes as it is woken.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        await self._wake.wait()
        finally:
            renewing.cancel()

    async def stop(self) -> None:
        """After :meth:`run`: let running work finish within the grace, give back the rest."""
        running = list(self._runs.values())
        if running:
            _, late = await asyncio.wait(running, timeout=self._parts.limits.stop_grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._parts.signs.stop()
        for task in self._models:
            task.cancel()
        left = await self._inbox.take_back(own=True)
        if left:
            _log.info("%d questions left for the next start", left)

    async def _take_up(self) -> None:
        await self._parts.traffic.calm()
        limits = self._parts.limits
        free = max(0, limits.concurrency - len(self._models))
        bounds = Bounds(free, limits.per_person, limits.per_channel, limits.model_patience)
        try:
            claimed = await self._inbox.claim(bounds)
        except StoreError as error:
            _log.error("the store does not work now: %s", error.reason)
            return
        for waiting in claimed:
            run = Run(self._parts, waiting)
            task = asyncio.create_task(run.see_through())
            self._runs[run] = task
            # A default binds the value of this round; the checker knows no such lambda.
            task.add_done_callback(lambda task, run=run: self._done(run, task))  # type: ignore[misc]
            model = asyncio.create_task(run.model_ended())
            self._models.add(model)
            model.add_done_callback(self._model_ended)

    def _model_ended(self, model: asyncio.Task[None]) -> None:
        self._models.discard(model)
        self.wake()

    def _done(self, run: Run, task: asyncio.Task[None]) -> None:
        del self._runs[run]
        run.answered.set()
        error = None if task.cancelled() else task.exception()
        if isinstance(error, UserError):
            self._fatal = error
        elif error is not None:
            _log.error("work on a question broke off: %s", where(error))
        self.wake()

    async def _renew(self) -> None:
        """Hold on to what runs; notice what another process was told about it."""
        while True:
            await asyncio.sleep(LEASE_S / 4)
            runs = list(self._runs)
            if not runs:
                continue
            try:
                held = await self._inbox.renew([run.waiting.id for run in runs])
            except StoreError as error:
                _log.error("the store does not work now: %s", error.reason)
                continue
            for run in runs:
                if held.get(run.waiting.id) != run.waiting.version:
                    run.interrupt()
