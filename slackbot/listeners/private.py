"""Says something to one person alone: in the conversation, through a response_url, in a view.

Nothing here is worth a second attempt that might show it twice; what fails is logged by ids.
"""

import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from slackbot import logs
from slackbot.calls import CallError, Pauses, RateLimitedError, attempt
from slackbot.listeners.parts import Actor, Parts
from slackbot.logs import where
from slackbot.render import Outgoing

# Somebody waits and looks; later it would only surprise them.
PATIENCE_S: Final = 20.0
# How often a response_url may be used (docs.slack.dev, "Handling user interaction").
MOST_RESPONSES: Final = 5
_log = logging.getLogger("malmoi.slack.interactions")


def start(parts: Parts, actor: Actor, work: Coroutine[Any, Any, None]) -> None:
    """Do ``work`` for somebody who was only told that it was heard; when it breaks off, they are told."""
    if not parts.background.start(_or_told(parts, actor, work)):
        work.close()


async def _or_told(parts: Parts, actor: Actor, work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception as error:  # noqa: BLE001 - whatever broke, the person is told and the place logged
        _log.error("%s in %s: %s", actor.user, actor.channel, where(error))
        failed = (await parts.words(actor.team, actor.user)).around.failed
        await (respond if actor.response_url else whisper)(parts, actor, failed)


async def whisper(parts: Parts, actor: Actor, text: str) -> None:
    """An ephemeral message in the conversation, and in the thread where there is one."""
    team = parts.teams.of(actor.team)
    if team is None:
        return
    call = partial(
        team.client.chat_postEphemeral,
        channel=actor.channel,
        user=actor.user,
        thread_ts=actor.thread or None,
        text=text,
    )
    await call_once(actor, call)


async def respond(parts: Parts, actor: Actor, message: Outgoing | str, *, replace: bool = False) -> None:
    """An ephemeral message where the person acted, also in channels that the bot is not in.

    ``replace``: in the place of the ephemeral message that was acted on, or shown last.
    """
    team = parts.teams.of(actor.team)
    if team is None or not actor.response_url:
        return
    if isinstance(message, str):
        message = Outgoing(message, ())
    body: dict[str, Any] = {
        "response_type": "ephemeral",
        "replace_original": replace,
        "text": message.text,
    }
    if message.blocks:
        body["blocks"] = list(message.blocks)
    hook = AsyncWebhookClient(
        actor.response_url,
        session=team.client.session,
        retry_handlers=[],
        logger=logging.getLogger(logs.SDK),
    )
    hook.proxy = team.client.proxy  # as an argument, None would mean HTTPS_PROXY, even for loopback
    try:
        answered = await hook.send_dict(body)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        _log.warning("%s in %s was not answered: %s", actor.user, actor.channel, type(error).__name__)
        return
    if answered.status_code != 200:
        _log.warning("%s in %s was not answered: status %d", actor.user, actor.channel, answered.status_code)


async def open_view(
    client: AsyncWebClient, actor: Actor, trigger: str, view: Mapping[str, Any]
) -> str | None:
    """Open a modal; its id, or ``None`` when Slack did not: triggers last 3 seconds."""
    response = await call_once(actor, partial(client.views_open, trigger_id=trigger, view=dict(view)))
    return None if response is None else str(response["view"]["id"])


async def call_once(
    actor: Actor, make_call: Callable[[], Awaitable[AsyncSlackResponse]]
) -> AsyncSlackResponse | None:
    """Call, again only when Slack says that it did not; ``None`` when it failed."""
    pauses = Pauses(PATIENCE_S)
    while True:
        try:
            return await attempt(make_call())
        except RateLimitedError as limited:
            if await pauses.wait(limited.seconds):
                continue
            code = limited.code
        except CallError as error:
            code = error.code
        _log.warning("%s in %s: %s", actor.user, actor.channel, code)
        return None
