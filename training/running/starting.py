"""Whether a run may start or go on in a folder: one run at a time, and only the same one."""

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path
from typing import Any, Final

import orjson

from curation.atomic import sync_directory, write_bytes
from curation.errors import ConfigurationError, UserError
from training.config import TrainConfig
from training.run_folder import RunFolder

_LOCK: Final = ".lock"
_EARLIER: Final = "earlier"
_RESTART = "`malmoi train run --restart` starts anew and keeps what is there in the folder 'earlier'"


def is_main_process() -> bool:
    """Tell whether this process writes: the only one, or the first of those that were launched together."""
    return os.environ.get("RANK", "0") == "0"


@dataclass(frozen=True, slots=True)
class Held:
    """The lock on a run's folder."""

    folder: RunFolder
    lock: BufferedRandom

    def check(self) -> None:
        """Make sure that the folder is the one that was locked.

        Raises
        ------
        UserError
            When it was removed, renamed or replaced meanwhile.
        """
        try:
            same = os.path.samestat(os.fstat(self.lock.fileno()), (self.folder.path / _LOCK).stat())
        except OSError:
            same = False
        if not same:
            raise UserError(
                "The run ended because its folder was removed or replaced while it ran.",
                where=str(self.folder.path),
                fix="Put the folder back; then `malmoi train resume` goes on from its last checkpoint.",
            )


@contextlib.contextmanager
def held(folder: RunFolder) -> Iterator[Held | None]:
    """Hold the folder for one run; the system lets go when the process ends, however it ends.

    Of processes that were launched together the first holds it for all; the others get ``None``.

    Raises
    ------
    UserError
        When another run works in the folder, or it cannot be written.
    """
    if not is_main_process():
        yield None
        return
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        lock = (folder.path / _LOCK).open("a+b")
    except OSError as error:
        raise ConfigurationError(
            "The folder for the run cannot be written.",
            where=f"{folder.path}: {error.strerror}",
            fix="Choose a folder of your own.",
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(
                "Another run is at work in this folder.",
                where=str(folder.path),
                fix="Wait until it is done, or choose another folder.",
            ) from error
        yield Held(folder, lock)


def to_do(config: TrainConfig, folder: RunFolder, *, resume: bool, stage: str = "run") -> bool:
    """Tell whether a stage is to be worked on; ``False`` when it is resumed and was finished before.

    Raises
    ------
    ConfigurationError
        When a stage that was begun or finished is run again, when there is nothing to resume, or when
        it was begun with another configuration.
    """
    finished = stage in folder.record()
    if not is_main_process():
        return not (resume and finished)
    begun = _begun(folder, stage)
    if not resume:
        if finished:
            raise _refused(
                "This folder holds a finished run.", folder, f"Choose another folder, or: {_RESTART}."
            )
        if begun:
            fix = f"`malmoi train resume` goes on with it; {_RESTART}."
            raise _refused("This folder holds a run that was not finished.", folder, fix)
        return True
    if not (finished or begun):
        raise _refused("There is no run to resume here.", folder, "Start one with `malmoi train run`.")
    if begun and begun["key"] != config.training_key():
        raise _changed(differences(begun["decisive"], config.decisive()), folder)
    return not finished


def was_begun(folder: RunFolder, stage: str) -> bool:
    """Tell whether a stage was begun, finished or not."""
    return bool(_begun(folder, stage))


def same_inputs(
    config: TrainConfig, folder: RunFolder, inputs: Mapping[str, str], *, stage: str = "run"
) -> None:
    """Note what a stage begins with, or hold what it resumes with against the note.

    Parameters
    ----------
    inputs
        What decides the result and stands outside the configuration, by names that a person
        understands: the base's revision, SHA-256 of the rows, the number of processes.

    Raises
    ------
    ConfigurationError
        When one of them is not what it was when the stage began.
    """
    if not is_main_process():
        return
    begun = _begun(folder, stage)
    if begun:
        if changed := differences(begun["inputs"], inputs):
            raise _changed(changed, folder)
        return
    note = {"key": config.training_key(), "decisive": config.decisive(), "inputs": dict(inputs)}
    write_bytes(_note_of(folder, stage), orjson.dumps(note, option=orjson.OPT_INDENT_2))


def start_anew(folder: RunFolder) -> Path | None:
    """Put what earlier runs left in the folder into ``earlier/<n>``; call it while holding the folder.

    Tokenised rows stay. Gives the new folder, or ``None`` when there was nothing.
    """
    left = [path for path in folder.path.iterdir() if path.name not in (_LOCK, _EARLIER, folder.data.name)]
    if not left:
        return None
    earlier = folder.path / _EARLIER
    earlier.mkdir(exist_ok=True)
    target = earlier / str(
        1 + max((int(one.name) for one in earlier.iterdir() if one.name.isdigit()), default=0)
    )
    target.mkdir()
    for path in left:
        path.rename(target / path.name)
    sync_directory(folder.path)
    return target


def rewind(lines: Path, step: int) -> None:
    """Keep the JSON lines up to ``step``: what comes after it in the file is done again."""
    if not lines.exists():
        return
    kept = [line for line in lines.read_bytes().splitlines() if _step_of(line) <= step]
    write_bytes(lines, b"".join(line + b"\n" for line in kept))


def differences(before: Mapping[str, Any], now: Mapping[str, Any], place: str = "") -> list[str]:
    """Name what changed between two configurations, as ``key: before -> now``."""
    found: list[str] = []
    for key in sorted({*before, *now}):
        old, new = before.get(key), now.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += differences(old, new, f"{place}{key}.")
        elif old != new:
            found.append(f"{place}{key}: {_shown(old)} -> {_shown(new)}")
    return found


def _shown(value: object) -> str:
    return value if isinstance(value, str) and value else orjson.dumps(value).decode()


def _step_of(line: bytes) -> float:
    try:
        return float(orjson.loads(line)["step"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return float("inf")  # torn by the end of the process


def _note_of(folder: RunFolder, stage: str) -> Path:
    return folder.path / f"begun-{stage}.json"


def _begun(folder: RunFolder, stage: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = orjson.loads(_note_of(folder, stage).read_bytes())
    except FileNotFoundError:
        return {}
    return found


def _refused(what: str, folder: RunFolder, fix: str) -> ConfigurationError:
    return ConfigurationError(what, where=str(folder.path), fix=fix)


def _changed(what: list[str], folder: RunFolder) -> ConfigurationError:
    return _refused(
        f"The run was begun with something else: {'; '.join(what)}.",
        folder,
        f"Resume it with what it was begun with; or: {_RESTART}.",
    )
