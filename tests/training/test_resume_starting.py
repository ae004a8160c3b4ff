"""What may start or go on in a folder, and what is refused with the way out."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from curation.errors import ConfigurationError, UserError
from training.config import TrainConfig
from training.run_folder import RunFolder
from training.running.starting import held, rewind, same_inputs, start_anew, to_do

INPUTS = {"base revision": "sha256:1", "rows": "a" * 64, "processes": "1"}


def configured(**train: Any) -> TrainConfig:
    return TrainConfig.model_validate(
        {"name": "trial", "base": "tiny", "data": {"train": [{"path": "rows.jsonl"}]}, "train": train}
    )


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    (tmp_path / "run").mkdir()
    return RunFolder(tmp_path / "run")


def begin(folder: RunFolder, config: TrainConfig) -> None:
    assert to_do(config, folder, resume=False)
    same_inputs(config, folder, INPUTS)


def test_a_run_is_begun_interrupted_resumed_and_finished(folder: RunFolder) -> None:
    config = configured()
    with pytest.raises(ConfigurationError, match="no run to resume") as nothing:
        to_do(config, folder, resume=True)
    assert "malmoi train run" in nothing.value.fix
    begin(folder, config)
    with pytest.raises(ConfigurationError, match="was not finished") as unfinished:
        to_do(config, folder, resume=False)
    assert "`malmoi train resume` goes on" in unfinished.value.fix
    assert "--restart" in unfinished.value.fix
    assert to_do(config, folder, resume=True)
    same_inputs(config, folder, INPUTS)
    folder.note("run", {"steps": 3})
    assert not to_do(config, folder, resume=True)
    with pytest.raises(ConfigurationError, match="finished run") as finished:
        to_do(config, folder, resume=False)
    assert "--restart" in finished.value.fix


def test_a_stage_that_planned_only_is_no_run(folder: RunFolder) -> None:
    folder.note("plan", {"faults": []})
    assert to_do(configured(), folder, resume=False)


def test_stages_are_begun_apart(folder: RunFolder) -> None:
    config = configured()
    begin(folder, config)
    assert to_do(config, folder, resume=False, stage="preference")
    same_inputs(config, folder, {"pairs": "b"}, stage="preference")
    same_inputs(config, folder, INPUTS)
    with pytest.raises(ConfigurationError, match="was not finished"):
        to_do(config, folder, resume=False, stage="preference")


def test_another_configuration_is_refused_by_the_names_of_its_keys(folder: RunFolder) -> None:
    begin(folder, configured())
    other = configured(learning_rate=1e-3, seed=7, log_every=5, keep_checkpoints=9)
    with pytest.raises(ConfigurationError) as refused:
        to_do(other, folder, resume=True)
    what = refused.value.what
    assert "train.learning_rate: 0.0002 -> 0.001; train.seed: 0 -> 7." in what
    assert "log_every" not in what
    assert to_do(configured(log_every=5, keep_checkpoints=9), folder, resume=True)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"base revision": "sha256:2"}, "base revision: sha256:1 -> sha256:2"),
        ({"rows": "b" * 64}, f"rows: {'a' * 64} -> {'b' * 64}"),
        ({"processes": "2"}, "processes: 1 -> 2"),
        ({"template": "x"}, "template: null -> x"),
    ],
)
def test_another_base_or_other_rows_are_refused(
    folder: RunFolder, changed: dict[str, str], named: str
) -> None:
    begin(folder, configured())
    with pytest.raises(ConfigurationError) as refused:
        same_inputs(configured(), folder, INPUTS | changed)
    assert refused.value.what == f"The run was begun with something else: {named}."
    same_inputs(configured(), folder, INPUTS)


def test_one_run_at_a_time_and_the_lock_ends_with_its_process(folder: RunFolder, project: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom training.run_folder import RunFolder\n"
        "from training.running.starting import held\n"
        "with held(RunFolder(Path(sys.argv[1]))):\n    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder.path)],
        cwd=project,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(UserError, match="Another run is at work"), held(folder):
            pass
        other.kill()
    with held(folder) as lock:
        assert lock is not None
        lock.check()


@pytest.mark.parametrize("replaced", [True, False])
def test_a_folder_that_was_removed_or_replaced_while_it_was_held_is_noticed(
    folder: RunFolder, replaced: bool
) -> None:
    with held(folder) as lock:
        assert lock is not None
        folder.path.rename(folder.path.with_name("moved"))
        if replaced:
            folder.path.mkdir()
            (folder.path / ".lock").touch()
        with pytest.raises(UserError, match="removed or replaced"):
            lock.check()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("text", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="cannot be written"), held(RunFolder(tmp_path / "run")):
        pass


def test_only_the_first_of_processes_launched_together_holds_and_writes(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(folder):
        monkeypatch.setenv("RANK", "1")
        with held(folder) as lock:
            assert lock is None
        same_inputs(configured(), folder, INPUTS)
        assert [path.name for path in folder.path.iterdir()] == [".lock"]
        # The first may have noted the start already when the second looks.
        monkeypatch.setenv("RANK", "0")
        begin(folder, configured())
        monkeypatch.setenv("RANK", "1")
        assert to_do(configured(), folder, resume=False)


def test_starting_anew_loses_nothing(folder: RunFolder) -> None:
    assert start_anew(folder) is None
    for count in (1, 2):
        begin(folder, configured())
        folder.note("run", {"steps": count})
        (folder.checkpoints / "checkpoint-3").mkdir(parents=True)
        folder.data.mkdir(exist_ok=True)
        with held(folder):
            assert start_anew(folder) == folder.path / f"earlier/{count}"
    kept = {path.name for path in (folder.path / "earlier/2").iterdir()}
    assert kept == {"run.json", "begun-run.json", "checkpoints"}
    assert orjson.loads((folder.path / "earlier/1/run.json").read_bytes())["run"] == {"steps": 1}
    assert {path.name for path in folder.path.iterdir()} == {".lock", "earlier", "data"}
    assert to_do(configured(), folder, resume=False)


@pytest.mark.parametrize(
    ("step", "left"),
    [(0, []), (2, [1, 2, 2]), (3, [1, 2, 2, 3]), (9, [1, 2, 2, 3])],
)
def test_lines_after_the_checkpoint_and_a_torn_one_go(tmp_path: Path, step: int, left: list[int]) -> None:
    lines = tmp_path / "metrics.jsonl"
    lines.write_bytes(
        b"".join(orjson.dumps({"step": one}) + b"\n" for one in (1, 2, 2, 3)) + b'{"step": 4, "lo'
    )
    rewind(lines, step)
    assert [orjson.loads(line)["step"] for line in lines.read_bytes().splitlines()] == left
    rewind(tmp_path / "none.jsonl", step)
    assert not (tmp_path / "none.jsonl").exists()
