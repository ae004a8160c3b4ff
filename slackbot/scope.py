"""What an asker may be answered from, decided by where the answer will be read.

Whoever reads the channel reads the answer. In a public channel it is made of what everybody in the
workspace may read, in a private one also of what was said there; only a direct message, or an answer that
nobody else is shown, has the rights of the one who asks. Whoever asks as a guest is nowhere answered from
what the workspace says in public.
"""

from collections.abc import Iterable

from rag.acl import channel_group
from rag.types import Filter
from slackbot.directory import UNKNOWN_PLACE, Directory
from slackbot.intake import Question
from slackbot.policy import Policy


def team_group(team: str) -> str:
    """The group of what was said in a workspace's public channels."""
    return f"slack-team:{team}"


def thread_document(team: str, channel: str, thread: str) -> str:
    """The ``doc_id`` of a saved thread."""
    return f"slack:{team}:{channel}:{thread}"


class Scopes:
    """Which passages an answer may be made of."""

    def __init__(self, directory: Directory, policy: Policy) -> None:
        self._directory = directory
        self._policy = policy

    async def of(self, question: Question) -> Filter:
        """The filter for a question; its own thread is not a source of its answer."""
        groups = await self._groups(question)
        own = thread_document(question.team, question.channel, question.thread)
        return Filter(groups=frozenset(groups), without=(own,) if question.thread else ())

    async def _groups(self, question: Question) -> set[str]:
        team, user, channel = question.team, question.user, question.channel
        place = await self._directory.channel(team, channel)
        # An answer that one person alone is shown in a channel has been asked for directly, too.
        if question.addressed == "direct" or place.kind == "direct":
            person = await self._directory.person(team, user)
            private = await self._directory.private_channels_of(team, user)
            groups = self._named((user,)) | {channel_group(one) for one in private}
            return groups if person.is_external else groups | {team_group(team)}
        groups = self._named((channel,))
        # A guest in a public channel sees that one alone, and could ask for what was said in the others.
        if not place.is_shared and not (await self._directory.person(team, user)).is_external:
            groups.add(team_group(team))
        if place.kind != "public" and place != UNKNOWN_PLACE:
            groups.add(channel_group(channel))
        return groups

    def _named(self, ids: Iterable[str]) -> set[str]:
        return {group for group, members in self._policy.groups.items() if not set(ids).isdisjoint(members)}
