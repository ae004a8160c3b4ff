"""The workspaces that the bot serves: in each it has a client with a token of its own, and a name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from slackbot.intake import Identity


@dataclass(frozen=True, slots=True)
class Team:
    """One workspace: who the bot is in it, and how it calls it."""

    me: Identity
    client: AsyncWebClient


class Teams:
    """The workspaces by id; installing and uninstalling the app changes them while the bot runs."""

    def __init__(self, teams: Mapping[str, Team]) -> None:
        self._teams = dict(teams)

    def of(self, team: str) -> Team | None:
        """The workspace, or ``None`` when the app is not installed there (any more)."""
        return self._teams.get(team)

    def add(self, team: Team) -> None:
        """Serve a workspace from now on."""
        self._teams[team.me.team] = team

    def remove(self, team: str) -> None:
        """Serve it no longer."""
        self._teams.pop(team, None)

    def __iter__(self) -> Iterator[Team]:
        return iter(tuple(self._teams.values()))

    def __len__(self) -> int:
        return len(self._teams)
