"""Speaks to the emulator as a person, and looks at what happened; for tests and the demo."""

import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from curation.errors import UserError

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that a person posted, and the events that told the bot."""

    channel: str
    ts: str
    event_ids: tuple[str, ...]


class EmulatorClient:
    """A blocking client; ``url`` is any address of the emulator, such as its ``api_url``."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80

    def say(
        self,
        channel: str,
        text: str,
        *,
        user: str = "haneul",
        thread_ts: str = "",
        mention_first: bool = False,
    ) -> Posted:
        """Post as ``user``; ``@malmoi`` in the text becomes a mention of the bot."""
        answer = self._post(
            "say", channel=channel, text=text, user=user, thread_ts=thread_ts, mention_first=mention_first
        )
        return Posted(answer["channel"], answer["ts"], tuple(answer["event_ids"]))

    def edit(self, posted: Posted, text: str | None = None) -> None:
        """Edit a message as its author; without ``text`` it only unfurls."""
        self._post("edit", channel=posted.channel, ts=posted.ts, **({} if text is None else {"text": text}))

    def delete(self, posted: Posted) -> None:
        """Delete a message as its author."""
        self._post("delete", channel=posted.channel, ts=posted.ts)

    def open_channel(self, name: str, *, kind: str = "channel", bot: bool = True) -> str:
        """Open a conversation (``channel``, ``group``, ``im``, ``mpim``) and give its id."""
        return str(self._post("channel", name=name, kind=kind, bot=bot)["id"])

    def redeliver(self, event_id: str, times: int = 1) -> None:
        """Deliver an event again, with the same event_id."""
        self._post("redeliver", event_id=event_id, times=times)

    def disconnect(self, reason: str = "refresh_requested") -> int:
        """End the bot's connections: ``refresh_requested``, ``warning``, ``close``, ``abort``."""
        return int(self._post("disconnect", reason=reason)["told"])

    def fail(self, method: str, kind: str, *, times: int = 1, seconds: float = 0, code: str = "") -> None:
        """Let the next ``times`` calls of ``method`` fail; kinds are those of `faults.Fault`."""
        self._post("fail", method=method, kind=kind, times=times, seconds=seconds, code=code)

    def state(self) -> State:
        """Channels with messages, Web API calls, deliveries, open connections."""
        return self._get("state")

    def calls(self, method: str) -> list[dict[str, Any]]:
        """The calls of one Web API method, oldest first."""
        return [call for call in self.state()["calls"] if call["method"] == method]

    def wait_for_replies(
        self, posted: Posted, count: int = 1, *, timeout: float = 20.0
    ) -> list[dict[str, Any]]:
        """The bot's replies in the message's thread, once there are ``count``.

        Raises
        ------
        UserError
            When fewer came within ``timeout`` seconds.
        """
        query = {"channel": posted.channel, "ts": posted.ts, "replies": count, "wait": timeout}
        found: list[dict[str, Any]] = self._get("thread", timeout=timeout + 10, **query)["replies"]
        if len(found) < count:
            raise UserError(
                f"{len(found)} of {count} replies came within {timeout:g} s",
                where=f"thread {posted.ts} in {posted.channel}",
                fix="see whether the bot runs and what it logged",
            )
        return found

    def wait_until(self, condition: Callable[[State], bool], *, timeout: float = 20.0) -> State:
        """The first state in which ``condition`` holds; raises `UserError` after ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            state = self.state()
            if condition(state):
                return state
            if time.monotonic() > deadline:
                raise UserError(f"the emulator did not reach the state within {timeout:g} s")
            time.sleep(0.03)

    def wait_for_bot(self, *, timeout: float = 20.0) -> None:
        """Wait until a bot is connected."""
        self.wait_until(lambda state: bool(state["connections"]), timeout=timeout)

    def _post(self, verb: str, **body: Any) -> dict[str, Any]:
        return self._request("POST", f"/_emulator/{verb}", json.dumps(body), 30.0)

    def _get(self, verb: str, *, timeout: float = 30.0, **query: Any) -> dict[str, Any]:
        return self._request("GET", f"/_emulator/{verb}?{urlencode(query)}", None, timeout)

    def _request(self, method: str, path: str, body: str | None, timeout: float) -> dict[str, Any]:
        # http.client takes no proxy from the environment: loopback must never go through one.
        connection = http.client.HTTPConnection(self._host, self._port, timeout=timeout)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        except OSError as error:
            raise UserError(
                f"the Slack emulator does not answer: {error}", where=f"http://{self._host}:{self._port}"
            ) from error
        finally:
            connection.close()
        if response.status != 200:
            raise UserError(f"the Slack emulator refused: {answer.get('error')}", where=path)
        return answer
