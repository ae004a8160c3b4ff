"""The stages merge and export, from a run folder to a model that other software reads."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from chat import registry
from curation.errors import ConfigurationError, UserError
from curation.progress import Quiet
from tests.training.merging_run import config_of, random_adapter
from training.base import load_tokenizer, resolve
from training.config import Method
from training.data import prepare
from training.evaluation.trained import trained_weights
from training.merging.exporting import export
from training.merging.merging import MergeResult, merge
from training.publishing import write_card
from training.run_folder import RunFolder
from training.running.model import load_base


@pytest.fixture(scope="module")
def run(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, MergeResult]:
    folder = RunFolder(tmp_path_factory.mktemp("run"))
    random_adapter(tiny, folder)
    # What merges that were killed left.
    for name in (".merged.a1b2c3d4", ".merged.old"):
        (folder.path / name / "original").mkdir(parents=True)
    return folder, merge(config_of(folder.path, "tiny"), folder)


def test_both_are_measured_and_the_reason_is_on_record(run: tuple[RunFolder, MergeResult]) -> None:
    folder, result = run
    first, second = result.candidates
    assert (first.into, second.into) == ("dequantised", "original")
    assert first.kl < 1e-3
    assert first.top1 > 0.99
    assert first.nll == pytest.approx(result.trained_nll, abs=1e-3)
    assert second.kl > 10 * first.kl
    assert result.rows == 12
    assert result.reload.kl < 5e-3
    assert folder.record()["merge"] == orjson.loads(orjson.dumps(result.as_json()))
    assert str(folder.path) not in orjson.dumps(result.as_json()).decode()
    kept = result.candidates[0] if result.into == "dequantised" else result.candidates[1]
    assert f"{kept.nll:.4f}" in result.reason
    assert result.of == trained_weights(config_of(folder.path, "tiny"), folder)


def test_the_folder_holds_all_that_its_readers_need(run: tuple[RunFolder, MergeResult], tiny: Path) -> None:
    folder, result = run
    source = orjson.loads((tiny / "config.json").read_bytes())
    config = orjson.loads((folder.merged / "config.json").read_bytes())
    theta = source.get("rope_theta") or source["rope_parameters"]["rope_theta"]
    assert config["rope_theta"] == theta
    assert config["torch_dtype"] == "bfloat16"
    assert config["use_cache"] is True
    assert "quantization_config" not in config
    generation = orjson.loads((folder.merged / "generation_config.json").read_bytes())
    tokenizer = AutoTokenizer.from_pretrained(folder.merged)
    assert tokenizer.chat_template
    assert tokenizer.convert_tokens_to_ids("<|im_end|>") in generation["eos_token_id"]
    (weights,) = result.weights
    assert weights["bytes"] == (folder.merged / weights["path"]).stat().st_size
    names = sorted(path.name for path in folder.path.iterdir())
    # An earlier model may be whole in `.merged.old` alone.
    assert names == [".lock", ".merged.old", "adapter", "data", "merged", "rows.jsonl", "run.json"]
    answer = registry.load(f"transformers:{folder.merged}").invoke("서울의 도서관은 언제 여나요?")
    assert isinstance(answer.content, str)
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.merged.iterdir()}
    assert set(modes.values()) == {modes["config.json"]}  # safetensors' own are for their writer alone


def greedy(model: Any, tokenizer: Any, question: str) -> list[int]:
    turns = [{"role": "user", "content": question}]
    ids = tokenizer.apply_chat_template(
        turns, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    model.config.use_cache = True
    found: list[int] = model.generate(**ids, max_new_tokens=24, do_sample=False)[0].tolist()
    return found


QUESTIONS = ("서울의 시장은 언제 여나요?", "제주의 공원은 언제 여나요?", "18 더하기 20은 얼마인가요?")


def test_the_dequantised_merge_says_the_same_word_for_word(tiny: Path, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    random_adapter(tiny, folder)
    config = config_of(tmp_path, "tiny", merge={"into": "dequantised"}, export={"dtype": "float32"})
    result = merge(config, folder)
    assert "merge.into is dequantised" in result.reason
    assert result.reload.kl < 1e-6
    trained = PeftModel.from_pretrained(load_base(tiny, Method(), "fp32"), str(folder.adapter)).eval()
    merged = AutoModelForCausalLM.from_pretrained(folder.merged).eval()
    assert merged.dtype == torch.float32
    tokenizer = AutoTokenizer.from_pretrained(folder.merged)
    for question in QUESTIONS:
        assert greedy(merged, tokenizer, question) == greedy(trained, tokenizer, question)


@pytest.mark.parametrize(("kind", "dora"), [("lora", False), ("dora", True)])
def test_adapters_over_floats_are_merged_into_them(tiny: Path, tmp_path: Path, kind: str, dora: bool) -> None:
    folder = RunFolder(tmp_path)
    random_adapter(tiny, folder, dora=dora)
    result = merge(config_of(tmp_path, "tiny", method={"kind": kind}), folder)
    (one,) = result.candidates
    assert (result.into, one.kl < 1e-6) == ("original", True)
    assert kind in result.reason


def test_a_full_run_is_saved_as_it_is(tiny: Path, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.float32).save_pretrained(folder.adapter)
    result = merge(config_of(tmp_path, "tiny", method={"kind": "full"}), folder)
    assert "nothing to merge" in result.reason
    assert result.candidates[0].kl == 0


def test_without_rows_that_were_held_out_the_reload_is_checked_on_those_that_were_learned(
    tiny: Path, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path)
    random_adapter(tiny, folder)
    config = config_of(tmp_path, "tiny", method={"kind": "lora"}, eval={"limit": 3})
    config = config.model_copy(update={"data": config.data.model_copy(update={"held_out": 0.0})})
    result = merge(config, folder)
    assert (result.held_out, result.rows) == (False, 3)
    assert 0 < result.reload.kl < 5e-3
    assert "3 rows that it learned, since none were held out" in write_card(config, folder).path.read_text()


def test_nothing_is_merged_before_something_is_trained(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Nothing has been trained"):
        merge(config_of(tmp_path, "tiny"), RunFolder(tmp_path))


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let the system refuse larger files, as a full disk does; it says so with a signal besides."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("size", [30_000, 120_000])
def test_a_full_disk_is_said_and_leaves_the_earlier_model(tiny: Path, tmp_path: Path, size: int) -> None:
    folder = RunFolder(tmp_path)
    random_adapter(tiny, folder)
    folder.merged.mkdir()
    (folder.merged / "config.json").write_text("{}")
    config = config_of(tmp_path, "tiny", method={"kind": "lora"})
    largest = (tiny / "model.safetensors").stat().st_size
    assert size < largest
    prepare(config, load_tokenizer(resolve(config.base)), folder.data, Quiet())
    with largest_file(size), pytest.raises(UserError, match="could not be written") as caught:
        merge(config, folder)
    assert "Make room" in caught.value.fix
    assert (folder.merged / "config.json").read_text() == "{}"
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".merged")]
    assert merge(config, folder).reload.kl < 5e-3


def test_another_base_than_the_trained_one_is_refused(tiny: Path, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    random_adapter(tiny, folder)
    folder.note("run", {"base": {"revision": "sha256:0"}})
    with pytest.raises(ConfigurationError, match="has changed since the run"):
        merge(config_of(tmp_path, "tiny"), folder)
    assert not folder.merged.exists()


def test_rows_are_exported_for_openai_and_gguf_is_left_out_with_a_reason(
    run: tuple[RunFolder, MergeResult], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder, _ = run
    monkeypatch.setenv("PATH", str(tmp_path))
    result = export(config_of(folder.path, "tiny"), folder)
    assert [(file["name"], file["rows"]) for file in result.files] == [
        ("train.jsonl", 48),
        ("validation.jsonl", 12),
    ]
    lines = (result.folder / "train.jsonl").read_bytes().splitlines()
    row = orjson.loads(lines[0])
    assert [turn["role"] for turn in row["messages"]] == ["user", "assistant"]
    assert "llama.cpp" in result.left_out["gguf"]
    assert folder.record()["export"]["left_out"] == result.left_out
    with pytest.raises(ConfigurationError):
        export(config_of(folder.path, "tiny"), RunFolder(tmp_path))
