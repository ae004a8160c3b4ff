"""What a Prometheus server is told: numbers only, no ids of people, no text.

At rest ``malmoi_slack_received_total`` is the sum of ``malmoi_slack_ignored_total`` and
``malmoi_slack_questions`` over their labels, also after restarts: these are counted in the store. Times
and calls are those of this process.
"""

import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from slackbot.meter import Meter
from slackbot.store import State, Store, StoreError
from slackbot.transport import http

_PREFIX: Final = "malmoi_slack_"
_IGNORED: Final = "ignored:"
_ERASED: Final = "erased:"
# An acknowledgement is late after 3 seconds; an answer may take minutes.
_ACK_BUCKETS_S: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 10.0)
_ANSWER_BUCKETS_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 900.0)
# What an operator asks about, by the states of the inbox.
_SHOWN_AS: Final = {State.NEW: "waiting", State.RUNNING: "waiting", State.WITHDRAWN: "waiting"}


class Metrics:
    """Counters and histograms of one bot, in a registry of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._registry = CollectorRegistry()
        self._ack = self._histogram("ack", "From an event's arrival to its acknowledgement", _ACK_BUCKETS_S)
        self._first_sign = self._histogram(
            "first_sign", "From a question to the first thing that its author sees", _ANSWER_BUCKETS_S
        )
        self._answer = self._histogram("answer", "From a question to its whole answer", _ANSWER_BUCKETS_S)
        self._posts = self._counter("posts", "Messages posted or edited")
        self._rate_limited = self._counter("rate_limited", "Calls that Slack put off (HTTP 429)")

    @property
    def meter(self) -> Meter:
        """Where the parts of the bot say how fast they were."""
        return Meter(
            acked=self._ack.observe,
            shown=self._first_sign.observe,
            answered=self._answer.observe,
            posted=self._posts.inc,
            limited=self._rate_limited.inc,
        )

    async def render(self) -> str:
        """All of it, in Prometheus' text format 0.0.4.

        Raises
        ------
        StoreError
            The store cannot be read now.
        """
        # Totals last: an event in between is received, and not yet anything else.
        questions = await self._store.inbox.counts()
        totals = await self._store.tallies.totals()
        stored = CollectorRegistry()
        stored.register(_Stored(questions, totals))
        return (generate_latest(stored) + generate_latest(self._registry)).decode()

    def _histogram(self, name: str, about: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"{_PREFIX}{name}_seconds", about, buckets=buckets, registry=self._registry)

    def _counter(self, name: str, about: str) -> Counter:
        return Counter(f"{_PREFIX}{name}", about, registry=self._registry)


class _Stored(Collector):
    """What the store counts, of all processes that share it."""

    def __init__(self, questions: Mapping[str, int], totals: Mapping[str, int]) -> None:
        self._questions = questions
        self._totals = totals

    def collect(self) -> Iterable[Metric]:
        states = by_state(self._questions, self._totals)
        received = CounterMetricFamily(f"{_PREFIX}received", "Message events that arrived")
        # A question's row stands for its event: a total in memory would be lost with the process.
        received.add_metric([], self._totals.get("received", 0) + sum(states.values()))
        ignored = CounterMetricFamily(
            f"{_PREFIX}ignored", "Message events that are no new question, by reason", labels=["reason"]
        )
        for name, count in sorted(self._totals.items()):
            if name.startswith(_IGNORED):
                ignored.add_metric([name.removeprefix(_IGNORED)], count)
        questions = GaugeMetricFamily(
            f"{_PREFIX}questions", "Questions ever asked, by where they are now", labels=["state"]
        )
        for state, count in states.items():
            questions.add_metric([state], count)
        return received, ignored, questions


def by_state(questions: Mapping[str, int], totals: Mapping[str, int]) -> dict[str, int]:
    """How many questions there are in each state that is shown, with those whose rows were erased."""
    shown = {_SHOWN_AS.get(state, str(state)): 0 for state in State}
    for state in State:
        count = questions.get(state, 0) + totals.get(f"{_ERASED}{state}", 0)
        shown[_SHOWN_AS.get(state, str(state))] += count
    return shown


@contextlib.asynccontextmanager
async def serving(metrics: Metrics, port: int, host: str = "127.0.0.1") -> AsyncIterator[int]:
    """Serve ``/metrics`` while the block runs, where there is no HTTP transport; gives the port.

    Raises
    ------
    ConfigurationError
        The address cannot be taken; ``port`` 0 takes a free one.
    """

    async def page(_: Request) -> Response:
        try:
            return PlainTextResponse(await metrics.render(), media_type="text/plain; version=0.0.4")
        except StoreError as error:
            return PlainTextResponse(f"{error}\n", status_code=503)

    # A site that points its name to this machine reads nothing (DNS rebinding).
    known = Middleware(TrustedHostMiddleware, allowed_hosts=[host, "localhost"], www_redirect=False)
    web = Starlette(routes=[Route("/metrics", page)], middleware=[known])
    async with http.serving(web, host, port) as taken:
        yield taken
