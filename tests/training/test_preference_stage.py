import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest
import torch
from transformers import Trainer

from curation.errors import ConfigurationError, UserError
from curation.progress import Quiet
from tests.training import preference_runs as runs
from training.config import TrainConfig
from training.preference.stage import PreferenceResult, run_preference
from training.preference.trainers import Dpo, Kto
from training.run_folder import RunFolder

Trained = tuple[TrainConfig, RunFolder, PreferenceResult]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished first stage with LoRA."""
    folder = tmp_path_factory.mktemp("first")
    run = RunFolder(folder / "run")
    runs.first_stage(runs.config_for(folder), run)
    return run


@pytest.fixture(scope="module", params=["dpo", "kto"])
def trained(request: pytest.FixtureRequest, first: RunFolder, tmp_path_factory: Any) -> Trained:
    """Either stage, run without interruption."""
    folder = tmp_path_factory.mktemp(request.param)
    config = runs.config_for(folder, request.param)
    run = runs.copy_of(first, folder / "run")
    return config, run, run_preference(config, run, Quiet())


def _same(one: RunFolder, other: RunFolder) -> bool:
    mine, yours = runs.weights_of(one.adapter), runs.weights_of(other.adapter)
    return mine.keys() == yours.keys() and all(torch.equal(mine[name], yours[name]) for name in mine)


def test_chosen_answers_become_likelier_than_rejected_ones(trained: Trained, tiny: Path) -> None:
    _, run, result = trained
    before = runs.margins(tiny, run.path / "adapter-sft")
    after = runs.margins(tiny, run.adapter)
    gains = [later - earlier for earlier, later in zip(before, after, strict=True)]
    assert min(gains) > 0.5
    # What the trainer says of its last batch is beta (0.1) times this.
    assert result.last_margin == pytest.approx(0.1 * sum(gains) / len(gains), rel=0.35)


def test_the_stage_begins_exactly_where_the_first_one_ended(trained: Trained) -> None:
    config, _, result = trained
    assert config.preference
    assert result.first_margin == 0.0
    # -log sigmoid(0) for DPO, 1 - sigmoid(0) for KTO.
    assert result.first_loss == pytest.approx({"dpo": 0.693147, "kto": 0.5}[config.preference.kind])
    assert result.last_loss < result.first_loss
    assert result.steps == runs.STEPS


def test_the_first_adapter_is_kept_and_the_new_one_stands_alone(trained: Trained, first: RunFolder) -> None:
    _, run, _ = trained
    for file in first.adapter.iterdir():
        assert (run.path / "adapter-sft" / file.name).read_bytes() == file.read_bytes()
    new = {path.name for path in run.adapter.iterdir()}
    assert {"adapter_config.json", "adapter_model.safetensors", "tokenizer.json"} <= new
    assert not {"README.md", "ref", "optimizer.pt", "training_args.bin"} & new
    assert not any(name.startswith(".adapter") for name in (path.name for path in run.path.iterdir()))
    kept, made = runs.weights_of(first.adapter), runs.weights_of(run.adapter)
    assert kept.keys() == made.keys()
    assert all(made[name].dtype == torch.float32 for name in made)


def test_figures_and_facts_are_written_down(trained: Trained) -> None:
    config, run, result = trained
    assert config.preference
    lines = [orjson.loads(line) for line in (run.path / "preference/metrics.jsonl").read_bytes().splitlines()]
    assert [line["step"] for line in lines] == list(range(1, runs.STEPS + 1))
    assert lines[-1]["margin"] == result.last_margin
    noted = run.record()["preference"]
    assert noted["result"] == result.as_json()
    assert (noted["kind"], noted["beta"]) == (config.preference.kind, 0.1)
    kto = config.preference.kind == "kto"
    assert (noted["data"]["rows"], noted["data"]["liked"]) == (32, 16) if kto else (16, 16)
    assert noted["data"]["sha256"]


def test_a_run_that_was_asked_to_end_goes_on_to_the_same_weights(
    trained: Trained, tmp_path: Path, first: RunFolder
) -> None:
    config, whole, _ = trained
    run = runs.copy_of(first, tmp_path / "run")
    stopped = run_preference(config, run, Quiet(), watch=runs.At(5, runs.ask_to_end))
    assert (stopped.stopped, stopped.exit_code, stopped.steps) == ("signal", 143, 6)
    assert _same(run, first)  # nothing was placed
    assert "preference" not in run.record()
    watch = runs.At()
    result = run_preference(config, run, Quiet(), resume=True, watch=watch)
    assert (result.stopped, result.steps) == ("", runs.STEPS)
    assert _same(run, whole)
    assert watch.beginning
    assert (watch.beginning.first_step, [step.step for step in watch.steps]) == (6, [7, 8, 9, 10])
    # Of both parts of the run.
    assert result.seconds > stopped.seconds
    lines = (run.path / "preference/metrics.jsonl").read_bytes().splitlines()
    seconds = [orjson.loads(line)["seconds"] for line in lines]
    assert seconds == sorted(seconds)
    assert seconds[-1] <= result.seconds


def test_the_stage_ends_with_its_epochs_and_is_shown(tmp_path: Path, first: RunFolder) -> None:
    watch = runs.At()
    # One epoch of 16 pairs is four steps, however many are allowed.
    config = runs.config_for(tmp_path, epochs=1)
    result = run_preference(config, runs.copy_of(first, tmp_path / "run"), Quiet(), watch=watch)
    assert result.steps == 4
    assert watch.beginning
    shown = (watch.beginning.method, watch.beginning.rows, watch.beginning.first_step, watch.beginning.steps)
    assert shown == ("dpo", 16, 0, 4)
    assert [(step.step, step.steps) for step in watch.steps] == [(n, 4) for n in (1, 2, 3, 4)]
    assert (watch.steps[0].loss, watch.steps[-1].loss) == (result.first_loss, result.last_loss)
    assert watch.steps[-1].tokens_per_second > 0
    assert watch.steps[-1].seconds_left == 0
    assert watch.ended


def test_too_little_memory_is_one_sentence(
    tmp_path: Path, first: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise torch.OutOfMemoryError

    monkeypatch.setattr("training.preference.stage.load_first", full)
    config = runs.config_for(tmp_path)
    with pytest.raises(UserError, match="The memory is too small for 4 preferences") as error:
        run_preference(config, runs.copy_of(first, tmp_path / "run"), Quiet())
    assert "smaller preference.batch" in error.value.fix


def test_a_run_that_broke_off_goes_on_to_the_same_weights(
    trained: Trained, tmp_path: Path, first: RunFolder
) -> None:
    config, whole, _ = trained
    run = runs.copy_of(first, tmp_path / "run")
    with pytest.raises(runs.CrashError):
        run_preference(config, run, Quiet(), watch=runs.At(7, runs.crash))
    # The newest checkpoint is torn, as by a crash in its middle.
    (run.path / "preference/checkpoints/checkpoint-7").mkdir()
    run_preference(config, run, Quiet(), resume=True)
    assert _same(run, whole)
    lines = (run.path / "preference/metrics.jsonl").read_bytes().splitlines()
    assert [orjson.loads(line)["step"] for line in lines] == list(range(1, runs.STEPS + 1))


def test_a_run_that_broke_off_after_placing_its_adapter_ends_the_same(
    trained: Trained, tmp_path: Path
) -> None:
    config, whole, _ = trained
    run = runs.copy_of(whole, tmp_path / "run")
    run.record_file.unlink()
    result = run_preference(config, run, Quiet(), resume=True)
    assert result.steps == runs.STEPS
    assert _same(run, whole)


def test_resuming_a_finished_stage_does_nothing_and_starting_it_again_is_refused(trained: Trained) -> None:
    config, run, result = trained
    assert run_preference(config, run, Quiet(), resume=True) == result
    with pytest.raises(ConfigurationError, match="finished run"):
        run_preference(config, run, Quiet())


def test_resume_starts_a_stage_that_was_not_begun(tmp_path: Path, first: RunFolder) -> None:
    config = runs.config_for(tmp_path, max_steps=1)
    run = runs.copy_of(first, tmp_path / "run")
    assert run_preference(config, run, Quiet(), resume=True).steps == 1


def test_other_rows_are_refused_when_resuming(tmp_path: Path, first: RunFolder) -> None:
    config = runs.config_for(tmp_path)
    run = runs.copy_of(first, tmp_path / "run")
    run_preference(config, run, Quiet(), watch=runs.At(5, runs.ask_to_end))
    path = tmp_path / "pairs.jsonl"
    path.write_bytes(path.read_bytes().replace("맑습니다".encode(), "흐립니다".encode()))
    with pytest.raises(ConfigurationError, match="begun with something else: preferences"):
        run_preference(config, run, Quiet(), resume=True)


@pytest.mark.parametrize("method", ["qlora", "dora"])
def test_small_steps_reach_every_adapter(method: str, tmp_path: Path) -> None:
    # In bfloat16, to which TRL rounds adapters over NF4, a step of 5e-6 is lost in most weights.
    config = runs.config_for(tmp_path, method=method, learning_rate=5e-6, max_steps=3)
    run = RunFolder(tmp_path / "run")
    runs.first_stage(config, run)
    result = run_preference(config, run, Quiet())
    before, after = runs.weights_of(run.path / "adapter-sft"), runs.weights_of(run.adapter)
    moved = [(before[name] != after[name]).float().mean().item() for name in after]
    assert min(moved) > 0.8
    assert max((before[name] - after[name]).abs().max().item() for name in after) < 2e-5
    assert result.first_margin == 0.0
    assert result.last_margin is not None
    assert result.last_margin > 0


def test_a_whole_model_is_trained_too(tmp_path: Path, tiny: Path) -> None:
    config = runs.config_for(tmp_path, method="full", learning_rate=1e-4, max_steps=6)
    run = RunFolder(tmp_path / "run")
    shutil.copytree(tiny, run.adapter)
    result = run_preference(config, run, Quiet())
    assert (run.adapter / "model.safetensors").is_file()
    assert (run.path / "adapter-sft/model.safetensors").is_file()
    assert result.first_margin == 0.0
    assert result.last_margin is not None
    assert result.last_margin > 0.05


def test_a_gradient_that_is_no_number_ends_the_stage_before_it_reaches_the_weights(
    tmp_path: Path, first: RunFolder
) -> None:
    config = runs.config_for(tmp_path, learning_rate=1e30)
    run = runs.copy_of(first, tmp_path / "run")
    with pytest.raises(UserError, match=r"Step \d of the preference stage was not taken") as error:
        run_preference(config, run, Quiet())
    assert "preference.learning_rate" in error.value.fix
    assert _same(run, first)


def test_what_cannot_work_is_said_before_anything_is_done(tmp_path: Path, first: RunFolder) -> None:
    config = runs.config_for(tmp_path)
    empty = RunFolder(tmp_path / "none")
    with pytest.raises(ConfigurationError, match="nothing yet that preferences could improve on"):
        run_preference(config, empty, Quiet())
    without = config.model_copy(update={"preference": None})
    with pytest.raises(ConfigurationError, match="no preference stage"):
        run_preference(without, empty, Quiet())
    pinned = runs.config_for(tmp_path, sha256="0" * 64)
    with pytest.raises(ConfigurationError, match=r"SHA-256 [0-9a-f]{64}, and the configuration says 0000"):
        run_preference(pinned, empty, Quiet())
    alone = runs.config_for(tmp_path, "kto", batch=1)
    with pytest.raises(ConfigurationError, match="KTO compares the rows of a batch"):
        run_preference(alone, empty, Quiet())
    assert not empty.adapter.exists()


def test_rows_of_the_validation_are_left_out(tmp_path: Path, first: RunFolder) -> None:
    config = runs.config_for(tmp_path, max_steps=1)
    asked, chosen, _ = runs.PAIRS[3]
    held = {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": chosen}]}
    path = runs.write_lines(tmp_path / "held.jsonl", [held])
    rows = {"path": str(path), "format": "messages"}
    data = {**config.data.model_dump(), "validation": [rows]}
    config = TrainConfig.model_validate({**config.model_dump(), "data": data})
    run = runs.copy_of(first, tmp_path / "run")
    run_preference(config, run, Quiet())
    assert run.record()["preference"]["data"]["dropped"] == {"held back for evaluation": 1}


def test_a_step_without_a_gradient_norm_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trainer, "_get_grad_norm", lambda *_, **__: None)
    for kind in (Dpo, Kto):
        assert kind._get_grad_norm(object.__new__(kind), None) is None
