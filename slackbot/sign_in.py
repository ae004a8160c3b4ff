"""Which workspaces the bot serves when it starts: that of its own token, or all that installed the app."""

from collections.abc import Awaitable, Callable
from functools import partial

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from curation.errors import UserError
from slackbot.calls import CallError, RefusedError, repeated
from slackbot.config import APP_VARIABLE, BOT_VARIABLE, URL_VARIABLE, SlackConfig, Transport, token_refused
from slackbot.intake import Identity
from slackbot.store.installations import Installations
from slackbot.teams import Team, Teams

ClientOf = Callable[[str], AsyncWebClient]
"""A Web API client for a bot token."""


async def open_teams(
    config: SlackConfig,
    transport: Transport,
    installations: Installations,
    client_of: ClientOf,
    patience: float,
) -> Teams:
    """The workspaces; tokens of the environment are tried, so that a wrong one is named at once.

    The tokens of installations are not: that one workspace threw the app out must not stop the others.

    Parameters
    ----------
    patience
        How many seconds Slack may stay out of reach.

    Raises
    ------
    ConfigurationError
        A token, or the key to the stored ones, is wrong; it says which and why.
    UserError
        Slack cannot be reached.
    """
    if config.installs(transport):
        stored = await installations.all()
        return Teams({one.me.team: Team(one.me, client_of(one.token.get_secret_value())) for one in stored})
    client = client_of(config.bot_token.get_secret_value())
    me = identity_in(await _tried(BOT_VARIABLE, config, client.auth_test, patience))
    if not me.bot:
        raise token_refused(BOT_VARIABLE, "it belongs to a person, not to a bot")
    if transport is Transport.SOCKET:
        token = config.app_token.get_secret_value()
        await _tried(APP_VARIABLE, config, partial(client.apps_connections_open, app_token=token), patience)
    return Teams({me.team: Team(me, client)})


def identity_in(answer: AsyncSlackResponse) -> Identity:
    """Who the bot is, by what auth.test answered; ``bot`` is empty when the token is a person's."""
    return Identity(str(answer["team_id"]), str(answer["user_id"]), str(answer.get("bot_id") or ""))


def authorised_by(teams: Teams) -> Callable[..., Awaitable[AuthorizeResult | None]]:
    """Bolt's ``authorize``: whose request it is. Asks nobody, where bolt's own would call auth.test.

    It has to be given even for one workspace: where SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are set,
    bolt looks for installations in files of its own, and takes no request that it finds none for.
    """

    async def authorise(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        team = teams.of(team_id or "")
        if team is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=team.me.user,
            bot_id=team.me.bot,
            bot_token=team.client.token,
        )

    return authorise


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
