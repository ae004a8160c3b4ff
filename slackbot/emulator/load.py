"""Measures what becomes of the messages of a burst: acknowledged, first sign of life, answered."""

import asyncio
import math
import time
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from slackbot.emulator.deliveries import Delivery

Key = tuple[str, str]


@dataclass(slots=True)
class Track:
    """One message of a burst; times are in seconds of the wall clock."""

    channel: str
    ts: str
    said_at: float
    first_sign_at: float | None = None
    first_post_at: float | None = None
    last_change_at: float | None = None
    answer_ts: str = ""
    posts: int = 0


class Load:
    """The messages of all bursts since the last `forget`."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self.forget()

    def forget(self) -> None:
        """Begin anew: later reports know nothing of what went before."""
        self._tracks: dict[Key, Track] = {}
        self._events: dict[str, Track] = {}
        self._ack_s: list[float] = []
        self._sent_events = 0
        self._repeated = 0

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Let a burst run in the background."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def is_running(self) -> bool:
        """Whether a burst is still being said."""
        return bool(self._tasks)

    async def shut(self) -> None:
        """End the bursts that run."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def said(self, channel: str, ts: str, event_ids: Iterable[str], said_at: float) -> None:
        """A message of a burst was said, and these events tell of it."""
        track = Track(channel, ts, said_at)
        self._tracks[channel, ts] = track
        for event_id in event_ids:
            self._events[event_id] = track
            self._sent_events += 1

    def acked(self, delivery: Delivery) -> None:
        """A delivery was acknowledged; the first time counts."""
        track = self._events.pop(delivery.event_id, None)
        if track is None or delivery.acked_at is None:
            return
        again = delivery.retry_attempt > 0
        self._repeated += again
        self._ack_s.append(delivery.acked_at - (track.said_at if again else delivery.sent_at))

    def saw_sign(self, channel: str, ts: str) -> None:
        """The bot reacted to a message, or set a status in its thread."""
        track = self._tracks.get((channel, ts))
        if track is not None and track.first_sign_at is None:
            track.first_sign_at = time.time()

    def saw_post(self, channel: str, thread_ts: str, ts: str) -> None:
        """The bot posted in a thread."""
        track = self._tracks.get((channel, thread_ts))
        if track is None:
            return
        self.saw_sign(channel, thread_ts)
        track.posts += 1
        track.last_change_at = time.time()
        if track.first_post_at is None:
            track.first_post_at, track.answer_ts = track.last_change_at, ts

    def saw_change(self, channel: str, thread_ts: str, ts: str) -> None:
        """The bot changed a post: an answer that is written bit by bit is whole at its last change."""
        track = self._tracks.get((channel, thread_ts))
        if track is not None and track.answer_ts == ts:
            track.last_change_at = time.time()

    def report(self) -> dict[str, Any]:
        """Counts, and percentiles in milliseconds since each message was said (acks: since it was sent)."""
        tracks = list(self._tracks.values())
        return {
            "running": self.is_running,
            "messages": len(tracks),
            "events": self._sent_events,
            "acked": len(self._ack_s),
            "acked_after_repeat": self._repeated,
            "answered": sum(track.posts > 0 for track in tracks),
            "doubled": sum(track.posts > 1 for track in tracks),
            "lost": sum(track.posts == 0 for track in tracks),
            "ack_ms": _percentiles(self._ack_s),
            "first_sign_ms": _since(tracks, "first_sign_at"),
            "first_post_ms": _since(tracks, "first_post_at"),
            "answered_ms": _since(tracks, "last_change_at"),
        }


def _since(tracks: Iterable[Track], name: str) -> dict[str, float | int]:
    return _percentiles([getattr(t, name) - t.said_at for t in tracks if getattr(t, name) is not None])


def _percentiles(seconds: Sequence[float]) -> dict[str, float | int]:
    """Nearest-rank percentiles in milliseconds."""
    if not seconds:
        return {"count": 0}
    ordered = sorted(seconds)

    def rank(share: float) -> float:
        return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)] * 1000, 2)

    return {
        "count": len(ordered),
        "p50": rank(0.5),
        "p95": rank(0.95),
        "p99": rank(0.99),
        "max": round(ordered[-1] * 1000, 2),
    }
