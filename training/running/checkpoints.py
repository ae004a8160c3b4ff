"""Checkpoints that may be trusted: each has a manifest of its files, written last."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import orjson

from curation.atomic import sync_directory, sync_file, write_bytes, write_text
from curation.checkpoints import sha256_of

MANIFEST: Final = "complete.json"
STATE: Final = "trainer_state.json"
SET_ASIDE: Final = "set-aside"
WHY: Final = "WHY.txt"
_PRUNED = ".pruned-"

Tell = Callable[[str], None]
"""Called with a sentence that the person should see."""


def complete(checkpoint: Path) -> None:
    """Make the checkpoint durable, and say so in a manifest of its files (size, SHA-256).

    Raises
    ------
    OSError
        When a file cannot be read or the manifest not be written; FileNotFoundError when the
        trainer's state is not in the folder.
    """
    (checkpoint / STATE).stat()
    held = _files(checkpoint)
    for path in held:
        sync_file(path)
    for folder in {path.parent for path in held}:
        sync_directory(folder)
    files = {
        path.relative_to(checkpoint).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
        for path in held
    }
    content = {"step": step_of(checkpoint), "files": files}
    write_bytes(checkpoint / MANIFEST, orjson.dumps(content, option=orjson.OPT_INDENT_2))
    sync_directory(checkpoint.parent)


def last_complete(checkpoints: Path, tell: Tell = lambda _: None) -> Path | None:
    """Give the newest checkpoint whose every file is as its manifest says, or ``None``.

    Newer ones that are torn or damaged are set aside, and so is a damaged one that the newest names as
    the best; ``tell`` hears of each. Nothing is deleted.
    """
    for checkpoint in reversed(all_in(checkpoints)):
        if fault := fault_of(checkpoint):
            _put_aside(checkpoint, fault, tell)
            continue
        best = best_of(checkpoint)
        if best is not None and best.is_dir() and (fault := fault_of(best)):
            _put_aside(best, fault, tell)
        return checkpoint
    return None


def fault_of(checkpoint: Path, *, hashes: bool = True) -> str:
    """Say what makes a checkpoint unfit to go on from; empty when nothing does.

    Without ``hashes`` only names and sizes are compared.
    """
    try:
        files = _manifest(checkpoint)["files"]
        if STATE not in files:
            return f"its manifest does not name {STATE}"
        for name, noted in files.items():
            path = checkpoint / name
            if path.stat().st_size != noted["bytes"]:
                return f"{name} has {path.stat().st_size} bytes, not {noted['bytes']}"
            if hashes and sha256_of(path) != noted["sha256"]:
                return f"the content of {name} is not what was written"
    except FileNotFoundError as error:
        name = Path(error.filename).name
        return "it was not finished when the run ended" if name == MANIFEST else f"{name} is missing"
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return f"{MANIFEST} is damaged"
    return ""


def prune(checkpoints: Path, keep: int, best_step: int | None = None) -> None:
    """Remove all complete checkpoints but the ``keep`` (at least 1) newest and that of ``best_step``.

    What is not complete is neither counted nor removed.
    """
    for left in checkpoints.glob(f"{_PRUNED}*"):
        shutil.rmtree(left)
    for checkpoint in whole_in(checkpoints)[: -max(keep, 1)]:
        if step_of(checkpoint) != best_step:
            # Renamed first: one that is half removed must not look like a damaged checkpoint.
            shutil.rmtree(checkpoint.rename(checkpoint.with_name(_PRUNED + checkpoint.name)))


def all_in(checkpoints: Path) -> list[Path]:
    """List the checkpoints, the oldest step first, whatever their state."""
    found = (path for path in checkpoints.glob("checkpoint-*") if path.is_dir())
    return sorted((path for path in found if re.fullmatch(r"checkpoint-\d+", path.name)), key=step_of)


def whole_in(checkpoints: Path) -> list[Path]:
    """List the complete checkpoints, the oldest step first, by the names and sizes of their files alone."""
    return [one for one in all_in(checkpoints) if not fault_of(one, hashes=False)]


def step_of(checkpoint: Path) -> int:
    """Give the optimiser step after which the checkpoint was taken."""
    return int(checkpoint.name.rpartition("-")[2])


def best_of(checkpoint: Path) -> Path | None:
    """Give the folder of the checkpoint with the least validation loss so far, as this one notes it."""
    step = _state(checkpoint).get("best_global_step")
    return checkpoint.with_name(f"checkpoint-{step}") if step else None


def micro_batch_of(checkpoint: Path) -> int:
    """Give how many sequences a process computed at once."""
    return int(_state(checkpoint)["train_batch_size"])


def training_ended(checkpoint: Path) -> bool:
    """Tell whether the checkpoint was taken when training was over: by its steps, or by early stopping.

    A run that died between this checkpoint and the end must not train a step more.
    """
    control = _state(checkpoint).get("stateful_callbacks", {}).get("TrainerControl", {})
    return bool(control.get("args", {}).get("should_training_stop"))


def _state(checkpoint: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((checkpoint / STATE).read_bytes())
    return found


def _manifest(checkpoint: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((checkpoint / MANIFEST).read_bytes())
    return found


def _files(checkpoint: Path) -> list[Path]:
    return sorted(path for path in checkpoint.rglob("*") if path.is_file() and path.name != MANIFEST)


def _put_aside(checkpoint: Path, fault: str, tell: Tell) -> None:
    folder = checkpoint.parent / SET_ASIDE
    folder.mkdir(exist_ok=True)
    taken = {path.name for path in folder.iterdir()}
    names = (checkpoint.name, *(f"{checkpoint.name}.{count}" for count in range(2, len(taken) + 3)))
    target = checkpoint.rename(folder / next(name for name in names if name not in taken))
    note = f"{checkpoint.name} cannot be resumed from: {fault}. It lies in {SET_ASIDE}/{target.name} now."
    tell(note)
    write_text(target / WHY, note + "\nNothing reads it any more; it may be deleted.\n")
