"""Which assistant panes were opened lately, and which of them wait for their first question."""

from collections import OrderedDict
from typing import Final

_REMEMBERED: Final = 1_000


class Panes:
    """The latest panes, in memory: after a restart one that was open keeps the name that Slack gave it."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[tuple[str, str, str], bool] = OrderedDict()

    def open(self, team: str, channel: str, thread: str) -> bool:
        """Whether the pane is new: Slack may say twice that one was opened."""
        key = (team, channel, thread)
        if key in self._waiting:
            return False
        self._waiting[key] = True
        if len(self._waiting) > _REMEMBERED:
            self._waiting.popitem(last=False)
        return True

    def name(self, team: str, channel: str, thread: str) -> bool:
        """Whether the pane is to be named now: once, by the first question in it."""
        key = (team, channel, thread)
        is_first = self._waiting.get(key, False)
        if is_first:
            self._waiting[key] = False
        return is_first
