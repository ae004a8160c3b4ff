"""Produces load: many people say something, at a pace or all at once."""

import asyncio
import time
from dataclasses import dataclass

from slackbot.emulator import acts
from slackbot.emulator.models import Channel
from slackbot.emulator.service import Slack

_BREATH = 50  # messages after which the loop gets a turn, when there is no pace


@dataclass(frozen=True, slots=True)
class Burst:
    """``messages`` in all, ``per_second`` of them (0: at once), spread over channels and people.

    ``{n}`` in the text becomes the number of the message. A mention is told in two events.
    """

    messages: int
    channels: int
    per_second: float
    users: int
    text: str


async def produce(slack: Slack, channels: list[Channel], burst: Burst) -> None:
    """Say every message of a burst; what becomes of them is measured by the service's load."""
    people = slack.workspace.people[: burst.users]
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number in range(burst.messages):
        if burst.per_second:
            await asyncio.sleep(max(0.0, start + number / burst.per_second - loop.time()))
        elif number % _BREATH == 0:
            await asyncio.sleep(0)
        channel = channels[number % len(channels)]
        author = people[number % len(people)]
        said_at = time.time()
        message, event_ids = acts.say(slack, channel, author, burst.text.replace("{n}", str(number)))
        slack.service.load.said(channel.id, message.ts, event_ids, said_at)
    slack.service.revisions.bump()
