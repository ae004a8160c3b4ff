"""What Slack says: whom the token belongs to, what it may do, where the bot is."""

import time
from collections.abc import Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

from curation.errors import ConfigurationError, UserError
from slackbot.calls import CallError, RefusedError, repeated
from slackbot.config import APP_VARIABLE, BOT_VARIABLE, URL_VARIABLE, SlackConfig, Transport, token_refused
from slackbot.doctor.check import Check, Grade, fault, ok, warning
from slackbot.oauth import bot_scopes

_PATIENCE_S: Final = 10.0
_PAGE: Final = 200
_MOST_PAGES: Final = 5
# Slack signs its requests with the time; after five minutes a signature is of no use.
_APART_S: Final = 60.0
_TOO_FAR_APART_S: Final = 300.0
_AGAIN: Final = "compare the app with `malmoi slack manifest` at api.slack.com/apps, and install it again"


async def workspace(client: AsyncWebClient, config: SlackConfig, transport: Transport) -> list[Check]:
    """What the token of ``client`` gives; the rest is not asked when Slack does not take it."""
    asked_at = time.time()
    try:
        said = await repeated(client.auth_test, _PATIENCE_S)
    except CallError as error:
        return [fault("sign-in", _meaning(error, BOT_VARIABLE, config))]
    if not said.get("bot_id"):
        return [fault("sign-in", token_refused(BOT_VARIABLE, "it belongs to a person, not to a bot"))]
    seen = f"{said.get('user')} ({said['user_id']}) in {said.get('team')} ({said['team_id']})"
    return [
        ok("sign-in", seen),
        scopes(said.headers.get("x-oauth-scopes"), bot_scopes()),
        clock(said.headers.get("Date", ""), (asked_at + time.time()) / 2, transport),
        await _channels(client),
    ]


async def app_token(client: AsyncWebClient, config: SlackConfig) -> Check:
    """Whether Slack would let the bot connect over Socket Mode."""
    token = config.app_token.get_secret_value()
    try:
        await repeated(partial(client.apps_connections_open, app_token=token), _PATIENCE_S)
    except CallError as error:
        return fault("socket mode", _meaning(error, APP_VARIABLE, config))
    return ok("socket mode", "Slack lets the bot connect")


def scopes(granted: str | None, wanted: Sequence[str]) -> Check:
    """Compare the header ``x-oauth-scopes`` (names with commas between) with the manifest's scopes."""
    if granted is None:
        return ok("scopes", "Slack did not say which the token has")
    have = {name.strip() for name in granted.split(",")} - {""}
    missing, more = sorted(set(wanted) - have), sorted(have - set(wanted))
    if missing:
        return Check("scopes", Grade.FAULT, f"the token lacks {', '.join(missing)}", _AGAIN)
    if more:
        return warning("scopes", f"the token may do more than the bot does: {', '.join(more)}", _AGAIN)
    return ok("scopes", f"the {len(have)} of the manifest")


def clock(date: str, here: float, transport: Transport) -> Check:
    """Compare the header ``Date`` with the time ``here``, in seconds."""
    try:
        there = parsedate_to_datetime(date)
    except ValueError:
        return ok("clock", "Slack did not say what time it is")
    apart = abs(here - there.replace(tzinfo=there.tzinfo or UTC).timestamp())
    seen = f"this machine's clock and Slack's are {apart:,.0f} seconds apart"
    fix = "set the clock by the network (timedatectl set-ntp true)"
    if apart >= _TOO_FAR_APART_S and transport is Transport.HTTP:
        return Check("clock", Grade.FAULT, f"{seen}: no request would be taken for genuine", fix)
    return warning("clock", seen, fix) if apart > _APART_S else ok("clock", seen)


async def _channels(client: AsyncWebClient) -> Check:
    """Which channels the bot is in: the first thousand, not all of a large workspace."""
    names: list[str] = []
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        call = partial(
            client.users_conversations,
            types="public_channel,private_channel",
            exclude_archived=True,
            limit=_PAGE,
            cursor=cursor,
        )
        try:
            page = await repeated(call, _PATIENCE_S)
        except CallError as error:
            return warning("channels", f"Slack does not list them ({error.code})", _AGAIN)
        names += [str(one.get("name") or one["id"]) for one in page.get("channels") or ()]
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        if cursor is None:
            break
    if not names:
        return warning("channels", "the bot is in none", "invite it to one: /invite @malmoi")
    count = f"{len(names):,}{' or more' if cursor else ''}"
    return ok("channels", f"in {count}: {', '.join(names[:5])}{' …' if len(names) > 5 else ''}")


def _meaning(error: CallError, variable: str, config: SlackConfig) -> UserError:
    if isinstance(error, RefusedError):
        return token_refused(variable, error.code)
    return ConfigurationError(
        f"Slack cannot be reached ({error.code})",
        where=f"{URL_VARIABLE}={config.api_url}",
        fix="check the network and the proxy, or the address if it is the emulator's",
    )
