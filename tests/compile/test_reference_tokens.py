"""Tokens of the reference: those of transformers on the model itself, but for what quantising changes."""

import json
from pathlib import Path
from typing import Any

import pytest

from compile.models import architecture_of
from compile.reference import reference_tokens
from compile.reference.weights import BundleWeights
from curation.errors import ConfigurationError, UserError
from tests.compile.llm_folders import KINDS, save_llm, write_weights

torch = pytest.importorskip("torch", reason="needs malmoi[models]")
PROMPTS = [[1, 5, 9, 33, 7], [40], list(range(3, 60))]


def greedy(folder: Path, prompts: list[list[int]], count: int) -> list[list[int]]:
    """By transformers' own generate, from the folder's own weights."""
    from transformers import AutoModelForCausalLM

    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    given = []
    for prompt in prompts:
        ids = torch.tensor([prompt])
        made = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=count,
            min_new_tokens=count,
            eos_token_id=None,
            pad_token_id=0,
        )
        given.append(made[0, len(prompt) :].tolist())
    return given


@pytest.mark.parametrize("kind", KINDS)
def test_unquantised_weights_say_what_the_model_says(tmp_path: Path, kind: str) -> None:
    # In bfloat16's numbers, so that q0f32's shards hold the very same.
    folder = save_llm(tmp_path / "model", kind, rounded=True)
    out = write_weights(folder, tmp_path / "out", "q0f32")
    assert reference_tokens(folder, out, PROMPTS, 24) == greedy(folder, PROMPTS, 24)


@pytest.mark.parametrize("name", ["q4f32_1", "q4f16_1"])
def test_quantised_weights_say_what_a_model_of_those_weights_says(tmp_path: Path, name: str) -> None:
    from safetensors.numpy import save_file

    folder = save_llm(tmp_path / "model", "qwen2")
    out = write_weights(folder, tmp_path / "out", name)
    weights = {key: values.copy() for key, values in BundleWeights(out, architecture_of(folder)).tensors()}
    found = reference_tokens(folder, out, PROMPTS, 24)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    assert found == greedy(folder, PROMPTS, 24)


def test_weights_of_the_checkpoint_do_not_count(tmp_path: Path) -> None:
    folder = save_llm(tmp_path / "model", "llama")
    out = write_weights(folder, tmp_path / "out", "q4f32_1")
    before = reference_tokens(folder, out, PROMPTS[:1], 8)
    other = save_llm(tmp_path / "other", "llama", seed=9)
    assert reference_tokens(other, out, PROMPTS[:1], 8) == before


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("llama3", {"rope_parameters": {"rope_type": "default", "rope_theta": 500_000.0}}),
        ("llama", {"rope_parameters": {"rope_type": "default", "rope_theta": 500_000.0}}),
        ("llama", {"rms_norm_eps": 0.01}),
    ],
)
def test_what_no_weight_shows_changes_the_tokens(tmp_path: Path, kind: str, changes: dict[str, Any]) -> None:
    # A library compiled with the wrong one of these is found out by its tokens.
    right, wrong = save_llm(tmp_path / "right", kind), save_llm(tmp_path / "wrong", kind, **changes)
    found = [
        reference_tokens(one, write_weights(one, tmp_path / f"{one.name}-out", "q4f32_1"), PROMPTS[2:], 24)
        for one in (right, wrong)
    ]
    assert found[0] != found[1]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("rope_theta", 500.0, "rope_theta is 500.0, and 10000.0"),
        ("rms_norm_eps", 0.1, "rms_norm_eps"),
        ("num_attention_heads", 8, "num_attention_heads is 8"),
        ("rope_scaling", {"rope_type": "llama3", "factor": 8.0}, "rope_scaling"),
    ],
)
def test_a_bundle_of_another_computation_is_refused(
    tmp_path: Path, field: str, value: object, said: str
) -> None:
    folder = save_llm(tmp_path / "model", "llama")
    out = write_weights(folder, tmp_path / "out", "q4f32_1")
    path = out / "mlc-chat-config.json"
    config = json.loads(path.read_text())
    config["model_config"][field] = value
    path.write_text(json.dumps(config))
    with pytest.raises(ConfigurationError, match=said):
        reference_tokens(folder, out, PROMPTS, 1)


def test_a_bundle_of_another_model_is_refused(tmp_path: Path) -> None:
    llama, qwen = (save_llm(tmp_path / kind, kind) for kind in ("llama", "qwen2"))
    out = write_weights(llama, tmp_path / "out", "q4f32_1")
    with pytest.raises(ConfigurationError, match="model_type is llama, and qwen2 in the model"):
        reference_tokens(qwen, out, PROMPTS, 1)
    wide = save_llm(tmp_path / "wide", "llama", intermediate_size=96)
    with pytest.raises(ConfigurationError, match=r"model\.layers\.0\.mlp\.gate_up_proj\.q_weight is"):
        reference_tokens(wide, out, PROMPTS, 1)
    deep = save_llm(tmp_path / "deep", "llama", num_hidden_layers=3)
    with pytest.raises(ConfigurationError, match=r"model\.layers\.2\..* is in the model alone"):
        reference_tokens(deep, out, PROMPTS, 1)


def test_a_damaged_bundle_is_named(tmp_path: Path) -> None:
    folder = save_llm(tmp_path / "model", "llama")
    out = write_weights(folder, tmp_path / "out", "q4f32_1")
    (out / "params_shard_0.bin").write_bytes(b"")
    with pytest.raises(UserError, match="ends before the tensor"):
        reference_tokens(folder, out, PROMPTS, 1)
    (out / "mlc-chat-config.json").unlink()
    with pytest.raises(ConfigurationError, match="configuration cannot be read"):
        reference_tokens(folder, out, PROMPTS, 1)


@pytest.mark.parametrize(
    ("prompt", "count", "said"),
    [([], 1, "no token"), ([100_000], 1, "does not know"), ([-1], 1, "does not know"), ([1] * 250, 7, "257")],
)
def test_prompts_that_do_not_fit(tmp_path: Path, prompt: list[int], count: int, said: str) -> None:
    folder = save_llm(tmp_path / "model", "llama")
    with pytest.raises(ConfigurationError, match=said):
        reference_tokens(folder, tmp_path, [prompt], count)
