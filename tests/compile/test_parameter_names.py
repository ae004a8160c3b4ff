from pathlib import Path
from typing import Any

import pytest

from compile.formats import QUANTISATIONS
from compile.formats.converting import stored_tensors
from compile.models import architecture_of, parameters_of
from tests.compile.model_folders import SHAPES, save_folder

IN_A_LAYER = [
    "self_attn.qkv_proj.weight",
    "self_attn.o_proj.weight",
    "mlp.gate_up_proj.weight",
    "mlp.down_proj.weight",
    "input_layernorm.weight",
    "post_attention_layernorm.weight",
]


def names(folder: Path, **changes: Any) -> list[str]:
    return [parameter.name for parameter in parameters_of(architecture_of(save_folder(folder, **changes)))]


def test_a_llama_has_mlcs_names_in_mlcs_order(tmp_path: Path) -> None:
    layers = [f"model.layers.{layer}.{name}" for layer in range(2) for name in IN_A_LAYER]
    expected = ["model.embed_tokens.weight", *layers, "model.norm.weight", "lm_head.weight"]
    assert names(tmp_path, num_hidden_layers=2) == expected


def test_a_tied_model_has_no_output_matrix(tmp_path: Path) -> None:
    assert names(tmp_path, tie_word_embeddings=True)[-1] == "model.norm.weight"


@pytest.mark.parametrize(
    ("changes", "in_attention"),
    [
        ({"model_type": "mistral"}, ["qkv_proj.weight", "o_proj.weight"]),
        ({"model_type": "qwen2"}, ["c_attn.weight", "c_attn.bias", "o_proj.weight"]),
        ({"model_type": "qwen3"}, ["c_attn.weight", "o_proj.weight", "q_norm.weight", "k_norm.weight"]),
        (
            {"attention_bias": True},
            ["qkv_proj.weight", "qkv_proj.bias", "o_proj.weight", "o_proj.bias"],
        ),
    ],
)
def test_each_kind_has_its_attention(
    tmp_path: Path, changes: dict[str, Any], in_attention: list[str]
) -> None:
    prefix = "model.layers.0.self_attn."
    found = [name.removeprefix(prefix) for name in names(tmp_path, **changes) if name.startswith(prefix)]
    assert found == in_attention


def test_queries_keys_and_values_are_stacked_in_this_order(tmp_path: Path) -> None:
    parameters = {one.name: one for one in parameters_of(architecture_of(save_folder(tmp_path)))}
    fused = parameters["model.layers.0.self_attn.qkv_proj.weight"]
    assert list(fused.sources) == [f"model.layers.0.self_attn.{name}_proj.weight" for name in "qkv"]
    assert fused.shape == (80, 40)
    halves = parameters["model.layers.0.mlp.gate_up_proj.weight"]
    assert list(halves.sources) == [
        "model.layers.0.mlp.gate_proj.weight",
        "model.layers.0.mlp.up_proj.weight",
    ]
    assert halves.shape == (144, 40)
    assert {name: shape for one in parameters.values() for name, shape in one.sources.items()} == dict(SHAPES)


def test_matrices_become_words_and_scales_and_the_rest_stays(tmp_path: Path) -> None:
    parameters = {one.name: one for one in parameters_of(architecture_of(save_folder(tmp_path)))}
    down = parameters["model.layers.0.mlp.down_proj.weight"]
    norm = parameters["model.norm.weight"]
    assert stored_tensors(down, QUANTISATIONS["q4f16_1"]) == (
        ("model.layers.0.mlp.down_proj.q_weight", (40, 12), "uint32"),
        ("model.layers.0.mlp.down_proj.q_scale", (40, 3), "float16"),
    )
    assert stored_tensors(norm, QUANTISATIONS["q4f32_1"]) == (("model.norm.weight", (40,), "float32"),)
    assert stored_tensors(down, QUANTISATIONS["q0f16"]) == ((down.name, (40, 72), "float16"),)


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("kind", ["llama", "llama with biases", "mistral", "qwen2", "qwen3"])
def test_the_tensors_are_those_that_transformers_has(tmp_path: Path, kind: str, tied: bool) -> None:
    transformers = pytest.importorskip("transformers", reason="needs malmoi[models]")
    told = transformers.AutoConfig.for_model(
        kind.partition(" ")[0],
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        vocab_size=64,
        tie_word_embeddings=tied,
        **({"attention_bias": True} if "biases" in kind else {}),
    )
    model = transformers.AutoModelForCausalLM.from_config(told)
    model.save_pretrained(tmp_path)
    shapes = {name: tuple(values.shape) for name, values in model.state_dict().items()}
    if tied:
        del shapes["lm_head.weight"]
    found = parameters_of(architecture_of(tmp_path))
    assert {name: shape for one in found for name, shape in one.sources.items()} == shapes
    assert sum(one.size for one in found) == sum(values.numel() for values in model.parameters())
