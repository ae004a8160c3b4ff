"""Who people are, what channels are, and who is in which: asked of Slack when it is needed, kept a while.

Nothing lists a workspace's channels or people. A call that fails gives the value that shows least.
"""

import asyncio
import logging
import math
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, Literal, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from slackbot.calls import CallError, repeated
from slackbot.config import Limits
from slackbot.teams import Teams

PlaceKind = Literal["public", "private", "direct", "group"]
# Seconds for which an answer is believed. Whoever leaves a private channel reads on in it no longer.
PERSON_FRESH_S: Final = 3600.0
CHANNEL_FRESH_S: Final = 300.0
MEMBERSHIP_FRESH_S: Final = 60.0
# After a failure Slack is asked again soon, but not by every question.
FAILED_FRESH_S: Final = 5.0
# A question waits for this: rather an answer from less than none.
_PATIENCE_S: Final = 5.0
_PAGE: Final = 200
_MOST_PAGES: Final = 25
_log = logging.getLogger("malmoi.slack.directory")
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a workspace; ``locale`` is Slack's, such as ``ko-KR``, empty when unknown.

    ``is_external``: a guest or somebody of another workspace, who does not see every public channel.
    """

    locale: str
    name: str
    is_bot: bool
    is_external: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation; ``group`` is a direct message of several people.

    ``is_shared``: people of other workspaces, or nobody knows who, read it too.
    """

    kind: PlaceKind
    name: str
    is_shared: bool = False


UNKNOWN_PERSON: Final = Person("", "", is_bot=False, is_external=True)
UNKNOWN_PLACE: Final = Place("private", "", is_shared=True)
NOWHERE: Final[frozenset[str]] = frozenset()


class Directory:
    """What Slack says about people and channels, remembered for a while and up to a number."""

    def __init__(self, teams: Teams, limits: Limits, *, most: int = 10_000) -> None:
        self._teams = teams
        self._patience = min(limits.patience, _PATIENCE_S)
        self._people = _Memory(self._ask_person, UNKNOWN_PERSON, PERSON_FRESH_S, most)
        self._places = _Memory(self._ask_channel, UNKNOWN_PLACE, CHANNEL_FRESH_S, most)
        self._memberships = _Memory(self._ask_memberships, NOWHERE, MEMBERSHIP_FRESH_S, most)

    async def person(self, team: str, user: str) -> Person:
        """Who somebody is; `UNKNOWN_PERSON` when Slack does not say."""
        return await self._people.of(team, user)

    async def channel(self, team: str, channel: str, *, anew: bool = False) -> Place:
        """What a conversation is; `UNKNOWN_PLACE` when Slack does not say. ``anew``: ask again."""
        # Slack's ids say it of direct messages alone: C and G may be public or private.
        if channel.startswith("D"):
            return Place("direct", "")
        return await self._places.of(team, channel, anew=anew)

    async def private_channels_of(self, team: str, user: str) -> frozenset[str]:
        """Ids of the private channels and group messages that the person and the bot are both in.

        Asked with a bot's token, users.conversations lists those of ``user`` that the bot shares with
        them (https://docs.slack.dev/reference/methods/users.conversations). Of others it knows nothing.
        """
        return await self._memberships.of(team, user)

    async def _ask_person(self, team: str, user: str) -> Person:
        call = partial(self._client(team).users_info, user=user, include_locale=True)
        return _person((await repeated(call, self._patience)).get("user") or {}, team)

    async def _ask_channel(self, team: str, channel: str) -> Place:
        call = partial(self._client(team).conversations_info, channel=channel)
        return _place((await repeated(call, self._patience)).get("channel") or {})

    async def _ask_memberships(self, team: str, user: str) -> frozenset[str]:
        return frozenset([channel async for channel in self._shared_with(self._client(team), user)])

    async def _shared_with(self, client: AsyncWebClient, user: str) -> AsyncIterator[str]:
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            page = await repeated(
                partial(
                    client.users_conversations,
                    user=user,
                    types="private_channel,mpim",
                    limit=_PAGE,
                    cursor=cursor,
                ),
                self._patience,
            )
            for channel in page.get("channels") or ():
                # Looked at as well: a public channel must never pass for one with a group of its own.
                if _place(channel).kind in ("private", "group"):
                    yield str(channel["id"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return

    def _client(self, team: str) -> AsyncWebClient:
        found = self._teams.of(team)
        if found is None:
            raise CallError("unknown_team")
        return found.client


class _Memory(Generic[_V]):
    """Answers by workspace and id: each is asked for once at a time, and forgotten when it is old."""

    def __init__(
        self, ask: Callable[[str, str], Awaitable[_V]], cautious: _V, fresh: float, most: int
    ) -> None:
        self._ask = ask
        self._cautious = cautious
        self._fresh = fresh
        self._most = most
        self._held: OrderedDict[tuple[str, str], _Flight[_V]] = OrderedDict()

    async def of(self, team: str, name: str, *, anew: bool = False) -> _V:
        key = (team, name)
        held = self._held.get(key)
        if held is None or anew or held.until < time.monotonic():
            held = self._held[key] = _Flight()
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
            held.task = asyncio.create_task(self._fly(held, team, name))
        # Shielded: whoever gives up waiting must not take the answer from the others.
        return await asyncio.shield(held.task)

    async def _fly(self, flight: "_Flight[_V]", team: str, name: str) -> _V:
        fresh = 0.0
        try:
            found, fresh = await self._ask(team, name), self._fresh
        except CallError as error:
            _log.warning("%s of %s: %s", self._ask.__name__.removeprefix("_ask_"), name, error.code)
            found, fresh = self._cautious, FAILED_FRESH_S
        finally:
            flight.until = time.monotonic() + fresh
        return found


class _Flight(Generic[_V]):
    """A question that is under way until it lands; then it is good ``until`` then."""

    task: asyncio.Task[_V]

    def __init__(self) -> None:
        self.until = math.inf


def _person(user: Mapping[str, Any], team: str) -> Person:
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    workspaces = (user.get("enterprise_user") or {}).get("teams") or ()
    is_foreign = user.get("team_id", team) != team and team not in workspaces
    is_guest = any(user.get(key) for key in ("is_stranger", "is_restricted", "is_ultra_restricted"))
    return Person(
        locale=str(user.get("locale") or ""),
        name=next((str(name) for name in names if name), ""),
        is_bot=bool(user.get("is_bot")),
        is_external=bool(is_foreign or is_guest),
    )


def _place(channel: Mapping[str, Any]) -> Place:
    kind: PlaceKind = "private"
    if channel.get("is_im"):
        kind = "direct"
    elif channel.get("is_mpim"):
        kind = "group"
    elif channel.get("is_private") is False:
        kind = "public"
    is_shared = any(channel.get(key) for key in ("is_shared", "is_ext_shared", "is_org_shared"))
    return Place(kind, str(channel.get("name") or ""), bool(is_shared))
