"""Which checkpoints a run goes on from, which it keeps, and which it sets aside."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from transformers.trainer_utils import get_last_checkpoint

from training.running.checkpoints import (
    MANIFEST,
    SET_ASIDE,
    STATE,
    WHY,
    all_in,
    complete,
    fault_of,
    last_complete,
    prune,
    step_of,
    training_ended,
)

WEIGHTS = "adapter_model.safetensors"


def make(
    checkpoints: Path, step: int, *, whole: bool = True, best: int | None = None, over: bool = False
) -> Path:
    folder = checkpoints / f"checkpoint-{step}"
    (folder / "shards").mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(bytes(range(256)) * 4 + bytes([step]))
    (folder / "shards/optimizer_0.pt").write_bytes(b"moments" * step)
    control = {"args": {"should_training_stop": over}, "attributes": {}}
    state = {"global_step": step, "best_global_step": best, "stateful_callbacks": {"TrainerControl": control}}
    (folder / STATE).write_bytes(orjson.dumps(state))
    if whole:
        complete(folder)
    return folder


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[700] ^= 1
    path.write_bytes(content)


def test_a_whole_checkpoint_is_resumed_from_and_its_manifest_holds_every_file(tmp_path: Path) -> None:
    folder = make(tmp_path, 10)
    assert fault_of(folder) == ""
    assert last_complete(tmp_path) == folder
    manifest = orjson.loads((folder / MANIFEST).read_bytes())
    assert manifest["step"] == 10
    assert set(manifest["files"]) == {WEIGHTS, "shards/optimizer_0.pt", STATE}
    assert manifest["files"][WEIGHTS]["bytes"] == 1025
    assert len(manifest["files"][WEIGHTS]["sha256"]) == 64


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda at: (at / MANIFEST).unlink(), "it was not finished when the run ended"),
        (lambda at: (at / WEIGHTS).unlink(), f"{WEIGHTS} is missing"),
        (lambda at: shutil.rmtree(at / "shards"), "optimizer_0.pt is missing"),
        (lambda at: os.truncate(at / WEIGHTS, 500), f"{WEIGHTS} has 500 bytes, not 1025"),
        (lambda at: os.truncate(at / STATE, 0), f"{STATE} has 0 bytes, not"),
        (lambda at: flip(at / WEIGHTS), f"the content of {WEIGHTS} is not what was written"),
        (lambda at: os.truncate(at / MANIFEST, 40), f"{MANIFEST} is damaged"),
        (lambda at: (at / MANIFEST).write_bytes(b"[]"), f"{MANIFEST} is damaged"),
        (lambda at: (at / MANIFEST).write_bytes(b'{"files": {}}'), f"its manifest does not name {STATE}"),
    ],
)
def test_a_torn_or_damaged_one_is_set_aside_with_the_reason_and_an_older_one_taken(
    tmp_path: Path, damage: Callable[[Path], object], reason: str
) -> None:
    older, newer = make(tmp_path, 9), make(tmp_path, 10)
    damage(newer)
    left = sorted(path.name for path in newer.rglob("*"))
    said: list[str] = []
    # The trap: the Trainer's own choice is the highest number, in whatever state.
    assert get_last_checkpoint(str(tmp_path)) == str(newer)
    assert last_complete(tmp_path, said.append) == older
    aside = tmp_path / SET_ASIDE / "checkpoint-10"
    assert not newer.exists()
    assert sorted(path.name for path in aside.rglob("*") if path.name != WHY) == left
    assert len(said) == 1
    assert f"checkpoint-10 cannot be resumed from: {reason}" in said[0]
    assert said[0] in (aside / WHY).read_text(encoding="utf-8")
    assert get_last_checkpoint(str(tmp_path)) == str(older)
    assert last_complete(tmp_path, said.append) == older
    assert len(said) == 1


def test_nothing_whole_means_from_the_start_and_repeated_failures_lose_nothing(tmp_path: Path) -> None:
    assert last_complete(tmp_path / "none") is None
    for _ in range(3):
        make(tmp_path, 4, whole=False)
        assert last_complete(tmp_path) is None
    aside = {path.name for path in (tmp_path / SET_ASIDE).iterdir()}
    assert aside == {"checkpoint-4", "checkpoint-4.2", "checkpoint-4.3"}
    assert all_in(tmp_path) == []


def test_what_cannot_be_read_is_not_taken_for_torn(tmp_path: Path) -> None:
    folder = make(tmp_path, 4)
    (folder / MANIFEST).unlink()
    (folder / MANIFEST).mkdir()
    with pytest.raises(OSError, match="directory"):
        last_complete(tmp_path)
    assert folder.is_dir()


def test_a_damaged_best_checkpoint_is_set_aside_too(tmp_path: Path) -> None:
    best, last = make(tmp_path, 5), make(tmp_path, 10, best=5)
    flip(best / WEIGHTS)
    said: list[str] = []
    assert last_complete(tmp_path, said.append) == last
    assert not best.exists()
    assert "checkpoint-5" in said[0]


def test_completing_what_was_removed_meanwhile_fails_and_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        complete(tmp_path / "checkpoint-4")
    assert list(tmp_path.iterdir()) == []


def test_every_file_is_synced_before_the_manifest_takes_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path, 3, whole=False)
    done: list[str] = []
    sync, replace = os.fsync, Path.replace
    monkeypatch.setattr(
        os, "fsync", lambda one: (done.append(str(Path(f"/proc/self/fd/{one}").readlink())), sync(one))[1]
    )
    monkeypatch.setattr(
        Path, "replace", lambda one, to: (done.append(f"-> {Path(to).name}"), replace(one, to))[1]
    )
    complete(folder)
    before = done[: done.index(f"-> {MANIFEST}")]
    files = {str(path) for path in (folder / WEIGHTS, folder / STATE, folder / "shards/optimizer_0.pt")}
    assert files | {str(folder), str(folder / "shards")} <= set(before)
    assert done[-1] == str(tmp_path)


@pytest.mark.parametrize(
    ("keep", "best", "stay"),
    [
        (2, None, [9, 10]),
        (1, None, [10]),
        (0, None, [10]),
        (9, None, [1, 2, 9, 10]),
        (1, 2, [2, 10]),
        (2, 10, [9, 10]),
        (1, 77, [10]),
    ],
)
def test_pruning_keeps_the_newest_and_the_best(
    tmp_path: Path, keep: int, best: int | None, stay: list[int]
) -> None:
    for step in (9, 1, 10, 2):
        make(tmp_path, step)
    prune(tmp_path, keep, best)
    assert [step_of(one) for one in all_in(tmp_path)] == stay
    assert all(fault_of(one) == "" for one in all_in(tmp_path))


def test_the_only_good_one_stays_whatever_torn_ones_came_after_it(tmp_path: Path) -> None:
    good = make(tmp_path, 1)
    for step in (2, 3):
        make(tmp_path, step, whole=False)
    prune(tmp_path, 1)
    assert len(all_in(tmp_path)) == 3
    assert last_complete(tmp_path) == good


def test_a_pruning_that_was_interrupted_is_finished_by_the_next(tmp_path: Path) -> None:
    make(tmp_path, 1).rename(tmp_path / ".pruned-checkpoint-1")
    make(tmp_path, 2)
    assert last_complete(tmp_path) == tmp_path / "checkpoint-2"
    prune(tmp_path, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-2"]


@pytest.mark.parametrize("over", [True, False])
def test_a_checkpoint_says_whether_training_had_ended(tmp_path: Path, over: bool) -> None:
    assert training_ended(make(tmp_path, 3, over=over)) is over
