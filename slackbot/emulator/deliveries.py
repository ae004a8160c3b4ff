"""What goes out to the app: each event until it is acknowledged, each interaction once.

Retries: docs.slack.dev "The Events API", "Error handling". Events are repeated with the same
event_id; an interaction that is not acknowledged is lost, and the person sees an error.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

from slackbot.emulator.log import Log
from slackbot.emulator.models import MethodError
from slackbot.emulator.settings import EmulatorSettings

Kind = Literal["events_api", "interactive", "slash_commands"]
Payload = Mapping[str, Any]


@dataclass(slots=True)
class Delivery:
    """One envelope that went out; times are in seconds of the wall clock, ``what`` is as in `Envelope`."""

    event_id: str
    envelope_id: str
    kind: Kind
    what: str
    retry_attempt: int
    connection: int
    sent_at: float
    acked_at: float | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is to go out, and the how-manieth time it is."""

    id: str
    kind: Kind
    payload: Payload
    retry_attempt: int = 0
    retry_reason: str = ""

    @property
    def what(self) -> str:
        """What it tells of: ``app_mention``, ``message/message_changed``, ``block_actions``, ``/malmoi``."""
        if self.kind == "slash_commands":
            return str(self.payload["command"])
        told = self.payload["event"] if self.kind == "events_api" else self.payload
        return "/".join(filter(None, (told["type"], told.get("subtype"))))

    def sent(self, connection: int = 0) -> Delivery:
        """The note that it goes out now, over the connection with this number; 0 is HTTP."""
        event_id = str(self.payload.get("event_id", ""))
        return Delivery(event_id, self.id, self.kind, self.what, self.retry_attempt, connection, time.time())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one delivery: the app's answer, or why it is to be repeated (or not)."""

    acked: bool
    payload: Any = None
    reason: str = "timeout"
    give_up: bool = False


class Transport(Protocol):
    """A way to the app."""

    async def send(self, envelope: Envelope, log: Callable[[Delivery], None]) -> Outcome:
        """Send once, note the delivery with ``log``, and wait for the acknowledgement."""
        ...

    async def shut(self) -> None:
        """Close what is open."""
        ...


class Deliveries:
    """Sends and repeats; ``acked`` hears of every acknowledged event."""

    def __init__(
        self,
        transport: Transport,
        settings: Callable[[], EmulatorSettings],
        acked: Callable[[Delivery], None],
    ) -> None:
        self._transport = transport
        self._settings = settings
        self._acked = acked
        self.log: Log[Delivery] = Log(settings().log_limit)
        self.totals = {"events": 0, "sent": 0, "acked": 0, "repeated": 0, "given_up": 0}
        self._payloads: dict[str, Payload] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, payload: Payload, *, retry_attempt: int = 0, retry_reason: str = "") -> str:
        """Deliver an event (again); returns its event_id at once."""
        event_id = str(payload["event_id"])
        if not retry_attempt:
            self.totals["events"] += 1
            self._payloads[event_id] = payload
            limit = self._settings().log_limit
            if limit and len(self._payloads) > limit:
                del self._payloads[next(iter(self._payloads))]
        self._keep(self._deliver(payload, retry_attempt, retry_reason))
        return event_id

    def send_again(self, event_id: str, times: int) -> None:
        """Deliver an event that went out before, as Slack does when it saw no acknowledgement."""
        payload = self._payloads.get(event_id)
        if payload is None:
            raise MethodError(f"no event {event_id!r} went out, or it was too long ago")
        for attempt in range(1, times + 1):
            self.send(payload, retry_attempt=attempt, retry_reason="timeout")

    async def ask(self, kind: Kind, payload: Payload) -> Outcome:
        """Deliver an interaction and wait for the app's answer; with no connection there is none."""
        try:
            async with asyncio.timeout(self._settings().ack_timeout):
                return await self._once(Envelope(secrets.token_hex(16), kind, payload))
        except TimeoutError:
            return Outcome(acked=False)

    async def shut(self) -> None:
        """Stop delivering."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._transport.shut()

    def shown(self) -> list[dict[str, Any]]:
        """The deliveries that are remembered."""
        return [asdict(delivery) for delivery in self.log]

    def note_ack(self, delivery: Delivery) -> None:
        """An acknowledgement arrived, in time or not."""
        self.totals["acked"] += 1
        self._acked(delivery)

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, payload: Payload, retry_attempt: int, retry_reason: str) -> None:
        """Send until acknowledged: at once, then after each of the retry delays."""
        delays = iter(self._settings().retry_delays)
        while True:
            envelope = Envelope(secrets.token_hex(16), "events_api", payload, retry_attempt, retry_reason)
            outcome = await self._once(envelope)
            if outcome.acked:
                return
            retry_attempt, retry_reason = retry_attempt + 1, outcome.reason
            delay = None if outcome.give_up else next(delays, None)
            if delay is None:
                self.totals["given_up"] += 1
                return
            await asyncio.sleep(delay)

    async def _once(self, envelope: Envelope) -> Outcome:
        return await self._transport.send(envelope, self._note)

    def _note(self, delivery: Delivery) -> None:
        self.log.add(delivery)
        self.totals["sent"] += 1
        self.totals["repeated"] += delivery.retry_attempt > 0
