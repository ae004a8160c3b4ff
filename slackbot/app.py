"""Puts the bot together: client, bolt application, worker. No globals."""

import logging
from dataclasses import dataclass

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from slackbot import logs
from slackbot.answerer import Answerer
from slackbot.config import Limits, SlackConfig
from slackbot.intake import Identity
from slackbot.listeners import keep_before_ack
from slackbot.outbox import Outbox
from slackbot.store import Store
from slackbot.worker import Worker

CALL_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Bot:
    """The parts that run."""

    app: AsyncApp
    worker: Worker


def new_client(config: SlackConfig, session: aiohttp.ClientSession) -> AsyncWebClient:
    """The one Web API client, over the shared session: without one it opens a session a call.

    It never repeats a call by itself. A post that was perhaps performed must be looked for first,
    and a pause that Slack asks for concerns the whole channel; both are the outbox's work.
    """
    client = AsyncWebClient(
        token=config.bot_token.get_secret_value(),
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


def build(client: AsyncWebClient, answerer: Answerer, store: Store, me: Identity, limits: Limits) -> Bot:
    """The bolt application, which keeps questions, and the worker, which answers them."""
    worker = Worker(store.inbox, Outbox(client, me, limits), client, answerer, me=me, limits=limits)
    app = AsyncApp(
        name="malmoi",
        client=client,
        logger=logging.getLogger(logs.SDK),
        before_authorize=keep_before_ack(store.inbox, me, worker.wake),
        signing_secret="",  # Socket Mode: Slack is authenticated by the connection
    )
    return Bot(app, worker)
