"""Where Slack is and who the bot is: from the environment, checked before anything is called."""

import urllib.request
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from curation.errors import ConfigurationError

BOT_VARIABLE = "SLACK_BOT_TOKEN"
APP_VARIABLE = "SLACK_APP_TOKEN"
URL_VARIABLE = "SLACK_API_URL"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_FOUND = {
    BOT_VARIABLE: ("xoxb-", "OAuth & Permissions → Bot User OAuth Token"),
    APP_VARIABLE: ("xapp-", "Basic Information → App-Level Tokens, with the scope connections:write"),
}


class SlackConfig(BaseSettings):
    """SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_API_URL; nothing else is read from the environment."""

    model_config = SettingsConfigDict(env_prefix="SLACK_", frozen=True, extra="ignore")

    bot_token: SecretStr = SecretStr("")
    app_token: SecretStr = SecretStr("")
    api_url: str = "https://slack.com/api/"

    def check(self) -> None:
        """Raise `ConfigurationError` when a value cannot be right; calls nobody."""
        check_token(BOT_VARIABLE, self.bot_token.get_secret_value())
        check_token(APP_VARIABLE, self.app_token.get_secret_value())
        parts = urlsplit(self.api_url)
        if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            return
        raise ConfigurationError(
            f"{self.api_url!r} is not the address of a Web API",
            where=URL_VARIABLE,
            fix="leave it out for Slack itself, or give the api_url that the emulator printed; "
            "plain http is for this machine only, because the tokens travel with every call",
        )

    @property
    def proxy(self) -> str | None:
        """The proxy on the way to the Web API, by the usual variables, NO_PROXY included.

        slack_sdk reads HTTPS_PROXY for every address, loopback too, and knows no NO_PROXY.
        """
        parts = urlsplit(self.api_url)
        host = parts.hostname or ""
        if host in _LOOPBACK or urllib.request.proxy_bypass(host):
            return None
        return urllib.request.getproxies().get(parts.scheme)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much at once and for how long; times are in seconds.

    Parameters
    ----------
    concurrency
        Questions that are answered at the same time; one at a time in each thread.
    answer_deadline
        After this the person is told that it took too long.
    post_interval
        Least time between two posts in one channel; Slack's own limit is about one a second.
    start_patience
        How long Slack may stay out of reach when the bot starts.
    patience
        How long a reply is offered to a Slack that does not take it.
    attempts
        How often a question is taken up when the process dies over it.
    stop_grace
        How long running work may finish when the bot is asked to stop.
    ping_interval
        Of the WebSocket: a dead connection is noticed after about this long.
    connections
        Socket Mode connections; while one is renewed the other receives.
    """

    concurrency: int = 4
    answer_deadline: float = 120.0
    post_interval: float = 1.0
    start_patience: float = 10.0
    patience: float = 900.0
    attempts: int = 5
    stop_grace: float = 15.0
    ping_interval: float = 2.5
    connections: int = 2


def check_token(variable: str, token: str) -> None:
    """Raise `ConfigurationError` unless ``token`` has the shape that ``variable`` must have."""
    prefix, where = _FOUND[variable]
    if token.startswith(prefix) and len(token) > len(prefix) and token.isascii() and token.isprintable():
        return
    if not token:
        what = f"{variable} is not set"
    elif any(token.startswith(other) for other, _ in _FOUND.values() if other != prefix):
        what = f"{variable} holds the other kind of token"
    else:
        what = f"{variable} does not hold a token of the right kind"
    raise ConfigurationError(
        what, where=variable, fix=f"set it to a token that starts with {prefix} ({where})"
    )


def token_refused(variable: str, code: str) -> ConfigurationError:
    """The error for a token of the right shape that Slack does not accept."""
    prefix, where = _FOUND[variable]
    return ConfigurationError(
        f"Slack does not accept the token in {variable} ({code})",
        where=variable,
        fix=f"copy the {prefix} token again ({where}); after a change of scopes install the app again",
    )
