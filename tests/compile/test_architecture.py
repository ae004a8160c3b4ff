from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compile.models import SUPPORTED, Architecture, RopeScaling, architecture_of
from curation.errors import ConfigurationError
from tests.compile.model_folders import save_folder

LLAMA_3 = {
    "rope_type": "llama3",
    "factor": 32.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}


def test_a_llama_is_read(tmp_path: Path) -> None:
    assert architecture_of(save_folder(tmp_path)) == Architecture(
        model_type="llama",
        hidden=40,
        intermediate=72,
        layers=1,
        heads=4,
        kv_heads=2,
        head_dim=10,
        vocab=50,
        norm_eps=1e-5,
        tied=False,
        context=256,
        sliding_window=None,
        rope_theta=10000.0,
        rope_scaling=None,
        qkv_bias=False,
        output_bias=False,
        qk_norm=False,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"rope_theta": 500000.0, "rope_scaling": LLAMA_3},
        {"rope_theta": 500000.0, "rope_parameters": LLAMA_3},
        {"rope_theta": ..., "rope_parameters": {"rope_theta": 500000.0, **LLAMA_3}},
    ],
    ids=["older", "mixed", "transformers 5"],
)
def test_rotary_embedding_is_read_in_both_forms(tmp_path: Path, changes: dict[str, Any]) -> None:
    model = architecture_of(save_folder(tmp_path, **changes))
    assert model.rope_theta == 500000.0
    assert model.rope_scaling == RopeScaling(32.0, 1.0, 4.0, 8192)


def test_a_base_that_only_transformers_5_wrote_is_not_ten_thousand(tmp_path: Path) -> None:
    told = {"rope_theta": 100000, "rope_type": "default"}
    model = architecture_of(save_folder(tmp_path, rope_theta=..., rope_parameters=told))
    assert (model.rope_theta, model.rope_scaling) == (100000.0, None)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"model_type": "qwen2"}, {"qkv_bias": True, "output_bias": False, "qk_norm": False}),
        # It is switched off, and Qwen2 writes it nevertheless.
        (
            {"model_type": "qwen2", "sliding_window": 4096, "use_sliding_window": False},
            {"sliding_window": None},
        ),
        ({"model_type": "qwen3"}, {"qkv_bias": False, "output_bias": False, "qk_norm": True}),
        ({"model_type": "qwen3", "attention_bias": True}, {"qkv_bias": True, "output_bias": True}),
        ({"attention_bias": True}, {"qkv_bias": True, "output_bias": True, "qk_norm": False}),
        ({"model_type": "mistral", "sliding_window": 4096}, {"sliding_window": 4096}),
        ({"model_type": "mistral", "sliding_window": None}, {"sliding_window": None}),
        ({"sliding_window": 4096}, {"sliding_window": None}),
        ({"tie_word_embeddings": True}, {"tied": True}),
        ({"head_dim": 16}, {"head_dim": 16}),
        ({"head_dim": ...}, {"head_dim": 10}),
        ({"num_key_value_heads": ...}, {"kv_heads": 4}),
    ],
)
def test_a_difference_is_read(tmp_path: Path, changes: dict[str, Any], expected: dict[str, Any]) -> None:
    model = architecture_of(save_folder(tmp_path, **changes))
    assert {key: getattr(model, key) for key in expected} == expected


def test_a_model_that_does_not_say_is_tied_when_it_has_no_output_matrix(tmp_path: Path) -> None:
    embedding = {"model.embed_tokens.weight": np.zeros((50, 40), np.float32)}
    output = {"lm_head.weight": np.zeros((50, 40), np.float32)}
    assert architecture_of(save_folder(tmp_path, embedding, tie_word_embeddings=...)).tied
    assert not architecture_of(save_folder(tmp_path, embedding | output, tie_word_embeddings=...)).tied


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"model_type": "gemma2"}, "kind 'gemma2' cannot be compiled"),
        ({"model_type": "exaone"}, "kind 'exaone' cannot be compiled"),
        ({"model_type": ...}, "kind 'None' cannot be compiled"),
        ({"model_type": "mixtral"}, "kind 'mixtral' cannot be compiled"),
        ({"hidden_act": "gelu"}, "the activation 'gelu'"),
        ({"mlp_bias": True}, "biases in its feed-forward layers"),
        ({"partial_rotary_factor": 0.5}, "a part of each head"),
        ({"rope_parameters": {"rope_theta": 1e4, "partial_rotary_factor": 0.5}}, "a part of each head"),
        ({"model_type": "qwen2", "use_sliding_window": True}, "a sliding window in some of its layers"),
        ({"rope_scaling": {"type": "linear", "factor": 2.0}}, "RoPE scaled by 'linear'"),
        ({"rope_scaling": {"rope_type": "yarn", "factor": 4.0}}, "RoPE scaled by 'yarn'"),
        ({"rope_scaling": {"rope_type": "llama3", "factor": 8.0}}, "has no 'low_freq_factor'"),
        ({"num_attention_heads": 3}, "3 attention heads cannot share 2"),
        ({"rms_norm_eps": ...}, "has no 'rms_norm_eps'"),
        ({"vocab_size": ...}, "has no 'vocab_size'"),
        ({"quantization_config": {"quant_method": "awq"}}, r"quantised already \(awq\)"),
    ],
)
def test_another_model_is_refused(tmp_path: Path, changes: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault) as refusal:
        architecture_of(save_folder(tmp_path, **changes))
    assert refusal.value.where == str(tmp_path / "config.json")
    assert refusal.value.fix


def test_a_refusal_names_what_is_supported(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        architecture_of(save_folder(tmp_path, model_type="phi3"))
    assert all(kind in refusal.value.fix for kind in SUPPORTED)
    assert set(SUPPORTED) == {"llama", "mistral", "qwen2", "qwen3"}


@pytest.mark.parametrize("content", [None, "[]", "{"])
def test_a_configuration_that_cannot_be_read_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(ConfigurationError, match="configuration of the model") as refusal:
        architecture_of(tmp_path)
    assert refusal.value.where == str(tmp_path / "config.json")
