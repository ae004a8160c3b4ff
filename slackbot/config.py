"""Where Slack is and who the bot is: from the environment, checked before anything is called."""

import urllib.request
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urljoin, urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from curation.errors import ConfigurationError

BOT_VARIABLE = "SLACK_BOT_TOKEN"
APP_VARIABLE = "SLACK_APP_TOKEN"
URL_VARIABLE = "SLACK_API_URL"
SIGNING_VARIABLE = "SLACK_SIGNING_SECRET"
CLIENT_VARIABLE = "SLACK_CLIENT_ID"
SECRET_VARIABLE = "SLACK_CLIENT_SECRET"  # noqa: S105 - the name of a variable
KEY_VARIABLE = "SLACK_ENCRYPTION_KEY"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
# What a value starts with, and where its owner finds it.
_FOUND = {
    BOT_VARIABLE: ("xoxb-", "OAuth & Permissions → Bot User OAuth Token"),
    APP_VARIABLE: ("xapp-", "Basic Information → App-Level Tokens, with the scope connections:write"),
    SIGNING_VARIABLE: ("", "Basic Information → App Credentials → Signing Secret"),
    CLIENT_VARIABLE: ("", "Basic Information → App Credentials → Client ID"),
    SECRET_VARIABLE: ("", "Basic Information → App Credentials → Client Secret"),
}


class Transport(StrEnum):
    """How Slack's events reach the bot: over connections that it opens itself, or by HTTP."""

    SOCKET = "socket"
    HTTP = "http"


class SlackConfig(BaseSettings):
    """The variables SLACK_*, one for each field; nothing else is read from the environment.

    ``encryption_key`` holds one key or several, separated by commas: the first encrypts the tokens of
    the installations, all of them decrypt (`store.installations`).
    """

    model_config = SettingsConfigDict(env_prefix="SLACK_", frozen=True, extra="ignore")

    bot_token: SecretStr = SecretStr("")
    app_token: SecretStr = SecretStr("")
    signing_secret: SecretStr = SecretStr("")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    encryption_key: SecretStr = SecretStr("")
    api_url: str = "https://slack.com/api/"

    def check(self, transport: Transport = Transport.SOCKET) -> None:
        """Raise `ConfigurationError` when a value that ``transport`` needs cannot be right; calls nobody."""
        if transport is Transport.SOCKET:
            check_token(BOT_VARIABLE, self.bot_token.get_secret_value())
            check_token(APP_VARIABLE, self.app_token.get_secret_value())
        else:
            _check_given(SIGNING_VARIABLE, self.signing_secret.get_secret_value())
            self._check_http()
        if _may_be_called(self.api_url):
            return
        raise ConfigurationError(
            f"{self.api_url!r} is not the address of a Web API",
            where=URL_VARIABLE,
            fix="leave it out for Slack itself, or give the api_url that the emulator printed; "
            "plain http is for this machine only, because the tokens travel with every call",
        )

    def installs(self, transport: Transport) -> bool:
        """Whether workspaces install the app themselves (OAuth), instead of one that has given its token."""
        return transport is Transport.HTTP and bool(self.client_id or self.client_secret.get_secret_value())

    def page(self, path: str) -> str:
        """The address of one of Slack's own pages, on the host of the Web API."""
        return urljoin(self.api_url, path)

    def _check_http(self) -> None:
        token = self.bot_token.get_secret_value()
        if not self.installs(Transport.HTTP):
            check_token(BOT_VARIABLE, token)
            return
        if token:
            raise ConfigurationError(
                f"{BOT_VARIABLE} and {CLIENT_VARIABLE} are both set",
                where=BOT_VARIABLE,
                fix=f"leave {BOT_VARIABLE} out, and every workspace installs the app; "
                f"or leave {CLIENT_VARIABLE} and {SECRET_VARIABLE} out, and the token's workspace is served",
            )
        _check_given(CLIENT_VARIABLE, self.client_id)
        _check_given(SECRET_VARIABLE, self.client_secret.get_secret_value())

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
    per_person
        Questions of one person among them.
    per_channel
        Replies that wait for their turn in one channel while its further questions are put behind.
    gather
        What one person writes within this time is one question.
    answer_deadline
        After this the person is told that it took too long.
    first_words
        An answer that is not complete by then is shown while it is written.
    stream_interval
        Least time between two additions to it.
    model_retry, model_patience
        A model that does not answer is tried again after this long, later more seldom; after the
        patience the person is told that there will be no answer.
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
    per_person: int = 2
    per_channel: int = 4
    gather: float = 3.0
    answer_deadline: float = 120.0
    first_words: float = 0.8
    stream_interval: float = 0.7
    model_retry: float = 5.0
    model_patience: float = 1800.0
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
    if token.startswith(prefix) and len(token) > len(prefix) and _is_one_word(token):
        return
    if not token:
        what = f"{variable} is not set"
    elif any(
        token.startswith(_FOUND[other][0]) for other in (BOT_VARIABLE, APP_VARIABLE) if other != variable
    ):
        what = f"{variable} holds the other kind of token"
    else:
        what = f"{variable} does not hold a token of the right kind"
    raise ConfigurationError(
        what, where=variable, fix=f"set it to a token that starts with {prefix} ({where})"
    )


def _check_given(variable: str, value: str) -> None:
    """Raise `ConfigurationError` when ``value`` is missing, or holds what a slip of the clipboard leaves."""
    if value and _is_one_word(value):
        return
    _, where = _FOUND[variable]
    raise ConfigurationError(
        f"{variable} holds characters that cannot be part of it" if value else f"{variable} is not set",
        where=variable,
        fix=f"set it to the value that stands at api.slack.com/apps ({where})",
    )


def _is_one_word(value: str) -> bool:
    return value.isascii() and value.isprintable() and " " not in value


def _may_be_called(address: str) -> bool:
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises for one that there cannot be
    except ValueError:
        return False
    if "@" in parts.netloc or parts.query:
        return False  # it is shown, and must hold no secret
    if parts.scheme == "http":
        return parts.hostname in _LOOPBACK
    return parts.scheme == "https" and bool(parts.hostname)


def token_refused(variable: str, code: str) -> ConfigurationError:
    """The error for a token of the right shape that Slack does not accept."""
    prefix, where = _FOUND[variable]
    return ConfigurationError(
        f"Slack does not accept the token in {variable} ({code})",
        where=variable,
        fix=f"copy the {prefix} token again ({where}); after a change of scopes install the app again",
    )
