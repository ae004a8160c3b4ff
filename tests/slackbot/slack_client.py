"""`workplace`: the emulator with a Web API client on it, for parts that only ask Slack."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.config import Limits
from slackbot.directory import Directory
from slackbot.emulator.client import EmulatorClient
from slackbot.emulator.process import RunningEmulator, running
from slackbot.intake import Identity
from slackbot.teams import Team, Teams
from tests.slackbot.conftest import QUICK_SLACK

ME = Identity("T0MALMOI", "U0MALMOI", "B0MALMOI")
# Failing calls are given up at once.
LIMITS = Limits(patience=0.1)


@dataclass
class Workplace:
    """People speak through ``client``, the bot asks through ``slack``."""

    client: EmulatorClient
    slack: AsyncWebClient
    teams: Teams
    directory: Directory

    def asked(self, method: str, **arguments: str) -> int:
        """How often a method was called with these arguments."""
        calls = self.client.calls(method)
        return sum(all(call["arguments"].get(k) == v for k, v in arguments.items()) for call in calls)


@pytest.fixture(scope="module")
def running_slack() -> Iterator[RunningEmulator]:
    with running(*QUICK_SLACK) as emulator:
        yield emulator


@pytest.fixture
async def workplace(running_slack: RunningEmulator) -> AsyncIterator[Workplace]:
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            token=running_slack.bot_token, base_url=running_slack.api_url, session=session, retry_handlers=[]
        )
        client.proxy = None
        teams = Teams({ME.team: Team(ME, client)})
        yield Workplace(running_slack.client, client, teams, Directory(teams, LIMITS))
