"""A log with a bound: old entries go, the total stays true."""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Generic, TypeVar

Entry = TypeVar("Entry")


class Log(Generic[Entry]):
    """The last ``limit`` entries (0: all) and how many there have been."""

    def __init__(self, limit: int) -> None:
        self._entries: deque[Entry] = deque(maxlen=limit or None)
        self.total = 0

    def add(self, entry: Entry) -> None:
        """Append an entry; the oldest one goes when the bound is reached."""
        self._entries.append(entry)
        self.total += 1

    def bound(self, limit: int) -> None:
        """Set another bound."""
        self._entries = deque(self._entries, maxlen=limit or None)

    def last(self, count: int) -> list[Entry]:
        """The newest entries, oldest first."""
        return list(islice(reversed(self._entries), count))[::-1]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
