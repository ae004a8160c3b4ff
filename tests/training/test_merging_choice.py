"""Which merge is kept, and the small files that older readers need."""

import copy
import math
import random
from pathlib import Path
from typing import Any

import orjson
import pytest
import torch
from transformers import AutoConfig, AutoTokenizer, LlamaConfig

from tests.chat.tiny_model import save_tokenizer
from training.config import Merge, Method
from training.merging.choosing import Choice, choose, targets
from training.merging.distributions import Expected, Row, documents
from training.merging.exported_config import exported, exported_generation, exported_tokenizer

LLAMA3 = {
    "rope_type": "llama3",
    "factor": 32.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}


def losses(nats: list[float]) -> Expected:
    return Expected(tuple(nats), (10,) * len(nats), torch.empty(0, 4))


def chosen(dequantised: list[float], original: list[float], *, held_out: bool = True, **merge: Any) -> Choice:
    both = {"dequantised": losses(dequantised), "original": losses(original)}
    return choose(Method(), Merge(**merge), both, held_out=held_out, resamples=1000, seed=0)


@pytest.mark.parametrize(
    ("kind", "into", "expected"),
    [
        ("qlora", "best", ("dequantised", "original")),
        ("qlora", "original", ("original",)),
        ("qlora", "dequantised", ("dequantised",)),
        ("lora", "best", ("original",)),
        ("lora", "dequantised", ("original",)),
        ("dora", "best", ("original",)),
        ("full", "best", ("original",)),
    ],
)
def test_what_is_tried(kind: Any, into: Any, expected: tuple[str, ...]) -> None:
    method, merge = Method(kind=kind), Merge(into=into)
    assert targets(method, merge) == expected
    if len(expected) == 1:
        choice = choose(method, merge, {expected[0]: losses([1.0])}, held_out=True, resamples=1000, seed=0)
        assert choice.into == expected[0]
        assert ("merge.into" in choice.reason) is (kind == "qlora")


def test_the_original_weights_win_when_they_lose_less_on_nearly_every_row() -> None:
    chance = random.Random(1)
    trained = [20 + chance.gauss(0, 3) for _ in range(60)]
    choice = chosen(trained, [nats - 1 + chance.gauss(0, 0.5) for nats in trained])
    assert choice.into == "original"
    assert "lower" in choice.reason
    assert "60 rows" in choice.reason
    assert "1.9" in choice.reason  # nats a token


def test_the_trained_weights_stay_when_the_others_lose_more_or_only_chance_speaks() -> None:
    chance = random.Random(2)
    trained = [20 + chance.gauss(0, 3) for _ in range(60)]
    worse = chosen(trained, [nats + 1 for nats in trained])
    assert worse.into == "dequantised"
    assert "higher" in worse.reason
    same = chosen(trained, [nats + chance.gauss(0, 2) for nats in trained])
    assert same.into == "dequantised"
    assert "no more than chance" in same.reason


def test_rows_that_were_learned_decide_nothing() -> None:
    choice = chosen([20.0] * 9, [10.0] * 9, held_out=False)
    assert choice.into == "dequantised"
    assert "held back (0) are too few" in choice.reason


@pytest.mark.parametrize("rows", [0, 1])
def test_too_few_rows_decide_nothing(rows: int) -> None:
    choice = chosen([20.0] * rows, [10.0] * rows)
    assert choice.into == "dequantised"
    assert "too few" in choice.reason


def test_the_loss_is_of_all_tokens_together() -> None:
    assert Expected((2.0, 30.0), (2, 10), torch.empty(0, 4)).nll == pytest.approx(32 / 12)
    assert math.isnan(losses([]).nll)


def test_packed_rows_are_taken_apart_and_rows_without_a_lesson_left_out() -> None:
    packed = {"input_ids": [1, 2, 3, 4, 5], "labels": [-100, 2, -100, -100, 5], "seq_lengths": [2, 3]}
    mute = {"input_ids": [7, 8], "labels": [7, -100]}
    whole = {"input_ids": [6, 6], "labels": [-100, 6]}
    found = documents([packed, mute, whole], limit=3)
    assert found == [Row((1, 2), (-100, 2)), Row((3, 4, 5), (-100, -100, 5)), Row((6, 6), (-100, 6))]
    assert len(documents([packed, whole], limit=2)) == 2


def saved(folder: Path, **facts: Any) -> dict[str, Any]:
    """The configuration as transformers 5 writes it."""
    facts = {"max_position_embeddings": 131072, **copy.deepcopy(facts)}  # it writes into what it is given
    LlamaConfig(hidden_size=64, num_attention_heads=4, dtype="bfloat16", **facts).save_pretrained(folder)
    written: dict[str, Any] = orjson.loads((folder / "config.json").read_bytes())
    assert "rope_theta" not in written  # the trap: MLC would take 10,000
    assert "torch_dtype" not in written
    return written


@pytest.mark.parametrize(
    ("source", "theta", "scaling"),
    [
        ({"rope_theta": 100000}, 100000, None),
        ({"rope_theta": 500000.0, "rope_scaling": LLAMA3}, 500000.0, LLAMA3),
        ({"rope_parameters": {"rope_type": "default", "rope_theta": 100000}}, 100000, None),
        ({"rope_parameters": {**LLAMA3, "rope_theta": 500000.0}}, 500000.0, LLAMA3),
        ({}, 10000.0, None),
    ],
)
def test_frequencies_stand_where_older_readers_look(
    tmp_path: Path, source: dict[str, Any], theta: float, scaling: dict[str, Any] | None
) -> None:
    written = saved(tmp_path, **source)
    config = exported({**written, "quantization_config": {"load_in_4bit": True}, "use_cache": False}, source)
    assert config["rope_theta"] == theta
    assert config["rope_scaling"] == scaling
    assert config["torch_dtype"] == config["dtype"] == "bfloat16"
    assert config["rope_parameters"] == written["rope_parameters"]
    assert "quantization_config" not in config
    assert config["use_cache"] is True
    (tmp_path / "config.json").write_bytes(orjson.dumps(config))
    again = AutoConfig.from_pretrained(tmp_path)
    assert again.rope_parameters == written["rope_parameters"]
    assert again.dtype == torch.bfloat16


def test_frequencies_of_each_kind_of_layer_keep_their_older_names() -> None:
    kinds = {
        "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6},
        "sliding_attention": {"rope_type": "default", "rope_theta": 1e4},
    }
    config = exported({"rope_parameters": kinds}, {"rope_local_base_freq": 1e4})
    assert config["rope_theta"] == 1e6
    assert config["rope_scaling"] == {"rope_type": "linear", "factor": 8.0}
    assert config["rope_local_base_freq"] == 1e4


def test_every_end_token_is_named_and_nothing_else_changes() -> None:
    source = {"eos_token_id": 2, "temperature": 0.6, "do_sample": True}
    assert exported_generation(source, {4, 2}) == {**source, "eos_token_id": [2, 4]}


def test_the_tokenizer_is_of_a_class_that_every_release_knows(tmp_path: Path) -> None:
    save_tokenizer(tmp_path)
    file = tmp_path / "tokenizer_config.json"
    written = orjson.loads(file.read_bytes())
    config = exported_tokenizer(written)
    assert config["tokenizer_class"] == "PreTrainedTokenizerFast"
    assert {**written, "tokenizer_class": config["tokenizer_class"]} == config
    file.write_bytes(orjson.dumps(config))
    again = AutoTokenizer.from_pretrained(tmp_path)
    assert again.decode(again("연차 휴가는 15일이다.")["input_ids"]) == "연차 휴가는 15일이다."
