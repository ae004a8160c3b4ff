"""Runs the bot until it is told to stop."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from starlette.routing import Route

from slackbot import app, logs, transport
from slackbot import metrics as metrics_page
from slackbot.assembly import Owner, Sources, assembled
from slackbot.config import SlackConfig, Transport
from slackbot.intake import Identity
from slackbot.logs import where
from slackbot.oauth import Installer
from slackbot.sign_in import open_teams
from slackbot.store import open_store
from slackbot.transport import http

_log = logging.getLogger("malmoi.slack")


@dataclass(frozen=True, slots=True)
class Reached:
    """How Slack and a Prometheus server reach the bot.

    Parameters
    ----------
    host, port
        With `Transport.HTTP`: where Slack's requests arrive; port 0 takes a free one.
    metrics_port
        Serves ``/metrics`` on 127.0.0.1; ``None``: not at all.
    """

    transport: Transport = Transport.SOCKET
    host: str = "127.0.0.1"
    port: int = 3000
    metrics_port: int | None = None


async def run_bot(
    config: SlackConfig,
    sources: Sources,
    *,
    store: Path | str,
    owner: Owner | None = None,
    reached: Reached | None = None,
    ready: Callable[[Identity], None] | None = None,
) -> None:
    """Answer in Slack until SIGTERM or SIGINT; then finish or give back what is running.

    Parameters
    ----------
    store
        The SQLite file of the inbox, created when absent, used by one bot at a time; or the URL of a
        PostgreSQL database, which several bots may share.
    ready
        Called for each workspace once the bot is connected.

    Raises
    ------
    ConfigurationError
        A token or the store cannot be used; it says which and why.
    UserError
        Slack cannot be reached.
    """
    reached = reached or Reached()
    config.check(reached.transport)
    logs.keep_text_out()
    with _stop_signals() as stop:
        serving = _serve(config, sources, store=store, owner=owner or Owner(), reached=reached, ready=ready)
        await _until(stop, serving)


async def _serve(
    config: SlackConfig,
    sources: Sources,
    *,
    store: Path | str,
    owner: Owner,
    reached: Reached,
    ready: Callable[[Identity], None] | None,
) -> None:
    """Answer until cancelled; what was opened is closed in the opposite order."""
    async with contextlib.AsyncExitStack() as stack:
        memory = open_store(store, key=config.encryption_key)
        stack.push_async_callback(memory.close)
        session = await stack.enter_async_context(app.new_session())
        client_of = partial(app.new_client, config, session)
        patience = owner.limits.start_patience
        teams = await open_teams(config, reached.transport, memory.installations, client_of, patience)
        bot, metrics = await assembled(stack, client_of(""), teams, memory, sources=sources, owner=owner)
        if reached.metrics_port is not None:
            await stack.enter_async_context(metrics_page.serving(metrics, reached.metrics_port))
        if reached.transport is Transport.SOCKET:
            await stack.enter_async_context(transport.connected(bot.app, config, owner.limits))
        else:
            installer = Installer(config, memory.installations, teams, client_of)
            routes: Sequence[Route] = ()
            if config.installs(reached.transport):
                installer.listen(bot.app)
                routes = installer.routes()
                _beside(stack, installer.follow())
            web = http.application(bot.app, config, routes)
            await stack.enter_async_context(http.serving(web, reached.host, reached.port))
        for me in (team.me for team in teams):
            _log.info("connected as %s in %s; inbox %s", me.user, me.team, await memory.inbox.counts())
            if ready is not None:
                ready(me)
        await bot.worker.run()


def _beside(stack: contextlib.AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    """Do ``work`` until the stack ends; an error in it is logged, the bot goes on."""

    def ended(task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("work beside the bot broke off: %s", where(error))

    task = asyncio.create_task(work)
    task.add_done_callback(ended)
    stack.callback(task.cancel)


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
