"""One Web API call: what its failure means, and which calls may be made again."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

_TOKEN_CODES = frozenset(
    {
        "account_inactive",
        "ekm_access_denied",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
# Slack says so in a 200 response; whether the call was performed is as unknown as after a 503.
_UNCERTAIN_CODES = frozenset(("internal_error", "fatal_error", "service_unavailable", "request_timeout"))
_LONGEST_PAUSE_S = 30.0


class CallError(Exception):
    """A call that did not succeed; ``code`` is Slack's name for it or the kind of failure."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RateLimitedError(CallError):
    """Not performed; it may be made again after ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__("ratelimited")
        self.seconds = seconds


class UncertainError(CallError):
    """Perhaps performed, perhaps not: only a call without effect may be made again blindly."""


class RefusedError(CallError):
    """Not performed, and never will be in this form."""


class TokenRefusedError(RefusedError):
    """Not performed because of the token or its scopes: a matter for the owner."""


async def attempt(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """Make a call once; every failure of Slack or of the way to it raises a `CallError`."""
    try:
        return await call
    except SlackApiError as error:
        raise _meaning(error) from None  # its text quotes the whole response
    except (aiohttp.ClientError, TimeoutError, ConnectionError, OSError) as error:
        raise UncertainError(type(error).__name__) from error
    except (ValueError, AttributeError) as error:
        # slack_sdk's own, over a body that is not UTF-8 or no JSON object: some proxy's page.
        raise UncertainError(type(error).__name__) from None


async def repeated(
    make_call: Callable[[], Awaitable[AsyncSlackResponse]], patience: float
) -> AsyncSlackResponse:
    """Make a call that has no effect until it succeeds, for ``patience`` seconds.

    Raises the last `CallError`; a refusal at once.
    """
    pauses = Pauses(patience)
    while True:
        try:
            return await attempt(make_call())
        except RateLimitedError as limited:
            if not await pauses.wait(limited.seconds):
                raise
        except UncertainError:
            if not await pauses.wait():
                raise


class Pauses:
    """Growing pauses between attempts, until ``patience`` seconds have passed in all."""

    def __init__(self, patience: float) -> None:
        self._end = asyncio.get_running_loop().time() + patience
        self._next = 0.2

    async def wait(self, at_least: float = 0.0) -> bool:
        """Pause; ``False`` without pausing when the patience would run out."""
        pause = max(at_least, self._next)
        self._next = min(self._next * 2, _LONGEST_PAUSE_S)
        if asyncio.get_running_loop().time() + pause > self._end:
            return False
        await asyncio.sleep(pause)
        return True


def _meaning(error: SlackApiError) -> CallError:
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or code == "ratelimited":
        return RateLimitedError(_seconds(getattr(response, "headers", {})))
    if status >= 500 or not code or code in _UNCERTAIN_CODES:
        return UncertainError(code or f"status {status}")
    return TokenRefusedError(code) if code in _TOKEN_CODES else RefusedError(code)


def _seconds(headers: Mapping[str, str]) -> float:
    """How long to wait; a proxy may name a date instead (RFC 9110, 10.2.3)."""
    named = str(headers.get("Retry-After", ""))
    return float(named) if named.isdecimal() else 1.0
