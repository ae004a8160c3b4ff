"""One file for each saved thread: ``<team>/<channel>-<thread>.jsonl``, written whole or not at all."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from curation.atomic import write_bytes

# Slack's ids and ts are nothing else; a name must lead nowhere but into the folder.
_NAME: Final = re.compile(r"([A-Z0-9]{1,32})/([A-Z0-9]{1,32})-([0-9]{1,20}\.[0-9]{1,20})\.jsonl")


class Key(NamedTuple):
    """A thread by the ts of its root."""

    team: str
    channel: str
    thread: str

    @property
    def name(self) -> str:
        """The file, relative to the folder."""
        return f"{self.team}/{self.channel}-{self.thread}.jsonl"

    @property
    def is_sound(self) -> bool:
        """Whether these are ids that Slack gives."""
        return _NAME.fullmatch(self.name) is not None


class Files:
    """The folder of knowledge; nobody else on the machine reads it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, key: Key) -> dict[str, Any] | None:
        """The row of a thread; ``None`` when there is none, or somebody else wrote it."""
        try:
            row = orjson.loads((self.folder / key.name).read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return None
        return row if isinstance(row, dict) and {"said", "left"} <= row.keys() else None

    def write(self, key: Key, row: dict[str, Any] | None) -> None:
        """Replace the row of a thread; ``None`` removes it."""
        path = self.folder / key.name
        if row is None:
            path.unlink(missing_ok=True)
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_bytes(path, orjson.dumps(row))

    def threads(self) -> Iterator[Key]:
        """Every thread that has a file."""
        for path in sorted(self.folder.glob("*/*.jsonl")):
            found = _NAME.fullmatch(path.relative_to(self.folder).as_posix())
            if found is not None:
                yield Key(*found.groups())
