"""What lies on this machine: the store, the folder of saved threads, room on the disk."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from curation.errors import UserError
from slackbot.doctor.check import Check, Grade, fault, ok, warning
from slackbot.knowledge.files import Files
from slackbot.metrics import by_state
from slackbot.store.database import StoreError
from slackbot.store.reading import Reading, is_held, open_to_read

_LEAST_FREE_MB: Final = 100
_LITTLE_FREE_MB: Final = 1_000
_LONG_S: Final = 900.0


async def store(place: Path | str, key: SecretStr) -> list[Check]:
    """Whether the store opens and what waits in it; a bot may have it open meanwhile."""
    found: list[Check] = []
    if isinstance(place, Path):
        found += _readable_by_others(place)
        if not place.is_file():
            return [*found, _to_be_made("store", place)]
    try:
        reading = open_to_read(place, key=key)
    except UserError as error:
        return [*found, fault("store", error)]
    try:
        return [*found, *await _questions(reading, place)]
    except StoreError as error:
        return [*found, Check("store", Grade.FAULT, str(error), "see that its disk or server works")]
    finally:
        await reading.close()


def knowledge(folder: Path) -> Check:
    """The folder of saved threads."""
    if not folder.is_dir():
        return _to_be_made("knowledge", folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        return _unwritable("knowledge", folder)
    return ok("knowledge", f"{folder}: {sum(1 for _ in Files(folder).threads()):,} saved threads")


def room(folders: Iterable[Path]) -> list[Check]:
    """How much is free where each of the folders lies, or will lie; disks are named once."""
    free: dict[int, tuple[Path, int]] = {}
    for folder in folders:
        existing = _existing(folder)
        free.setdefault(existing.stat().st_dev, (existing, shutil.disk_usage(existing).free // 2**20))
    return [_room(existing, megabytes) for existing, megabytes in free.values()]


def _room(folder: Path, megabytes: int) -> Check:
    seen = f"{megabytes:,} MB free at {folder}"
    if megabytes < _LEAST_FREE_MB:
        return Check("disk", Grade.FAULT, seen, "make room: without it no question can be kept")
    if megabytes < _LITTLE_FREE_MB:
        return warning("disk", seen, "make room before it is full: then no question can be kept")
    return ok("disk", seen)


async def _questions(reading: Reading, place: Path | str) -> list[Check]:
    counts = by_state(await reading.inbox.counts(), {})
    waits = await reading.waits_for()
    where = f"{place}; " if isinstance(place, Path) else ""
    running = isinstance(place, Path) and is_held(place)
    by = "a bot is running with it; " if running else ""
    waiting = f"{counts['waiting']:,} waiting"
    found = [ok("store", f"{where}{by}{counts['answered']:,} answered, {waiting}, {counts['dead']:,} dead")]
    if waits > _LONG_S:
        seen = f"the oldest has been waiting for {waits / 60:,.0f} minutes"
        found.append(
            warning("waiting", seen, "see the bot's log, or start it: waiting questions are answered")
        )
    if counts["dead"]:
        seen = f"{counts['dead']:,} questions were given up; their authors were told"
        found.append(
            warning("dead", seen, "see the bot's log for `dead`: the reason and the place stand there")
        )
    return found


def _readable_by_others(place: Path) -> list[Check]:
    if place.is_file() and place.stat().st_mode & 0o077:
        fix = f"chmod 600 {place}: people's questions stand in it"
        return [warning("store", "other users of this machine may read the file", fix)]
    return []


def _to_be_made(name: str, path: Path) -> Check:
    """A file or a folder that the bot makes when it starts, if it can."""
    existing = _existing(path)
    if not os.access(existing, os.W_OK | os.X_OK):
        return _unwritable(name, existing)
    return ok(name, f"{path}: not there yet; the bot makes it")


def _unwritable(name: str, folder: Path) -> Check:
    return Check(name, Grade.FAULT, f"{folder} cannot be written", "let the bot's user write there")


def _existing(path: Path) -> Path:
    return next(folder for folder in (path.resolve(), *path.resolve().parents) if folder.is_dir())
