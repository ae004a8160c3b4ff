"""Puts the bot together: clients, bolt application, worker. No globals."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from rag.types import EVERYTHING, Filter
from slackbot import logs, phrases
from slackbot.answerer import Answerer
from slackbot.config import Limits, SlackConfig
from slackbot.intake import Question
from slackbot.listeners import Hooks, keep_before_ack
from slackbot.meter import Meter
from slackbot.outbox import Outbox
from slackbot.phrases import Phrases
from slackbot.sign_in import authorised_by
from slackbot.signs import Signs
from slackbot.store import Store
from slackbot.stream import Streaming
from slackbot.teams import Teams
from slackbot.traffic import Traffic
from slackbot.worker import Parts, Worker

CALL_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Bot:
    """The parts that run."""

    app: AsyncApp
    worker: Worker


def new_client(config: SlackConfig, session: aiohttp.ClientSession, token: str) -> AsyncWebClient:
    """A Web API client over the shared session: without one it opens a session a call.

    It never repeats a call by itself. A post that was perhaps performed must be looked for first,
    and a pause that Slack asks for concerns the whole channel; both are the outbox's work.
    """
    client = AsyncWebClient(
        token=token or None,
        base_url=config.api_url,
        session=session,
        retry_handlers=[],
        logger=logging.getLogger(logs.SDK),
    )
    client.proxy = config.proxy  # as an argument, None would mean HTTPS_PROXY, even for loopback
    return client


def new_session() -> aiohttp.ClientSession:
    """A session for all calls; the time-out has to be its own, slack_sdk's applies to none it is given."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_TIMEOUT_S))


async def everything(_: Question) -> Filter:
    """Every passage: what a bot answers from whose index holds nothing private."""
    return EVERYTHING


async def in_korean(_: Question) -> Phrases:
    """The phrases for somebody whose language is not asked for."""
    return phrases.KOREAN


def build(
    client: AsyncWebClient,
    teams: Teams,
    answerer: Answerer,
    store: Store,
    limits: Limits,
    *,
    scope: Callable[[Question], Awaitable[Filter]] = everything,
    say: Callable[[Question], Awaitable[Phrases]] = in_korean,
    hooks: Hooks | None = None,
    meter: Meter = Meter(),  # noqa: B008 - frozen
) -> Bot:
    """The bolt application, which keeps questions, and the worker, which answers them.

    Parameters
    ----------
    client
        Without a token: each request is answered with that of its workspace.
    scope, say
        Which passages an asker is answered from, and in which language.
    hooks
        What else happens with messages; see `listeners.Hooks`.
    meter
        Told how fast it was.
    """
    outbox, traffic = Outbox(teams, limits, meter), Traffic()
    parts = Parts(
        inbox=store.inbox,
        outbox=outbox,
        signs=Signs(teams, traffic, meter),
        streaming=Streaming(outbox, limits),
        teams=teams,
        traffic=traffic,
        answerer=answerer,
        scope=scope,
        say=say,
        limits=limits,
        meter=meter,
    )
    worker = Worker(parts)
    app = AsyncApp(
        name="malmoi",
        client=client,
        logger=logging.getLogger(logs.SDK),
        before_authorize=keep_before_ack(
            store.inbox, teams, worker, traffic, gather=limits.gather, hooks=hooks, meter=meter
        ),
        authorize=authorised_by(teams),  # type: ignore[arg-type]  # None is its word for nobody
        signing_secret="",  # both transports hand on what they have authenticated
    )
    return Bot(app, worker)
