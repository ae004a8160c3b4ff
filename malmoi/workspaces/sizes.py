"""How many bytes folders take, and when they were made; links are neither followed nor counted."""

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path


def files_in(path: Path) -> Iterator[os.stat_result]:
    """Look at every file of a folder, or at a single one."""
    try:
        status = path.lstat()
    except OSError:
        return
    if not _is_folder(status):
        yield status
        return
    for parent, _, names in os.walk(path):
        for name in names:
            try:
                yield Path(parent, name).lstat()
            except OSError:  # it was removed meanwhile
                continue


def bytes_of(paths: Iterable[Path]) -> int:
    """Bytes of files; one with several names among them counts once."""
    seen: dict[tuple[int, int], int] = {}
    for path in paths:
        for status in files_in(path):
            seen[status.st_dev, status.st_ino] = status.st_size
    return sum(seen.values())


def freed_by(paths: Iterable[Path]) -> int:
    """Bytes that removing the paths frees: a file that has another name elsewhere takes its room still."""
    names: dict[tuple[int, int], int] = {}
    known: dict[tuple[int, int], os.stat_result] = {}
    for path in paths:
        for status in files_in(path):
            key = (status.st_dev, status.st_ino)
            names[key] = names.get(key, 0) + 1
            known[key] = status
    return sum(one.st_size for key, one in known.items() if names[key] >= one.st_nlink)


def newest(path: Path) -> float:
    """The latest time of change below a path, in seconds since the epoch; 0 when it is gone."""
    try:
        own = path.lstat().st_mtime
    except OSError:
        return 0.0
    return max([own, *(status.st_mtime for status in files_in(path))])


def time_of(path: Path) -> datetime | None:
    """When a file was written; ``None`` when it is not there."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    except OSError:
        return None


def _is_folder(status: os.stat_result) -> bool:
    import stat

    return stat.S_ISDIR(status.st_mode)
