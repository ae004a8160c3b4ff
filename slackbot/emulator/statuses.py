"""What an assistant shows about a thread: its status for a while, its title, its prompts.

Source: docs.slack.dev assistant.threads.setStatus (gone after two minutes, or with the app's next
message), setSuggestedPrompts (four at most).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

STATUS_S = 120.0
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Status:
    """A status line and what may rotate in its place."""

    text: str
    loading_messages: Sequence[str] = ()
    set_at: float = field(default_factory=time.monotonic)


class Statuses:
    """Statuses, titles and prompts by channel and thread."""

    def __init__(self) -> None:
        self._statuses: dict[Key, Status] = {}
        self._titles: dict[Key, str] = {}
        self._prompts: dict[Key, dict[str, Any]] = {}

    def set(self, key: Key, status: Status) -> None:
        """Show a status; an empty one clears it."""
        if status.text:
            self._statuses[key] = status
        else:
            self._statuses.pop(key, None)

    def clear(self, key: Key) -> None:
        """The app said something: its status goes."""
        self._statuses.pop(key, None)

    def entitle(self, key: Key, title: str) -> None:
        """Set the title of an assistant thread."""
        self._titles[key] = title

    def suggest(self, key: Key, title: str, prompts: Sequence[dict[str, Any]]) -> None:
        """Offer prompts in an assistant thread."""
        self._prompts[key] = {"title": title, "prompts": list(prompts)}

    def shown(self) -> list[dict[str, Any]]:
        """Every thread about which something is shown."""
        now = time.monotonic()
        self._statuses = {k: s for k, s in self._statuses.items() if now - s.set_at < STATUS_S}
        return [
            {
                "channel": key[0],
                "thread_ts": key[1],
                "status": self._statuses[key].text if key in self._statuses else "",
                "loading_messages": list(self._statuses[key].loading_messages)
                if key in self._statuses
                else [],
                "title": self._titles.get(key, ""),
                "suggested": self._prompts.get(key),
            }
            for key in sorted({*self._statuses, *self._titles, *self._prompts})
        ]
