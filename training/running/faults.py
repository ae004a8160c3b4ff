"""Disks that are full, closed or gone: one message, and how the run goes on."""

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from curation.errors import UserError
from training.config import TrainConfig
from training.run_folder import RunFolder
from training.running.checkpoints import SET_ASIDE, all_in, step_of, whole_in

_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED: Final = {errno.EACCES, errno.EPERM, errno.EROFS}
_GONE: Final = {errno.ENOENT, errno.ENOTDIR, errno.ESTALE, errno.EIO, errno.ENODEV}
# safetensors, tokenizers and torch write without Python: their errors have a text and no number.
_RUST: Final = re.compile(r'os error (?P<number>\d+)\)(?: at path "(?P<place>[^"]+)")?')
_TORCH: Final = {
    errno.ENOSPC: re.compile(r"PytorchStreamWriter|inline_container.*unexpected pos"),
    errno.ENOENT: re.compile(r"Parent directory (?P<place>.+) does not exist"),
    errno.EACCES: re.compile(r"File (?P<place>.+) cannot be opened"),
}
_OPTIMISER_STATES: Final = 2  # AdamW keeps two moments of each trained weight
_EXPORT_BYTES: Final = {"bfloat16": 2, "float16": 2, "float32": 4}


@contextlib.contextmanager
def disk_faults(folder: RunFolder, checkpoints: Path | None = None, *, stage: str = "") -> Iterator[None]:
    """Say in one message what a disk refused while the run wrote, and from where it goes on.

    Parameters
    ----------
    checkpoints
        Where the stage keeps its checkpoints, unless it is ``folder.checkpoints``.
    stage
        The command of a stage that has none, and is begun again.

    Raises
    ------
    UserError
        In place of an error of the operating system, of the libraries that write for it, that
        concerns the run's folder. Every other error passes.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        number, place = _refusal(error)
        concerns_run = number in _CLOSED | _GONE and _within(place, folder.path)
        if not concerns_run and number not in _FULL:
            raise
        again = (
            f"`malmoi train {stage}` again"
            if stage
            else f"`malmoi train resume` {_going_on(folder, checkpoints)}"
        )
        raise UserError(
            f"{f'`{stage}`' if stage else 'The run'} ended because {_what(number)}: {os.strerror(number)}.",
            where=place or str(folder.path),
            fix=f"{_remedy(number, folder)}; then {again}.",
        ) from error


def _refusal(error: Exception) -> tuple[int, str]:
    """Give the number of the system's error and the path it names; 0 and nothing for other errors."""
    if isinstance(error, OSError):
        return error.errno or 0, os.fsdecode(error.filename or "")
    if found := _RUST.search(str(error)):
        return int(found["number"]), found["place"] or ""
    if isinstance(error, RuntimeError):
        for number, pattern in _TORCH.items():
            if found := pattern.search(str(error)):
                return number, found.groupdict().get("place", "")
    return 0, ""


def _within(place: str, folder: Path) -> bool:
    return bool(place) and Path(place).absolute().is_relative_to(folder.absolute())


def _what(number: int) -> str:
    if number in _FULL:
        return "the disk took no more"
    if number in _CLOSED:
        return "the run's folder may not be written"
    return "the run's folder, or a part of it, has gone"


def _remedy(number: int, folder: RunFolder) -> str:
    if number in _FULL:
        return "Make room" + _old_ones(folder)
    if number in _CLOSED:
        return "Make the folder writable"
    return "Put the folder back (a disk that was unmounted?)"


def _old_ones(folder: RunFolder) -> str:
    aside = _bytes_in(folder.checkpoints / SET_ASIDE)
    return f" ({_gigabytes(aside)} in {SET_ASIDE}/ may be deleted)" if aside else ""


def _going_on(folder: RunFolder, checkpoints: Path | None) -> str:
    whole = whole_in(checkpoints or folder.checkpoints)
    return f"goes on after step {step_of(whole[-1])}" if whole else "starts from the first step"


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes that a run will have written when it, its merge and its export are done."""

    checkpoints: int
    adapter: int
    merged: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.checkpoints + self.adapter + self.merged


def room_needed(config: TrainConfig, *, trained_bytes: int, parameters: int) -> Room:
    """Reckon what a run writes.

    Parameters
    ----------
    trained_bytes
        Size of the weights that change, in the type in which they are trained.
    parameters
        Number of all weights of the base.
    """
    # The new one is whole before an old one goes, and the best is kept besides.
    kept = config.train.keep_checkpoints + 1 + (config.train.early_stopping > 0)
    # `best` has two merges on the disk until one is chosen.
    merges = 2 if config.merge.into == "best" and config.method.kind == "qlora" else 1
    return Room(
        checkpoints=kept * trained_bytes * (1 + _OPTIMISER_STATES),
        adapter=trained_bytes,
        merged=merges * parameters * _EXPORT_BYTES[config.export.dtype],
    )


def check_room(folder: RunFolder, room: Room) -> None:
    """Refuse a run that its disk cannot hold, before an hour is spent.

    What the folder's own checkpoints take is taken for free: a resumed run replaces them.

    Raises
    ------
    UserError
        When there is too little room.
    """
    path = folder.path.absolute()
    disk = next(one for one in (path, *path.parents) if one.is_dir())
    free = shutil.disk_usage(disk).free
    if free + sum(_bytes_in(one) for one in all_in(folder.checkpoints)) >= room.total:
        return
    raise UserError(
        f"The disk has {_gigabytes(free)} free, and the run needs {_gigabytes(room.total)}: "
        f"{_gigabytes(room.checkpoints)} for checkpoints, {_gigabytes(room.adapter)} for the adapter, "
        f"{_gigabytes(room.merged)} to merge it.",
        where=str(folder.path),
        fix="Make room, choose a folder on another disk, keep fewer checkpoints (train.keep_checkpoints), "
        "or try one merge only (merge.into).",
    )


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
