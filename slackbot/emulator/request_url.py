"""Delivery by HTTP: signed requests to the app's Request URL.

Source: docs.slack.dev "Verifying requests from Slack" (``v0:timestamp:body``, HMAC-SHA256), "The
Events API" (retry headers, ``X-Slack-No-Retry``).
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout

from curation.errors import ConfigurationError
from slackbot.emulator.deliveries import Delivery, Envelope, Outcome
from slackbot.emulator.settings import EmulatorSettings

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LONGEST_ANSWER = 1_000_000


def check(url: str) -> None:
    """Raise `ConfigurationError` unless the URL is of this machine."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise ConfigurationError(
            f"the Slack emulator delivers to this machine only, not to {url!r}",
            where="--request-url",
            fix="use a URL such as http://127.0.0.1:3000/slack/events",
        )


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of ``X-Slack-Signature``."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


class RequestUrl:
    """POSTs each envelope to the Request URL; a 2xx status acknowledges it."""

    def __init__(self, settings: Callable[[], EmulatorSettings], acked: Callable[[Delivery], None]) -> None:
        self._settings = settings
        self._acked = acked
        self._session: ClientSession | None = None

    async def send(self, envelope: Envelope, log: Callable[[Delivery], None]) -> Outcome:
        """POST once and wait for the status."""
        settings = self._settings()
        body, kind = _body(envelope)
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": kind,
            "User-Agent": "Slackbot 1.0 (local)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(settings.signing_secret, timestamp, body),
        }
        if envelope.retry_attempt:
            headers["X-Slack-Retry-Num"] = str(envelope.retry_attempt)
            headers["X-Slack-Retry-Reason"] = _REASONS.get(envelope.retry_reason, envelope.retry_reason)
        if self._session is None:
            self._session = ClientSession()
        delivery = envelope.sent()
        log(delivery)
        timeout = ClientTimeout(total=settings.ack_timeout)
        try:
            async with self._session.post(
                settings.request_url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                answer = await response.content.read(_LONGEST_ANSWER)
                if not 200 <= response.status < 300:
                    no_more = response.headers.get("X-Slack-No-Retry") == "1"
                    return Outcome(acked=False, reason="http_error", give_up=no_more)
        except TimeoutError:
            return Outcome(acked=False, reason="http_timeout")
        except (ClientError, OSError):
            return Outcome(acked=False, reason="connection_failed")
        delivery.acked_at = time.time()
        self._acked(delivery)
        return Outcome(acked=True, payload=_answer(answer))

    async def shut(self) -> None:
        """Close the HTTP session."""
        if self._session is not None:
            await self._session.close()


# An event that is delivered again on request says that it timed out, in the words of this transport.
_REASONS = {"timeout": "http_timeout"}


def _body(envelope: Envelope) -> tuple[bytes, str]:
    """The body as Slack encodes it, and its content type."""
    if envelope.kind == "events_api":
        return orjson.dumps(envelope.payload), "application/json"
    if envelope.kind == "slash_commands":
        return urlencode(envelope.payload).encode(), "application/x-www-form-urlencoded"
    payload = json.dumps(envelope.payload, ensure_ascii=False)
    return urlencode({"payload": payload}).encode(), "application/x-www-form-urlencoded"


def _answer(body: bytes) -> object:
    """What the app said: an object, a text for the person, or nothing."""
    if not body:
        return None
    try:
        said: object = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {"text": body.decode(errors="replace")}
    return said
