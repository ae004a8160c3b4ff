"""The configuration is read strictly: every fault names its line and the way out."""

from pathlib import Path

import pytest

from curation.errors import ConfigurationError, UserError
from training.config import TrainConfig, load_config
from training.run_folder import RunFolder

SMALLEST = "name: guide\nbase: smollm2\ndata:\n  train: [{path: releases/chat}]\n"


@pytest.fixture
def read(tmp_path: Path):
    def load(text: str, base: str = "") -> TrainConfig:
        path = tmp_path / "train.yaml"
        path.write_text(text, encoding="utf-8")
        return load_config(path, base)

    return load


def test_three_keys_are_enough(read) -> None:
    config = read(SMALLEST)
    assert (config.base.model, config.data.train[0].format) == ("smollm2", "release")
    assert (config.method.kind, config.method.r, config.method.alpha) == ("qlora", 16, 32)
    assert (config.train.learning_rate, config.train.epochs, config.data.replay_share) == (2e-4, 2.0, 0.1)


def test_the_command_line_may_name_another_base(read) -> None:
    assert read(SMALLEST, base="tiny").base.model == "tiny"


@pytest.mark.parametrize("written", ["2e-4", "2.0e-4", "0.0002", "2E-4"])
def test_a_learning_rate_is_read_as_people_write_it(read, written: str) -> None:
    assert read(f"{SMALLEST}train: {{learning_rate: {written}}}\n").train.learning_rate == 2e-4


@pytest.mark.parametrize("written", ["on", "off", "auto", "'off'"])
def test_a_switch_is_read_as_people_write_it(read, written: str) -> None:
    config = read(f"{SMALLEST}train: {{gradient_checkpointing: {written}}}\n")
    assert config.train.gradient_checkpointing == written.strip("'")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (f"{SMALLEST}trian: {{}}\n", 5, "did you mean 'train'"),
        (f"{SMALLEST}train:\n  batchs: 3\n", 6, "did you mean 'batch'"),
        (f"{SMALLEST}preference:\n  kind: dpo\n  path: a.jsonl\n  betta: 1\n", 8, "did you mean 'beta'"),
        (SMALLEST.replace("path:", "split: train, pfad:"), 4, "did you mean 'path'"),
        (f"{SMALLEST}method: {{kind: qlorra}}\n", 5, "'qlora', 'lora', 'dora' or 'full'"),
        (f"{SMALLEST}train: {{learning_rate: fast}}\n", 5, "should be a valid number"),
        (f"{SMALLEST}train: {{learning_rate: 0}}\n", 5, "greater than 0"),
        (f"{SMALLEST}train: {{learning_rate: .inf}}\n", 5, "should be a finite number"),
        (f"{SMALLEST}train: {{epochs: 1e999}}\n", 5, "should be a finite number"),
        (f"{SMALLEST}train: {{seed: 4294967296}}\n", 5, "less than 4294967296"),
        (f"{SMALLEST}train:\n  max_steps: 99999999999999999999\n", 6, "an integer is less than 2^63"),
        (f"{SMALLEST}eval: {{seed: 9223372036854775808}}\n", 5, "'eval.seed': the number is too large"),
        (f"{SMALLEST}train: {{batch: 8, micro_batch: 3}}\n", 5, "multiple of micro_batch (3)"),
        ("name: guide\nbase: smollm2\n", 0, "the key 'data' is missing"),
        ("name: guide\nbase: smollm2\ndata: {train: []}\n", 3, "at least 1 item"),
        (SMALLEST.replace("guide", "../guide"), 1, "should match pattern"),
        (f"{SMALLEST}hub: {{repo: https://x/y/z}}\n", 5, "should match pattern"),
        ("- a\n", 0, "a mapping of keys"),
    ],
    ids=str,
)
def test_a_fault_names_its_line_and_what_is_allowed(read, text: str, line: int, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    assert says in str(caught.value)
    assert caught.value.where.endswith(f"train.yaml:{line}" if line else "train.yaml")


def test_what_a_run_only_tells_does_not_make_it_another_run(read) -> None:
    key = read(SMALLEST).training_key()
    assert read(f"{SMALLEST}train: {{log_every: 7, report_to: [tensorboard]}}\n").training_key() == key
    assert read(f"{SMALLEST}eval: {{limit: 9}}\nhub: {{repo: a/b}}\n").training_key() == key
    for changed in ("train: {seed: 1}", "method: {r: 8}", "preference: {kind: dpo, path: p.jsonl}"):
        assert read(f"{SMALLEST}{changed}\n").training_key() != key
    assert read(SMALLEST, base="tiny").training_key() != key


def test_the_record_grows_by_stages_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert folder.record() == {}
    folder.note("run", {"steps": 40})
    folder.note("merge", {"into": "original"})
    folder.note("run", {"steps": 41})
    assert folder.record() == {"run": {"steps": 41}, "merge": {"into": "original"}}
    for damaged in ('{"run":', "[]"):
        folder.record_file.write_text(damaged, encoding="utf-8")
        with pytest.raises(UserError, match="cannot be read") as caught:
            folder.note("eval", {})
        assert str(folder.record_file) in str(caught.value)
        assert folder.record_file.read_text(encoding="utf-8") == damaged
