"""Facts of a model from its config.json and headers: counted exactly, and nothing is loaded."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from curation.errors import ConfigurationError
from tests.chat.tiny_model import save_model
from training.base import browser_fault, facts_of


def changed(folder: Path, **changes: object) -> Path:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **changes}))
    return folder


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("shards", [1, 3])
def test_parameters_are_counted_as_torch_counts_them(tmp_path, tied, shards):
    save_model(tmp_path, tie_word_embeddings=tied, head_dim=24)
    model = AutoModelForCausalLM.from_pretrained(tmp_path)
    if shards > 1:
        model.save_pretrained(tmp_path, max_shard_size="100KB")
        (tmp_path / "model.safetensors").unlink()
    facts = facts_of(tmp_path)

    modules = [module for module in model.model.modules() if isinstance(module, torch.nn.Linear)]
    assert facts.parameters == sum(weight.numel() for weight in model.parameters())
    assert facts.linear_parameters == sum(module.weight.numel() for module in modules)
    assert sorted(facts.linear_shapes) == sorted(tuple(module.weight.shape) for module in modules)
    assert facts.embedding_parameters == (1 if tied else 2) * model.model.embed_tokens.weight.numel()
    assert (facts.weight_bytes, facts.dtype) == (4 * facts.parameters, "F32")
    assert (facts.tied, facts.layers, facts.head_dim, facts.kv_heads) == (tied, 2, 24, 2)


def test_a_tied_matrix_that_stands_twice_in_the_file_is_counted_once(tmp_path):
    save_model(tmp_path, tie_word_embeddings=True)
    before = facts_of(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"].clone()
    save_file(tensors, tmp_path / "model.safetensors")
    assert facts_of(tmp_path) == before


@pytest.mark.parametrize(
    ("spelling", "theta", "scaling"),
    [
        ({"rope_parameters": {"rope_theta": 500000.0, "rope_type": "default"}}, 500_000.0, None),
        ({"rope_parameters": None, "rope_theta": 100000.0}, 100_000.0, None),
        ({"rope_parameters": None}, 10_000.0, None),
        (
            {"rope_parameters": {"rope_theta": 5e5, "rope_type": "llama3", "factor": 8.0}},
            500_000.0,
            {"rope_type": "llama3", "factor": 8.0},
        ),
        (
            {"rope_parameters": None, "rope_theta": 5e5, "rope_scaling": {"type": "linear", "factor": 2}},
            500_000.0,
            {"type": "linear", "factor": 2},
        ),
        (
            {
                "rope_parameters": {
                    "full_attention": {"rope_theta": 1e6, "rope_type": "default"},
                    "sliding_attention": {"rope_theta": 1e4, "rope_type": "default"},
                }
            },
            1_000_000.0,
            None,
        ),
    ],
)
def test_rotary_embeddings_are_read_in_every_spelling(tmp_path, spelling, theta, scaling):
    facts = facts_of(changed(save_model(tmp_path), **spelling))
    assert (facts.rope_theta, facts.rope_scaling) == (theta, scaling)


@pytest.mark.parametrize(
    ("model_type", "fault"),
    [
        ("llama", ""),
        ("qwen3", ""),
        ("gemma3", ""),
        ("exaone4", "MLC-LLM has no implementation of EXAONE (model_type 'exaone4')"),
        ("gemma4", "MLC-LLM has no implementation of Gemma 4 (model_type 'gemma4')"),
        ("hyperclovax", "MLC-LLM knows no model_type 'hyperclovax' (LlamaForCausalLM)"),
        ("", "MLC-LLM knows no model_type '' (LlamaForCausalLM)"),
    ],
)
def test_what_the_browser_can_run(tmp_path, model_type, fault):
    facts = facts_of(changed(save_model(tmp_path), model_type=model_type))
    assert browser_fault(facts) == fault


def test_quantised_weights_and_models_of_several_parts_are_recognised(tmp_path):
    folder = save_model(tmp_path)
    inner = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(
        json.dumps(
            {
                "architectures": ["Gemma3ForConditionalGeneration"],
                "model_type": "gemma3",
                "text_config": inner,
                "quantization_config": {"quant_method": "gptq"},
            }
        )
    )
    facts = facts_of(folder)
    assert (facts.hidden, facts.context, facts.model_type, facts.quantised) == (64, 512, "gemma3", "gptq")


def test_what_a_file_leaves_to_its_kind_of_model_is_known_all_the_same(tmp_path):
    """Gemma 3's file names neither context nor heads, GPT-2's has other names."""
    folder = save_model(tmp_path)
    shape = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2}
    whole = {"model_type": "gemma3", "text_config": {"model_type": "gemma3_text", **shape}}
    (folder / "config.json").write_text(json.dumps(whole))
    facts = facts_of(folder)
    # As Gemma3TextConfig has them.
    assert (facts.heads, facts.kv_heads, facts.head_dim) == (8, 4, 256)
    assert (facts.context, facts.hidden, facts.layers) == (131_072, 64, 2)

    (folder / "config.json").write_text(json.dumps({"model_type": "gpt2", "n_embd": 64, "n_head": 2}))
    facts = facts_of(folder)
    assert (facts.hidden, facts.heads, facts.kv_heads, facts.layers, facts.context) == (64, 2, 2, 12, 1024)


@pytest.mark.parametrize(
    ("file", "damage", "message"),
    [
        ("config.json", b"{", "configuration of the model cannot be read"),
        ("config.json", b"[]", "not a JSON object"),
        ("config.json", b"{}", "has no 'hidden_size'"),
        ("model.safetensors", b"", "weights cannot be read"),
        ("model.safetensors", b"\xff" * 64, "longer than any"),
    ],
)
def test_a_damaged_folder_is_named(tmp_path, file, damage, message):
    folder = save_model(tmp_path)
    (folder / file).write_bytes(damage)
    with pytest.raises(ConfigurationError, match=message) as caught:
        facts_of(folder)
    assert file in caught.value.where


def test_weights_that_were_cut_short_are_noticed_before_they_are_loaded(tmp_path):
    weights = save_model(tmp_path) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(ConfigurationError, match="cut short"):
        facts_of(tmp_path)
