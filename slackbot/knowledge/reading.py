"""Reads a thread from Slack as the row of its file."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, Final

from rag.acl import channel_group
from slackbot import threads
from slackbot.calls import CallError, repeated
from slackbot.conventions import Address
from slackbot.directory import UNKNOWN_PLACE, Directory
from slackbot.knowledge.files import Key
from slackbot.knowledge.thread import Source, is_gone, people_in, row_of, said_in
from slackbot.scope import team_group, thread_document
from slackbot.teams import Teams

_PATIENCE_S: Final = 20.0
# Of a longer thread the beginning is kept.
_MOST_MESSAGES: Final = 2_000


class ThreadReader:
    """Asks Slack for messages, names, the kind of the channel and the permalink."""

    def __init__(self, teams: Teams, directory: Directory) -> None:
        self._teams = teams
        self._directory = directory

    async def row(self, key: Key, left: Collection[str]) -> dict[str, Any] | None:
        """The thread as it stands now; ``None`` when its root is deleted or nobody said anything.

        Parameters
        ----------
        left
            Digests of people whose messages are left out.

        Raises
        ------
        CallError
            When Slack does not answer, refuses, or does not say who reads the channel.
        """
        team = self._teams.of(key.team)
        if team is None:
            raise CallError("unknown_team")
        found: list[Mapping[str, Any]] = []
        async for message in threads.messages(team.client, Address(key.channel, key.thread), _PATIENCE_S):
            found.append(message)
            if len(found) == _MOST_MESSAGES:
                break
        if is_gone(found, key.thread):
            return None
        place = await self._directory.channel(key.team, key.channel, anew=True)
        if place == UNKNOWN_PLACE:
            raise CallError("unknown_channel")
        names = {user: (await self._directory.person(key.team, user)).name for user in people_in(found)}
        said, answers = said_in(found, names, team.me, left)
        if not said:
            return None
        call = partial(team.client.chat_getPermalink, channel=key.channel, message_ts=key.thread)
        link = str((await repeated(call, _PATIENCE_S)).get("permalink") or "")
        groups = (team_group(key.team) if place.kind == "public" else channel_group(key.channel),)
        return row_of(Source(thread_document(*key), link, groups, key.thread), said, answers, sorted(left))
