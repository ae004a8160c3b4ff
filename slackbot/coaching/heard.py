"""What people said lately, channel by channel: in memory only, and bounded."""

import bisect
from collections import OrderedDict
from typing import Final

from slackbot.coaching.advice import REMEMBERED_S
from slackbot.intake import Question

MOST_CHANNELS: Final = 1_000
MOST_MESSAGES: Final = 200


class Heard:
    """The messages of the last ten minutes of each channel, oldest first, up to a number."""

    def __init__(self) -> None:
        # The channel that was heard last comes last.
        self._channels: OrderedDict[tuple[str, str], list[Question]] = OrderedDict()

    def add(self, message: Question) -> tuple[Question, ...] | None:
        """Remember a message and give those before it; ``None`` when it is known: events come twice."""
        key = (message.team, message.channel)
        heard = self._channels.setdefault(key, [])
        self._channels.move_to_end(key)
        place = bisect.bisect_left(heard, message.ts, key=_ts)
        if place < len(heard) and heard[place].ts == message.ts:
            return None
        heard.insert(place, message)
        before = tuple(one for one in heard[:place] if _age(one, message) <= REMEMBERED_S)
        del heard[:-MOST_MESSAGES]
        if len(self._channels) > MOST_CHANNELS:
            self._channels.popitem(last=False)
        return before

    def forget(self, before: float) -> None:
        """Drop what was said before a time, in seconds since 1970."""
        for key, heard in list(self._channels.items()):
            heard[:] = [one for one in heard if float(one.ts) >= before]
            if not heard:
                del self._channels[key]

    def __len__(self) -> int:
        return sum(map(len, self._channels.values()))


def _ts(message: Question) -> str:
    return message.ts


def _age(one: Question, now: Question) -> float:
    return float(now.ts) - float(one.ts)
