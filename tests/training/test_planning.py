"""`plan` on a real base and real files: what it says, what it refuses, and what to do then."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from curation.errors import ConfigurationError
from curation.progress import Quiet
from training import planning
from training.config import TrainConfig
from training.planning import plan
from training.planning.memory import Heaviest
from training.planning.remedies import Settings, remedy


def written(folder: Path, rows: int = 40) -> Path:
    path = folder / "rows.jsonl"
    lines = [
        {
            "messages": [
                {"role": "user", "content": f"{number}번은 무엇입니까?"},
                answer(f"{number}번 답입니다."),
            ]
        }
        for number in range(rows)
    ]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def answer(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def configured(rows: Path, base: object = "tiny", **parts: object) -> TrainConfig:
    data = {"train": [{"path": str(rows), "format": "messages"}], "max_length": 128, "held_out": 0.1}
    train = {"batch": 4, "epochs": 2.0, "hourly_cost": 3.6}
    return TrainConfig.model_validate(
        {
            "name": "trial",
            "base": base,
            **parts,
            "data": {**data, **parts.get("data", {})},
            "train": {**train, **parts.get("train", {})},
        }
    )


def test_a_run_that_works_is_told_with_its_size_time_and_cost(tmp_path):
    found = plan(configured(written(tmp_path), data={"packing": False}), Quiet())

    assert found.faults == ()
    assert found.base.name == "tiny"
    assert found.browser == ""
    assert found.data.rows["train"] == 36
    assert found.steps == 18  # 36 rows in nines of 4, twice
    assert found.tokens == 2 * found.data.tokens
    assert found.trained_parameters == 38_912  # what PEFT reports for r = 16 on all linear layers
    assert found.seconds > 0
    assert found.cost == pytest.approx(found.seconds / 1000, abs=1e-4)
    assert 500 < found.memory.peak < 700
    assert found.as_json()["memory"]["available_mb"] > 0
    assert json.loads(json.dumps(found.as_json())) == found.as_json()


@pytest.mark.parametrize(("most", "steps"), [(3, 3), (500, 18)])
def test_epochs_end_where_max_steps_say_and_no_run_goes_beyond_its_epochs(tmp_path, most, steps):
    found = plan(configured(written(tmp_path), train={"max_steps": most}, data={"packing": False}), Quiet())
    assert (found.steps, found.tokens) == (steps, round(found.data.tokens * steps / 9))


def altered(tiny: Path, folder: Path, **changes: object) -> Path:
    shutil.copytree(tiny, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **changes}))
    return folder


@pytest.mark.parametrize(
    ("changes", "parts", "fault"),
    [
        ({}, {"data": {"max_length": 4096}}, "set data.max_length to 2048 or less"),
        (
            {},
            {"method": {"targets": ["query"]}},
            "no layer is called query: set method.targets to all-linear",
        ),
        ({}, {"data": {"max_length": 16}}, "rows have more than data.max_length = 16 tokens"),
        ({}, {"base": {"licence": "CC BY-ND 4.0"}}, "forbids works made from it"),
        ({}, {"preference": {"kind": "dpo", "path": "absent.jsonl"}}, "absent.jsonl"),
        ({}, {"eval": {"safety_model": "absent.npz"}}, "eval.safety_model: the model cannot be read"),
        ({}, {"eval": {"red_team": "absent.yaml"}}, "eval.red_team: "),
        ({}, {"eval": {"gpt2_merges": "absent.bpe"}}, "eval.gpt2_merges: "),
        ({"vocab_size": 100}, {}, "the tokenizer has 1,536 tokens and the model 100"),
        ({"quantization_config": {"quant_method": "gptq"}}, {}, "quantised already (gptq)"),
    ],
)
def test_what_cannot_work_is_refused_with_the_remedy(tiny, tmp_path, changes, parts, fault):
    folder = altered(tiny, tmp_path / "base", **changes)
    base = {"model": str(folder), **parts.pop("base", {})}
    found = plan(configured(written(tmp_path), base, **parts), Quiet())

    assert any(fault in one for one in found.faults), found.faults
    assert (found.seconds, found.cost) == (None, None)


def test_a_file_that_the_evaluation_will_not_ask_for_is_not_missed(tmp_path):
    settings = {"red_team": False, "safety_model": "absent.npz"}
    assert plan(configured(written(tmp_path), eval=settings), Quiet()).faults == ()


@pytest.mark.parametrize(
    ("changes", "parts", "note"),
    [
        ({}, {}, "the licence of"),
        ({"model_type": "exaone4"}, {"data": {"max_length": 16}}, "MLC-LLM has no implementation of EXAONE"),
        ({}, {"preference": {"kind": "dpo", "path": "absent"}}, "without the preference stage"),
    ],
)
def test_what_a_person_should_know_does_not_refuse(tiny, tmp_path, changes, parts, note):
    folder = altered(tiny, tmp_path / "base", **changes)
    found = plan(configured(written(tmp_path), str(folder), **parts), Quiet())
    assert any(note in one for one in found.notes), found.notes


def test_data_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ConfigurationError, match="nothing at this path"):
        plan(configured(tmp_path / "absent.jsonl"), Quiet())


def test_too_little_memory_names_the_setting(tmp_path, monkeypatch):
    monkeypatch.setattr(planning.planning, "available_mb", lambda: 100)
    found = plan(configured(written(tmp_path)), Quiet())
    assert found.faults[-1].endswith("choose a smaller base, or a machine with more memory")
    assert "MiB of memory and 100 MiB are left" in found.faults[-1]


@pytest.mark.parametrize(
    ("licence", "note"),
    [
        ("MIT", ""),
        ("", "the trained model may not be published: "),
        ("CC BY-ND 4.0", "the trained model may not be published: "),
    ],
)
def test_whether_the_result_may_be_published_is_said_before_the_run(tmp_path, licence, note):
    rows = {"path": str(written(tmp_path)), "format": "messages", "licence": licence}
    # Too long for the model: nothing is tried, which takes seconds.
    found = plan(configured(tmp_path, data={"train": [rows], "max_length": 4096}), Quiet())
    said = [one for one in found.notes if "may not be published" in one]
    assert [one[: len(note)] for one in said] == ([note] if note else [])


def test_a_disk_that_is_too_small_is_said_before_the_run(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=2**20))
    found = plan(configured(written(tmp_path), data={"max_length": 4096}), Quiet())
    (said,) = [one for one in found.notes if "on another disk" in one]
    assert "write 2 MiB, and this disk has 1 MiB free" in said  # checkpoints, adapter and merge


SETTINGS = Settings("lora", Heaviest(8, 1024, 300), checkpointing=False)


def needs(settings: Settings) -> int:
    """Weights of 1,000 (NF4: 400), and 1 for each token, a tenth of it where layers are computed again."""
    tokens = settings.heaviest.rows * settings.heaviest.width
    return (400 if settings.kind == "qlora" else 1000) + tokens // (10 if settings.checkpointing else 1)


@pytest.mark.parametrize(
    ("available", "said"),
    [
        (5200, "set train.micro_batch: 4 (5,096 MiB)"),
        (2100, "set train.micro_batch: 1 (2,024 MiB)"),
        (1200, "set train.micro_batch: 1 and train.gradient_checkpointing: on (1,102 MiB)"),
        (
            600,
            "set train.micro_batch: 1 and train.gradient_checkpointing: on and method.kind: qlora (502 MiB)",
        ),
        (
            460,
            "set train.micro_batch: 1 and train.gradient_checkpointing: on and method.kind: qlora "
            "and data.max_length: 512 (451 MiB)",
        ),
        (300, "no setting makes it fit: choose a smaller base, or a machine with more memory"),
    ],
)
def test_the_change_that_costs_least_is_named(available, said):
    assert remedy(SETTINGS, needs, available) == said


def test_a_run_that_recomputes_layers_already_is_not_told_to():
    settings = replace(SETTINGS, heaviest=Heaviest(1, 1024, 300), checkpointing=True, kind="qlora")
    assert remedy(settings, needs, 460).startswith("set data.max_length: 512")
