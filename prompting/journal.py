"""Calls of a model that are never paid twice: each reply is on the disk before it is used.

A reply is found again by the hash of the conversation, its seed and the settings: whatever order the
calls are made in, and only for the same question.
"""

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import orjson

from chat.errors import ModelUnavailableError
from curation.errors import ConfigurationError, UserError
from curation.progress import Advance
from prompting.asking import Conversation, Reply
from prompting.journal_file import JournalFile

AT_ONCE: Final = 8
"""Calls under way at a time: as many as a local model answers together."""


class BudgetSpentError(UserError):
    """All the calls that were allowed are made; their replies are kept."""


class Budget:
    """How many calls may be made; one that fails is not counted. Threads may share it.

    Parameters
    ----------
    calls
        Most calls; ``None``: any number.
    """

    def __init__(self, calls: int | None = None) -> None:
        self.calls = calls
        self._used = 0
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Take a call, and say whether one was left."""
        with self._lock:
            is_left = self.calls is None or self._used < self.calls
            self._used += is_left
            return is_left

    def give_back(self) -> None:
        """Return a call that was taken and came to nothing."""
        with self._lock:
            self._used -= 1


class CallJournal:
    """The replies in a file, and the calls for those that are missing.

    One process has the file at a time; its threads may share the journal. On Ctrl-C the calls under way
    are waited for and kept; after ``kill -9`` those are made again, at most `AT_ONCE`.

    Parameters
    ----------
    path
        File of JSON lines; it is made where it is absent.
    budget
        Most calls to make.

    Raises
    ------
    ConfigurationError
        When the file cannot be written, another process has it, or it is no journal.
    """

    def __init__(self, path: Path, budget: Budget | None = None) -> None:
        self.path = path
        self.spent = 0
        """Calls that were made and answered."""
        self.reused = 0
        """Replies that were given without a call."""
        self._budget = budget or Budget()
        self._lock = threading.Lock()
        self._file = JournalFile(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def ask(
        self,
        asked: Callable[..., Sequence[Reply]],
        conversations: Sequence[Conversation],
        seeds: Sequence[int] | None,
        key: Mapping[str, Any],
        advance: Advance = lambda _: None,
    ) -> list[Reply]:
        """Give each conversation its reply: the one that is kept, or the model's.

        Parameters
        ----------
        asked
            A `prompting.asking` sampler, or an `Ask` where ``seeds`` is ``None``; it is called with one
            conversation at a time, by several threads.
        conversations, seeds
            What is asked; the same conversation with the same seed is asked once.
        key
            JSON data that tells this model and its settings from others.
        advance
            Told of each reply.

        Raises
        ------
        BudgetSpentError
            When calls are left over; `kept` has the replies of the others.
        ConfigurationError
            When the model cannot be used at all. Other UserErrors are replies; they are not kept. When
            a model was unavailable `AT_ONCE` times in a row, the calls left over are not made: that error
            is their reply.
        """

        def call(at: int) -> Reply:
            turns = [conversations[at]]
            return (asked(turns) if seeds is None else asked(turns, [seeds[at]]))[0]

        calls = _identities(conversations, seeds, key)
        return self._answered(calls, call, advance, at_once=AT_ONCE)

    def score(
        self,
        scorer: Callable[[Sequence[Conversation], Sequence[str]], Sequence[Sequence[float]]],
        conversations: Sequence[Conversation],
        labels: Sequence[str],
        key: Mapping[str, Any],
        advance: Advance = lambda _: None,
    ) -> list[list[float] | UserError]:
        """Give the labels' log probabilities for each conversation, one call for each.

        What the scorer raises is, as with `ask`, the reply to the conversation that met it.

        Raises
        ------
        BudgetSpentError, ConfigurationError
            As `ask` does.
        """

        def call(at: int) -> Sequence[float] | UserError:
            try:
                return scorer([conversations[at]], labels)[0]
            except ConfigurationError:
                raise
            except UserError as error:
                return error

        calls = _identities(conversations, [list(labels)] * len(conversations), key)
        return self._answered(calls, call, advance, at_once=1)

    def kept(
        self, conversations: Sequence[Conversation], seeds: Sequence[int] | None, key: Mapping[str, Any]
    ) -> list[str | None]:
        """Give the replies of `ask` that are in the file, ``None`` for the others."""
        return [self._file.get(call) for call in _identities(conversations, seeds, key)]

    def kept_scores(
        self, conversations: Sequence[Conversation], labels: Sequence[str], key: Mapping[str, Any]
    ) -> list[list[float | None] | None]:
        """Give those of `score`; ``None`` within a row is a number that is not finite."""
        calls = _identities(conversations, [list(labels)] * len(conversations), key)
        return [self._file.get(call) for call in calls]

    def _answered(
        self,
        calls: Sequence[str],
        call: Callable[[int], Any],
        advance: Advance,
        *,
        at_once: int,
    ) -> list[Any]:
        first = {one: at for at, one in reversed(list(enumerate(calls))) if one not in self._file}
        missing = deque(sorted(first.values()))
        known = len(calls) - len(missing)
        with self._lock:
            self.reused += known
        advance(known)

        def work(at: int) -> Any:
            is_kept = False
            try:
                reply = call(at)
                if not isinstance(reply, UserError):
                    self._keep(calls[at], reply)
                    is_kept = True
            finally:
                if not is_kept:
                    self._budget.give_back()
            return reply

        failed, lost = self._run(work, missing, advance, at_once)
        if missing and lost is None:
            raise BudgetSpentError(
                f"The budget of {self._budget.calls:,} calls is spent; {len(missing):,} calls are left over.",
                where=str(self.path),
                fix="Run the same command with a larger --budget: what was paid is kept and not asked again.",
            )
        errors = {calls[at]: error for at, error in failed.items()} | {calls[at]: lost for at in missing}
        return [errors.get(one) or self._file.get(one) for one in calls]

    def _run(
        self,
        work: Callable[[int], Any],
        missing: deque[int],
        advance: Advance,
        at_once: int,
    ) -> tuple[dict[int, UserError], UserError | None]:
        """Work off what is missing; the errors by place, and the last one where the model was given up."""
        failed: dict[int, UserError] = {}
        lost: list[UserError] = []  # how often the model was unavailable since it last was not
        # Leaving the pool waits for the calls under way, on Ctrl-C too: they are paid.
        with ThreadPoolExecutor(at_once) as pool:
            running: dict[Future[Any], int] = {}
            while True:
                while missing and len(running) < at_once and len(lost) < AT_ONCE and self._budget.take():
                    at = missing.popleft()
                    running[pool.submit(work, at)] = at
                if not running:
                    return failed, lost[-1] if len(lost) >= AT_ONCE else None
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    at, reply = running.pop(done), done.result()
                    advance(1)
                    lost = [*lost, reply] if isinstance(reply, ModelUnavailableError) else []
                    if isinstance(reply, UserError):
                        failed[at] = reply

    def _keep(self, call: str, reply: Any) -> None:
        self._file.append(call, reply)
        with self._lock:
            self.spent += 1


def _identities(
    conversations: Sequence[Conversation], seeds: Sequence[Any] | None, key: Mapping[str, Any]
) -> list[str]:
    return [
        hashlib.sha256(
            orjson.dumps(
                [dict(key), seed, [[message.role, message.content] for message in turns]],
                option=orjson.OPT_SORT_KEYS,
            )
        ).hexdigest()
        for turns, seed in zip(conversations, seeds or [None] * len(conversations), strict=True)
    ]
