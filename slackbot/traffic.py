"""Slack waits three seconds for an acknowledgement, people wait longer for an answer: events go first."""

import asyncio
from typing import Final

_CALM: Final = 16
_LOOK_S: Final = 0.02
_MOST_S: Final = 2.0


class Traffic:
    """How many events are on their way to the inbox; a context manager around each."""

    def __init__(self) -> None:
        self._under_way = 0

    def __enter__(self) -> None:
        self._under_way += 1

    def __exit__(self, *_: object) -> None:
        self._under_way -= 1

    async def calm(self) -> None:
        """Wait while many events arrive at once, but not for long."""
        waited = 0.0
        while self._under_way > _CALM and waited < _MOST_S:
            await asyncio.sleep(_LOOK_S)
            waited += _LOOK_S
