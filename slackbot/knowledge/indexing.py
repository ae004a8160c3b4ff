"""Brings the index up to the files of saved threads, one run at a time, outside the event loop."""

import asyncio
import logging
from pathlib import Path
from typing import Final

from curation.errors import ConfigurationError, UserError
from rag.lock import HeldError

_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 60.0
_log = logging.getLogger("malmoi.slack.knowledge")


class Indexing:
    """What the index does not know yet, and the way to tell it."""

    def __init__(self, index: Path, folder: Path) -> None:
        self._index = index
        self._folder = folder
        # Files that have changed; `None`: nobody has looked yet.
        self._changed: set[str] | None = None
        self._lock = asyncio.Lock()

    def note(self, name: str) -> None:
        """A file has changed, come or gone."""
        if self._changed is not None:
            self._changed.add(name)

    async def update(self) -> None:
        """Tell the index what has changed; while another run holds it, wait, and say so once.

        The first time it looks at all files: they may have changed while no bot ran.

        Raises
        ------
        ConfigurationError
            When there is no index, or one of another version.
        """
        pause = _FIRST_PAUSE_S
        async with self._lock:
            while self._changed is None or self._changed:
                names, self._changed = self._changed, set()
                try:
                    await asyncio.to_thread(_update, self._index, self._folder, names)
                except BaseException as error:
                    self._changed = None if names is None else self._changed | names
                    if not isinstance(error, UserError) or isinstance(error, ConfigurationError):
                        raise
                    if pause == _FIRST_PAUSE_S:
                        level = logging.INFO if isinstance(error, HeldError) else logging.ERROR
                        _log.log(level, "saved threads wait: %s", error.what)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE_S)


def _update(index: Path, folder: Path, names: set[str] | None) -> None:
    from rag.saved import update_saved  # noqa: PLC0415 - the store behind it takes a second and a half

    update_saved(index, folder, names)
