"""Disks that are full, closed or gone: one message, and how the run goes on."""

import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest
import safetensors.torch
import torch

from curation.errors import UserError
from training.config import TrainConfig
from training.run_folder import RunFolder
from training.running import faults
from training.running.checkpoints import STATE, complete
from training.running.faults import Room, check_room, disk_faults, room_needed

WEIGHTS = {"weight": torch.ones(100_000)}


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """The system itself refuses to let a file grow: the nearest thing to a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    found = RunFolder(tmp_path / "run")
    found.checkpoints.mkdir(parents=True)
    return found


def whole_checkpoint(folder: RunFolder, step: int) -> Path:
    checkpoint = folder.checkpoints / f"checkpoint-{step}"
    checkpoint.mkdir()
    (checkpoint / STATE).write_bytes(orjson.dumps({"global_step": step}))
    complete(checkpoint)
    return checkpoint


@pytest.mark.parametrize(
    "write",
    [
        lambda at: safetensors.torch.save_file(WEIGHTS, at),
        lambda at: torch.save(WEIGHTS, at),
        lambda at: at.write_bytes(bytes(300_000)),
    ],
    ids=["safetensors", "torch", "python"],
)
def test_a_full_disk_is_one_message_with_the_step_to_go_on_from(
    folder: RunFolder, write: Callable[[Path], object]
) -> None:
    whole_checkpoint(folder, 20)
    (folder.checkpoints / "checkpoint-30").mkdir()
    with pytest.raises(UserError) as told, files_of_at_most(100_000), disk_faults(folder):
        write(folder.checkpoints / "checkpoint-30/weights")
    assert told.value.what.startswith("The run ended because the disk took no more: ")
    assert told.value.fix == "Make room; then `malmoi train resume` goes on after step 20."
    assert told.value.where.startswith(str(folder.path))


def test_the_message_tells_of_what_was_set_aside_and_that_nothing_was_saved(folder: RunFolder) -> None:
    aside = folder.checkpoints / "set-aside/checkpoint-3"
    aside.mkdir(parents=True)
    (aside / "weights").write_bytes(bytes(2_500_000))
    with pytest.raises(UserError) as told, disk_faults(folder):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert told.value.fix == (
        "Make room (2.5 MB in set-aside/ may be deleted); "
        "then `malmoi train resume` starts from the first step."
    )
    assert told.value.where == str(folder.path)


@pytest.mark.parametrize(
    "write",
    [
        lambda at: safetensors.torch.save_file(WEIGHTS, at),
        lambda at: torch.save(WEIGHTS, at),
        lambda at: at.write_bytes(b"x"),
    ],
    ids=["safetensors", "torch", "python"],
)
def test_a_folder_that_has_gone_is_one_message(folder: RunFolder, write: Callable[[Path], object]) -> None:
    with pytest.raises(UserError, match="a part of it, has gone") as told, disk_faults(folder):
        write(folder.checkpoints / "checkpoint-30/weights")
    assert "checkpoint-30" in told.value.where
    assert told.value.fix.startswith("Put the folder back")


def test_a_folder_that_was_closed_is_one_message(folder: RunFolder) -> None:
    # Root may write anywhere: a name that may never be opened for writing stands for a closed folder.
    with pytest.raises(UserError, match="may not be written: Permission denied") as told, disk_faults(folder):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder.metrics))
    assert told.value.where == str(folder.metrics)
    assert told.value.fix.startswith("Make the folder writable; then")


@pytest.mark.parametrize(
    "error",
    [
        ValueError("the loss is not a number"),
        RuntimeError("mat1 and mat2 shapes cannot be multiplied"),
        RuntimeError("PytorchStreamReader failed reading zip archive: failed finding central directory"),
        FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "elsewhere/rows.jsonl"),
        PermissionError(errno.EACCES, os.strerror(errno.EACCES), "elsewhere/rows.jsonl"),
        OSError("no number"),
        UserError("The base has no end token."),
    ],
)
def test_every_other_error_passes(folder: RunFolder, error: Exception) -> None:
    with pytest.raises(type(error)) as passed, disk_faults(folder):
        raise error
    assert passed.value is error


def configured(**sections: object) -> TrainConfig:
    data = {"train": [{"path": "rows.jsonl"}]}
    return TrainConfig.model_validate({"name": "trial", "base": "tiny", "data": data, **sections})


@pytest.mark.parametrize(
    ("sections", "room"),
    [
        # keep 2, the new one and the best; two merges of 2 bytes a weight
        ({}, Room(checkpoints=4 * 30, adapter=10, merged=2 * 2 * 1000)),
        ({"merge": {"into": "original"}}, Room(checkpoints=4 * 30, adapter=10, merged=2 * 1000)),
        (
            {"method": {"kind": "lora"}, "train": {"keep_checkpoints": 1, "early_stopping": 0}},
            Room(checkpoints=2 * 30, adapter=10, merged=2 * 1000),
        ),
        ({"export": {"dtype": "float32"}}, Room(checkpoints=4 * 30, adapter=10, merged=2 * 4 * 1000)),
    ],
)
def test_the_room_of_a_run(sections: dict[str, object], room: Room) -> None:
    assert room_needed(configured(**sections), trained_bytes=10, parameters=1000) == room


def test_a_run_that_does_not_fit_is_refused_before_it_starts(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = faults.shutil.disk_usage(folder.path)
    monkeypatch.setattr(faults.shutil, "disk_usage", lambda _: usage._replace(free=5_000_000_000))
    check_room(folder, Room(3_000_000_000, 500_000_000, 1_500_000_000))
    with pytest.raises(UserError) as told:
        check_room(folder, Room(3_000_000_000, 500_000_000, 1_600_000_000))
    assert told.value.what == (
        "The disk has 5.0 GB free, and the run needs 5.1 GB: "
        "3.0 GB for checkpoints, 0.5 GB for the adapter, 1.6 GB to merge it."
    )
    # A resumed run replaces its own checkpoints.
    weights = whole_checkpoint(folder, 5) / "weights"
    weights.touch()
    os.truncate(weights, 100_000_000)
    check_room(folder, Room(3_000_000_000, 500_000_000, 1_600_000_000))
    check_room(RunFolder(folder.path / "not/yet/there"), Room(1, 1, 1))
