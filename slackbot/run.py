"""Runs the bot until it is told to stop."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from functools import partial
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from curation.errors import UserError
from slackbot import app, logs, transport
from slackbot.answerer import Answerer
from slackbot.calls import CallError, RefusedError, repeated
from slackbot.config import APP_VARIABLE, BOT_VARIABLE, URL_VARIABLE, Limits, SlackConfig, token_refused
from slackbot.intake import Identity
from slackbot.store import open_store

_log = logging.getLogger("malmoi.slack")


async def run_bot(
    config: SlackConfig,
    answerer: Answerer,
    *,
    store: Path,
    limits: Limits | None = None,
    ready: Callable[[Identity], None] | None = None,
) -> None:
    """Answer in Slack until SIGTERM or SIGINT; then finish or give back what is running.

    Parameters
    ----------
    store
        The SQLite file of the inbox; created when absent, used by one bot at a time.
    ready
        Called once the bot is connected.

    Raises
    ------
    ConfigurationError
        A token or the store cannot be used; it says which and why.
    UserError
        Slack cannot be reached.
    """
    config.check()
    logs.keep_text_out()
    with _stop_signals() as stop:
        await _until(stop, _serve(config, answerer, store, limits or Limits(), ready))


async def _serve(
    config: SlackConfig,
    answerer: Answerer,
    store: Path,
    limits: Limits,
    ready: Callable[[Identity], None] | None,
) -> None:
    """Answer until cancelled; what was opened is closed in the opposite order."""
    async with contextlib.AsyncExitStack() as stack:
        memory = open_store(store)
        stack.push_async_callback(memory.close)
        session = await stack.enter_async_context(app.new_session())
        client = app.new_client(config, session)
        me = await identify(client, config, limits.start_patience)
        bot = app.build(client, answerer, memory, me, limits)
        stack.push_async_callback(bot.worker.stop)
        await stack.enter_async_context(transport.connected(bot.app, config, limits))
        _log.info("connected as %s in %s; inbox %s", me.user, me.team, await memory.inbox.counts())
        if ready is not None:
            ready(me)
        await bot.worker.run()


async def identify(client: AsyncWebClient, config: SlackConfig, patience: float) -> Identity:
    """Try both tokens, so that a wrong one is named before anything is connected."""
    who = await _tried(BOT_VARIABLE, config, client.auth_test, patience)
    if not who.get("bot_id"):
        raise token_refused(BOT_VARIABLE, "it belongs to a person, not to a bot")
    token = config.app_token.get_secret_value()
    await _tried(APP_VARIABLE, config, partial(client.apps_connections_open, app_token=token), patience)
    return Identity(team=str(who["team_id"]), user=str(who["user_id"]), bot=str(who["bot_id"]))


async def _tried(
    variable: str, config: SlackConfig, call: Callable[[], Awaitable[AsyncSlackResponse]], patience: float
) -> AsyncSlackResponse:
    try:
        return await repeated(call, patience)
    except RefusedError as error:
        raise token_refused(variable, error.code) from error
    except CallError as error:
        raise UserError(
            f"Slack cannot be reached ({error.code})",
            where=f"{URL_VARIABLE}={config.api_url}",
            fix="check the network and the proxy, or the address if it is the emulator's",
        ) from error


async def _until(stop: asyncio.Event, work: Coroutine[object, object, None]) -> None:
    """Cancel ``work`` once ``stop`` is set and wait for its end; its error is raised."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working


@contextlib.contextmanager
def _stop_signals() -> Iterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set while the block runs."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
