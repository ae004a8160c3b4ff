"""Speaks to the emulator as a person, and looks at what happened; for tests and the demo."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curation.errors import UserError
from slackbot.emulator.connection import ControlConnection

State = dict[str, Any]
Entry = dict[str, Any]
_LONGEST_ANSWER_S = 120.0


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that a person posted, and the events that told the bot."""

    channel: str
    ts: str
    event_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Response:
    """What the app said to an interaction; ``acked`` is false when it did not in time."""

    acked: bool
    payload: Any


class EmulatorClient:
    """A blocking client; ``url`` is any address of the emulator, such as its ``api_url``.

    ``user`` and ``channel`` are ids or names; ``team`` is the first workspace unless given (a
    channel's id is enough to find its workspace).
    """

    def __init__(self, url: str) -> None:
        self._connection = ControlConnection(url)

    def say(
        self,
        channel: str,
        text: str,
        *,
        user: str = "",
        thread_ts: str = "",
        broadcast: bool = False,
        mention_first: bool = False,
        team: str = "",
    ) -> Posted:
        """Post as ``user`` (else the first person); ``@malmoi`` becomes a mention of the bot."""
        answer = self._post(
            "say",
            channel=channel,
            text=text,
            thread_ts=thread_ts,
            broadcast=broadcast,
            mention_first=mention_first,
            team=team,
            **_person(user),
        )
        return Posted(answer["channel"], answer["ts"], tuple(answer["event_ids"]))

    def edit(self, posted: Posted, text: str | None = None) -> None:
        """Edit a message as its author; without ``text`` it only unfurls."""
        self._post("edit", channel=posted.channel, ts=posted.ts, **({} if text is None else {"text": text}))

    def delete(self, posted: Posted) -> None:
        """Delete a message as its author."""
        self._post("delete", channel=posted.channel, ts=posted.ts)

    def react(self, channel: str, ts: str, name: str, *, user: str = "", remove: bool = False) -> str:
        """React to a message, or take a reaction back; gives the event_id."""
        return self._event("react", channel=channel, ts=ts, name=name, remove=remove, **_person(user))

    def open_channel(
        self,
        name: str,
        *,
        kind: str = "channel",
        bot: bool = True,
        people: Sequence[str] = (),
        shared: bool = False,
        team: str = "",
    ) -> str:
        """Open a conversation (``channel``, ``group``, ``im``, ``mpim``) and give its id.

        Without ``people`` everyone of the team is in it, in an ``im`` the first person; the
        ``guest`` of another team is in a ``shared`` one.
        """
        answer = self._post(
            "channel", name=name, kind=kind, bot=bot, people=list(people), shared=shared, team=team
        )
        return str(answer["id"])

    def join(self, channel: str, user: str) -> str:
        """Let somebody, or the bot (``malmoi``), join a channel; gives the event_id."""
        return self._event("member", channel=channel, user=user)

    def leave(self, channel: str, user: str) -> str:
        """Let somebody leave a channel; gives the event_id."""
        return self._event("member", channel=channel, user=user, leave=True)

    def click(self, channel: str, ts: str, action_id: str, *, value: Any = None, user: str = "") -> Response:
        """Use an element of a message, an ephemeral one too; ``value`` says which choice."""
        return self._response(
            "click", channel=channel, ts=ts, action_id=action_id, value=value, **_person(user)
        )

    def click_in_view(self, view_id: str, action_id: str, *, value: Any = None) -> Response:
        """Use an element of an open modal or of the Home tab, as the person who has it open."""
        return self._response("click", view_id=view_id, action_id=action_id, value=value)

    def submit(self, view_id: str, values: Mapping[str, Any] | None = None) -> Response:
        """Submit a modal with values by action_id; it stays open when the app names errors."""
        return self._response("submit", view_id=view_id, values=dict(values or {}))

    def close(self, view_id: str, *, everything: bool = False) -> Response:
        """Close a modal, or the whole stack."""
        return self._response("close", view_id=view_id, all=everything)

    def shortcut(self, callback_id: str, channel: str, ts: str, *, user: str = "") -> Response:
        """Use a message shortcut."""
        return self._response("shortcut", callback_id=callback_id, channel=channel, ts=ts, **_person(user))

    def global_shortcut(self, callback_id: str, *, user: str = "", team: str = "") -> Response:
        """Use a shortcut that belongs to no message."""
        return self._response("shortcut", callback_id=callback_id, team=team, **_person(user))

    def command(self, command: str, channel: str, text: str = "", *, user: str = "") -> Response:
        """Use a slash command in a channel."""
        return self._response("command", command=command, channel=channel, text=text, **_person(user))

    def home(self, user: str = "", *, team: str = "") -> str:
        """Open the app's Home tab; gives the event_id."""
        return self._event("home", team=team, **_person(user))

    def assistant(self, user: str = "", *, viewing: str = "", team: str = "") -> Posted:
        """Open the assistant pane: a new thread in the person's conversation with the bot."""
        answer = self._post("assistant", viewing=viewing, team=team, **_person(user))
        return Posted(answer["channel"], answer["ts"], tuple(answer["event_ids"]))

    def look_elsewhere(self, thread: Posted, viewing: str, *, user: str = "") -> str:
        """Go to another channel while the assistant pane is open; gives the event_id."""
        return self._event(
            "assistant", channel=thread.channel, thread_ts=thread.ts, viewing=viewing, **_person(user)
        )

    def redeliver(self, event_id: str, times: int = 1) -> None:
        """Deliver an event again, with the same event_id."""
        self._post("redeliver", event_id=event_id, times=times)

    def disconnect(self, reason: str = "refresh_requested") -> int:
        """End the bot's connections: ``refresh_requested``, ``warning``, ``close``, ``abort``."""
        return int(self._post("disconnect", reason=reason)["told"])

    def fail(self, method: str, kind: str, *, times: int = 1, seconds: float = 0, code: str = "") -> None:
        """Let the next ``times`` calls of ``method`` fail; kinds are those of `faults.Fault`."""
        self._post("fail", method=method, kind=kind, times=times, seconds=seconds, code=code)

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Change `post_interval`, `ack_timeout`, `retry_delays`, `tiers`, `log_limit`;
        ``refuse_connections`` lets no connection in for so many seconds.
        """
        return self._post("settings", **changes)

    def close_streams(self) -> int:
        """Close every open stream, as Slack does with those that take too long; gives how many."""
        return int(self._post("close_streams")["closed"])

    def uninstall(self, team: str = "") -> tuple[str, ...]:
        """Remove the app from a workspace; gives the ids of the events that say so."""
        return tuple(self._post("uninstall", team=team)["event_ids"])

    def burst(
        self,
        events: int,
        *,
        channels: int = 10,
        per_second: float = 0.0,
        users: int = 3,
        text: str = "@malmoi 질문 {n}",
        team: str = "",
        forget: bool = False,
    ) -> tuple[str, ...]:
        """Begin to say ``events`` messages; gives the ids of their channels at once."""
        answer = self._post(
            "burst",
            events=events,
            channels=channels,
            per_second=per_second,
            users=users,
            text=text,
            team=team,
            forget=forget,
        )
        return tuple(answer["channels"])

    def load(self) -> dict[str, Any]:
        """The figures of the bursts: see `load.Load.report`."""
        return self._connection.get("load", {})

    def state(self, *parts: str) -> State:
        """Channels with messages, Web API calls, deliveries and more, or only the ``parts`` named."""
        return self._connection.get("state", {"parts": ",".join(parts)} if parts else {})

    def changes(self, since: int = 0, *, wait: float = 0.0) -> State:
        """What a page shows, as soon as it is newer than ``since`` or after ``wait`` seconds."""
        return self._connection.get("changes", {"since": since, "wait": wait}, timeout=wait + 30)

    def person(self, user: str, *, team: str = "") -> Entry:
        """One person, with what only they see: ``ephemerals``, ``modals``, ``home``."""
        for entry in self.state("people")["people"]:
            if user in (entry["id"], entry["name"]) and team in ("", entry["workspace"]):
                return dict(entry)
        raise UserError(f"there is no person {user!r} in the emulator")

    def calls(self, method: str) -> list[Entry]:
        """The calls of one Web API method, oldest first."""
        return [call for call in self.state("calls")["calls"] if call["method"] == method]

    def wait_for_replies(self, posted: Posted, count: int = 1, *, timeout: float = 20.0) -> list[Entry]:
        """The bot's replies in the message's thread, once there are ``count``.

        Raises
        ------
        UserError
            When fewer came within ``timeout`` seconds.
        """
        query = {"channel": posted.channel, "ts": posted.ts, "replies": count, "wait": timeout}
        found: list[Entry] = self._connection.get("thread", query, timeout=timeout + 10)["replies"]
        if len(found) < count:
            raise UserError(
                f"{len(found)} of {count} replies came within {timeout:g} s",
                where=f"thread {posted.ts} in {posted.channel}",
                fix="see whether the bot runs and what it logged",
            )
        return found

    def wait_until(self, condition: Callable[[State], bool], *parts: str, timeout: float = 20.0) -> State:
        """The first state in which ``condition`` holds; raises `UserError` after ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            state = self.state(*parts)
            if condition(state):
                return state
            if time.monotonic() > deadline:
                raise UserError(f"the emulator did not reach the state within {timeout:g} s")
            time.sleep(0.03)

    def wait_for_bot(self, *, timeout: float = 20.0) -> None:
        """Wait until a bot is connected."""
        self.wait_until(lambda state: bool(state["connections"]), "connections", timeout=timeout)

    def _post(self, verb: str, **body: Any) -> dict[str, Any]:
        return self._connection.post(verb, body)

    def _event(self, verb: str, **body: Any) -> str:
        return str(self._post(verb, **body)["event_ids"][0])

    def _response(self, verb: str, **body: Any) -> Response:
        answer = self._connection.post(verb, body, timeout=_LONGEST_ANSWER_S)
        return Response(bool(answer["acked"]), answer["payload"])


def _person(user: str) -> dict[str, str]:
    return {"user": user} if user else {}
