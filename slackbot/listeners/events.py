"""Events API: a question is committed to the inbox, then the event is acknowledged."""

import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any, Final, Protocol

from slack_bolt.response import BoltResponse

from slackbot import conventions, intake
from slackbot.intake import Deletion, Edit, Ignore, Question, Reason
from slackbot.meter import Meter
from slackbot.policy import Mode
from slackbot.store import Inbox, StoreError
from slackbot.store.states import Kept
from slackbot.teams import Teams
from slackbot.traffic import Traffic

_log = logging.getLogger("malmoi.slack.events")
Middleware = Callable[..., Awaitable[BoltResponse | None]]
_REMEMBERED: Final = 4_096
# Changes of messages that have not arrived; Slack brings again for some six minutes what failed.
_EARLY: Final = 256
_EARLY_S: Final = 600.0
_Key = tuple[str, str, str]


class Work(Protocol):
    """What is told of changes in the inbox: the worker."""

    def begin(self, question: Question) -> None:
        """A question has come in."""
        ...

    def interrupt(self, number: int) -> None:
        """A question has changed or was withdrawn."""
        ...


def _nothing(_: Any) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Hooks:
    """What others add to the path of a message; nothing here may wait.

    Parameters
    ----------
    on_message
        Told of every message of a person once, also of those that are not answered.
    on_change
        Told of every message that came, was edited or deleted, by team, channel and ts: that of the thread
        when it is known, else the message's own.
    tally
        Counts ``received`` and ``ignored:<reason>`` for each event that is no new question; of one that
        is, its row in the inbox is the count, which a crash cannot part from it.
    mode
        What the bot answers in a channel, by team and channel.
    allowed
        Whether the asker may ask here; if not, nothing is kept and ``on_refused`` is told once.
    handled
        Types of events other than messages that have listeners of their own; all others end here.
    """

    on_message: Callable[[Question], None] = _nothing
    on_change: Callable[[str, str, str], None] = lambda _team, _channel, _ts: None
    tally: Callable[[str], None] = _nothing
    mode: Callable[[str, str], Mode] = lambda _team, _channel: Mode.MENTION
    allowed: Callable[[Question], bool] = lambda _question: True
    on_refused: Callable[[Question], None] = _nothing
    handled: Collection[str] = ()


def keep_before_ack(
    inbox: Inbox,
    teams: Teams,
    work: Work,
    traffic: Traffic,
    *,
    gather: float,
    hooks: Hooks | None = None,
    meter: Meter = Meter(),  # noqa: B008 - frozen
) -> Middleware:
    """A bolt middleware that runs before the acknowledgement.

    Bolt acknowledges events before their listeners run, so the commit cannot be a listener's. An
    error in here means no acknowledgement, and Slack delivers the event again.
    """
    desk = _Desk(inbox, teams, work, gather, hooks or Hooks())

    async def keep(body: dict[str, Any], next_: Callable[[], Awaitable[Any]]) -> BoltResponse | None:
        if body.get("type") != "event_callback":
            await next_()
            return None
        kind = intake.type_of(body)
        if kind not in intake.EVENT_TYPES and kind in desk.hooks.handled:
            await next_()
            return None
        arrived = time.perf_counter()
        try:
            with traffic:
                reason = await desk.receive(body)
        except Exception as error:
            what = error.reason if isinstance(error, StoreError) else type(error).__name__
            _log.error("event %s not kept, not acknowledged: %s", body.get("event_id"), what)
            raise
        meter.acked(time.perf_counter() - arrived)
        _log.debug("event %s: %s", body.get("event_id"), reason or "kept")
        return BoltResponse(status=200, body="")

    return keep


class _Desk:
    """Where messages arrive."""

    def __init__(self, inbox: Inbox, teams: Teams, work: Work, gather: float, hooks: Hooks) -> None:
        self.hooks = hooks
        self._inbox = inbox
        self._teams = teams
        self._work = work
        self._gather = gather
        self._seen = _Recent()
        self._refused = _Recent()
        self._early: OrderedDict[_Key, tuple[float, Edit | Deletion]] = OrderedDict()

    async def receive(self, body: dict[str, Any]) -> Reason | None:
        """Commit what the event says; the reason when it is no new question."""
        team = self._teams.of(intake.team_of(body))
        if team is None:
            found: Any = Ignore(Reason.UNKNOWN_TEAM)
        else:
            found = intake.read(body, team.me)
        reason = await self._take_in(found)
        if reason is not None and intake.type_of(body) in intake.EVENT_TYPES:
            self.hooks.tally("received")
            self.hooks.tally(f"ignored:{reason.name.lower()}")
        return reason

    async def _take_in(self, found: Any) -> Reason | None:
        if isinstance(found, Ignore):
            return found.reason
        if isinstance(found, Question):
            return await self._keep(found)
        self.hooks.on_change(found.team, found.channel, found.ts)
        if not await self._change(found):
            self._remember(found)
        return Reason.EDITED if isinstance(found, Edit) else Reason.DELETED

    async def _change(self, change: Edit | Deletion) -> bool:
        if isinstance(change, Edit):
            number = await self._inbox.revise(change)
        else:
            number = await self._inbox.withdraw(change)
        if number:
            self._work.interrupt(number)
        return bool(number)

    def _remember(self, change: Edit | Deletion) -> None:
        """Keep a change for a message that may arrive after it: its first delivery may have failed."""
        key = (change.team, change.channel, change.ts)
        if self._seen.knows(key):
            return
        _, known = self._early.pop(key, (0.0, None))
        if known is not None and _order(known) > _order(change):
            change = known
        self._early[key] = (time.monotonic(), change)
        if len(self._early) > _EARLY:
            self._early.popitem(last=False)

    async def _keep(self, question: Question) -> Reason | None:
        mode = self.hooks.mode(question.team, question.channel)
        allowed = self.hooks.allowed(question)

        def silence(standing: conventions.Standing) -> Reason | None:
            reason = conventions.silence(question, standing, mode)
            return reason if reason is not None or allowed else Reason.NOT_ALLOWED

        kept: Kept = await self._inbox.keep(question, gather=self._gather, silence=silence)
        if kept.reason is None:
            self._work.begin(question)
        elif kept.number:
            self._work.interrupt(kept.number)
        key = (question.team, question.channel, question.ts)
        at, early = self._early.pop(key, (0.0, None))
        if early is not None and time.monotonic() - at < _EARLY_S:
            await self._change(early)
        if kept.reason is Reason.NOT_ALLOWED and self._refused.is_new(key):
            self.hooks.on_refused(question)
        if self._seen.is_new(key):
            self.hooks.on_message(question)
            self.hooks.on_change(question.team, question.channel, question.thread)
        return kept.reason


def _order(change: Edit | Deletion) -> tuple[bool, str]:
    """The newest edit counts, and a deletion after every edit."""
    return isinstance(change, Deletion), "" if isinstance(change, Deletion) else change.edited_ts


class _Recent:
    """The latest messages: both events of a mention and every redelivery name the same one."""

    def __init__(self) -> None:
        self._keys: OrderedDict[_Key, None] = OrderedDict()

    def knows(self, key: _Key) -> bool:
        """Whether the message was named."""
        return key in self._keys

    def is_new(self, key: _Key) -> bool:
        """Whether the message is named for the first time."""
        if key in self._keys:
            return False
        self._keys[key] = None
        if len(self._keys) > _REMEMBERED:
            self._keys.popitem(last=False)
        return True
