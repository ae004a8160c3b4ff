"""NF4 weights unpacked, and an adapter merged: against the forward pass that training sees."""

from pathlib import Path

import pytest
import torch
from bitsandbytes.functional import has_avx512bf16
from bitsandbytes.nn import Linear4bit
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

from curation.errors import UserError
from tests.chat.tiny_model import save_model
from training.merging.adapters import merged, refuse_quantised
from training.merging.dequantise import dequantised, quantised_layers, take_dequantised
from training.merging.distributions import Expected, Row, distance, expected


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    random = torch.Generator().manual_seed(3)
    every = [torch.randint(5, 300, (24,), generator=random).tolist() for _ in range(6)]
    return [Row(tuple(ids), (-100,) * 8 + tuple(ids[8:])) for ids in every]


def floats(folder: Path) -> AutoModelForCausalLM:
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


def quantised(
    folder: Path, *, twice: bool = True, storage: torch.dtype = torch.uint8
) -> AutoModelForCausalLM:
    four = BitsAndBytesConfig(
        bnb_4bit_quant_storage=storage,
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=twice,
        bnb_4bit_compute_dtype=torch.float32,
    )
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, quantization_config=four, device_map="cpu"
    )


def adapter(base: Path, target: Path, *, dora: bool = False) -> Path:
    """An adapter with weights of the size that training gives them."""
    config = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", use_dora=dora, task_type="CAUSAL_LM")
    torch.manual_seed(7)
    model = get_peft_model(floats(base), config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.normal_(0, 0.05)
            elif "magnitude" in name:
                weight.mul_(1.02)
    model.save_pretrained(target)
    return target


@pytest.mark.parametrize("twice", [True, False])
def test_unpacked_weights_are_what_a_training_step_multiplies_by(base: Path, twice: bool) -> None:
    layers = dict(quantised_layers(quantised(base, twice=twice)))
    assert len(layers) == 14
    for layer in layers.values():
        assert layer.weight.quant_state.nested is twice
        layer.train()
        inputs = torch.randn(5, layer.in_features, requires_grad=True)
        torch.testing.assert_close(layer(inputs), inputs @ dequantised(layer).T)


def test_nf4_has_sixteen_levels_a_block(base: Path) -> None:
    name, layer = next(quantised_layers(quantised(base)))
    original = floats(base).get_submodule(name).weight
    weight = dequantised(layer)
    assert weight.shape == original.shape
    assert all(len(block.unique()) <= 16 for block in weight.reshape(-1, 64))
    error = (weight - original).norm() / original.norm()
    assert 0.01 < error < 0.15


@pytest.mark.parametrize("twice", [True, False])
def test_a_layer_that_was_repacked_by_an_evaluation_is_unpacked_all_the_same(base: Path, twice: bool) -> None:
    fresh = dict(quantised_layers(quantised(base, twice=twice)))
    used = dict(quantised_layers(quantised(base, twice=twice)))
    for name, layer in used.items():
        layer.eval()
        inputs = torch.randn(3, layer.in_features)
        with torch.no_grad():
            before = layer(inputs)
            if has_avx512bf16():
                assert layer.weight.quant_state.packing_format_for_cpu
            # bfloat16 scales: a hundredth of a per cent of each weight, and none in the wrong place.
            torch.testing.assert_close(
                dequantised(layer), dequantised(fresh[name]), rtol=2**-8, atol=0, check_dtype=True
            )
            assert torch.equal(layer(inputs), before)


def test_nibbles_that_are_stored_as_floats_are_unpacked_and_refused_alike(base: Path, tmp_path: Path) -> None:
    plain = dict(quantised_layers(quantised(base)))
    model = quantised(base, storage=torch.bfloat16)  # as FSDP wants it
    for name, layer in quantised_layers(model):
        assert layer.weight.dtype == torch.bfloat16
        assert torch.equal(dequantised(layer), dequantised(plain[name]))
        with torch.no_grad():
            layer.eval()(torch.randn(3, layer.in_features))
        torch.testing.assert_close(dequantised(layer), dequantised(plain[name]), rtol=2**-8, atol=0)
    with pytest.raises(UserError, match="quantised weights") as caught:
        merged(model, adapter(base, tmp_path))
    assert "proj.weight" in caught.value.where


def test_a_layer_that_was_never_quantised_is_refused() -> None:
    with pytest.raises(ValueError, match="no quantised weight"):
        dequantised(Linear4bit(64, 64))


def test_layers_are_taken_and_freed(base: Path) -> None:
    model, packed = floats(base), quantised(base)
    original = floats(base).state_dict()
    assert take_dequantised(model, packed) == 14
    assert not list(quantised_layers(packed))
    changed = {name for name, weight in model.state_dict().items() if not torch.equal(weight, original[name])}
    assert len(changed) == 14
    assert not any("embed" in name or "norm" in name or "lm_head" in name for name in changed)


def test_a_merge_in_four_bits_is_noise_without_an_error_and_is_refused(
    base: Path, rows: list[Row], tmp_path: Path
) -> None:
    model = PeftModel.from_pretrained(quantised(base), str(adapter(base, tmp_path / "adapter")))
    truth = expected(model, rows)
    noise = expected(model.merge_and_unload(), rows)
    if has_avx512bf16():
        assert distance(truth, noise).kl > 1
    assert distance(truth, noise).kl > 0.001
    with pytest.raises(UserError, match="cannot be merged into quantised weights") as caught:
        merged(quantised(base), tmp_path / "adapter")
    assert "dequantised" in caught.value.fix
    refuse_quantised(floats(base))


@pytest.mark.parametrize("dora", [False, True])
def test_an_adapter_merged_into_floats_expects_the_same(
    base: Path, rows: list[Row], tmp_path: Path, dora: bool
) -> None:
    folder = adapter(base, tmp_path / "adapter", dora=dora)
    truth = expected(PeftModel.from_pretrained(floats(base), str(folder)), rows)
    model = merged(floats(base), folder)
    assert not any("lora" in name for name, _ in model.named_parameters())
    found = expected(model, rows)
    assert distance(truth, found).kl < 1e-6
    assert found.nll == pytest.approx(truth.nll, abs=1e-5)
    assert distance(truth, expected(floats(base), rows)).kl > 0.01


def test_each_layer_is_merged_in_float32_and_rounded_once(base: Path, tmp_path: Path) -> None:
    folder = adapter(base, tmp_path / "adapter")
    exact = merged(floats(base).to(torch.bfloat16).to(torch.float32), folder).state_dict()
    half = merged(floats(base).to(torch.bfloat16), folder).state_dict()
    for name, weight in exact.items():
        assert torch.equal(weight.to(torch.bfloat16), half[name]), name


def test_an_adapter_that_holds_no_numbers_is_refused(base: Path, tmp_path: Path) -> None:
    config = LoraConfig(r=4, target_modules=["q_proj"], task_type="CAUSAL_LM")
    model = get_peft_model(floats(base), config)
    with torch.no_grad():
        next(weight for name, weight in model.named_parameters() if "lora_B" in name).fill_(float("nan"))
    model.save_pretrained(tmp_path)
    with pytest.raises(UserError, match="cannot be merged") as caught:
        merged(floats(base), tmp_path)
    assert "q_proj" in caught.value.where


def test_the_distance_of_distributions_is_the_formula() -> None:
    one = Expected((0.0,), (2,), torch.log(torch.tensor([[0.5, 0.5], [0.9, 0.1]])))
    two = Expected((0.0,), (2,), torch.log(torch.tensor([[0.25, 0.75], [0.8, 0.2]])))
    first = 0.5 * torch.log(torch.tensor(2.0)) + 0.5 * torch.log(torch.tensor(2 / 3))
    second = 0.9 * torch.log(torch.tensor(9 / 8)) + 0.1 * torch.log(torch.tensor(0.5))
    found = distance(one, two)
    assert found.kl == pytest.approx(float(first + second) / 2)
    assert found.top1 == 0.5
    assert distance(one, one).kl == 0
