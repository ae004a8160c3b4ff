"""Stages after training: one at a time in a folder, and one message for what the disk or a file refuses."""

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from curation.errors import UserError
from tests.training.merging_run import config_of, random_adapter
from training.evaluation.evaluate import evaluate
from training.merging import export, merge
from training.publishing import push, write_card
from training.run_folder import RunFolder
from training.running.at_work import at_work
from training.running.starting import held

Stage = Callable[..., Any]


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
    """A run whose model is merged, as far as `export` looks."""
    found = RunFolder(tmp_path / "run")
    found.merged.mkdir(parents=True)
    (found.merged / "config.json").write_text("{}", encoding="utf-8")
    return found


@pytest.mark.parametrize("stage", [evaluate, merge, export, write_card, push])
def test_a_stage_waits_for_what_works_in_the_folder(folder: RunFolder, tmp_path: Path, stage: Stage) -> None:
    with held(folder), pytest.raises(UserError, match="Another run is at work in this folder"):
        stage(config_of(tmp_path, "tiny"), folder)
    assert folder.record() == {}


def test_a_full_disk_is_one_message_that_names_the_stage_to_run_again(
    folder: RunFolder, tmp_path: Path
) -> None:
    config = config_of(tmp_path, "tiny")
    with pytest.raises(UserError) as told, files_of_at_most(1_000):
        export(config, folder)
    assert told.value.what.startswith("`export` ended because the disk took no more: ")
    assert told.value.fix == "Make room; then `malmoi train export` again."
    full = pytest.raises(UserError, match="`eval` ended because the disk took no more")
    with full, files_of_at_most(50), at_work(folder, "eval"):
        folder.note("eval", {"gate": "x" * 100})
    assert folder.record() == {}
    export(config, folder)
    assert set(folder.record()) == {"export"}


def test_what_is_exported_is_what_was_learned(folder: RunFolder, tmp_path: Path) -> None:
    config = config_of(tmp_path, "tiny")
    learned = (tmp_path / "rows.jsonl").read_bytes().splitlines()
    general, replayed = tmp_path / "general.jsonl", tmp_path / "replayed.jsonl"
    general.write_bytes(b"\n".join(learned[:20]) + b"\n")
    answer = {"role": "assistant", "content": "네."}
    turns = [[{"role": "user", "content": f"물음 {number}"}, answer] for number in range(30)]
    replayed.write_bytes(b"".join(orjson.dumps({"messages": one}) + b"\n" for one in turns))
    data = config.data.model_dump() | {
        "held_out": 0.0,
        "replay": [{"path": str(replayed), "format": "messages"}],
        "replay_share": 0.2,
    }
    changes = {"data": data, "eval": {"general": [{"path": str(general), "format": "messages"}]}}
    result = export(type(config).model_validate(config.canonical() | changes), folder)
    rows = [orjson.loads(line) for line in (result.folder / "train.jsonl").read_bytes().splitlines()]
    messages = [row["messages"] for row in rows]
    assert messages[:40] == [orjson.loads(line)["messages"] for line in learned[20:]]
    assert len(messages) == 50
    assert all(one in turns for one in messages[40:])


@pytest.mark.parametrize("stage", [evaluate, merge])
@pytest.mark.parametrize("size", [0, 100, -1])
def test_weights_that_were_cut_short_are_one_message(
    tiny: Path, tmp_path: Path, stage: Stage, size: int
) -> None:
    folder = RunFolder(tmp_path / "run")
    random_adapter(tiny, folder)
    weights = folder.adapter / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:size])
    with pytest.raises(UserError, match="What was trained cannot be read") as told:
        stage(config_of(tmp_path, "tiny"), folder)
    assert told.value.where == str(weights)
    assert "--restart" in told.value.fix
