"""NF4 layers that are trained after an evaluation, on a processor."""

from pathlib import Path

import bitsandbytes
import torch
from bitsandbytes.functional import has_avx512bf16

from tests.training.running_trials import trial
from training.base import resolve
from training.base.tokenizer import load_tokenizer
from training.running.model import load_for_training
from training.running.nf4 import keep_differentiable


def layer() -> bitsandbytes.nn.Linear4bit:
    torch.manual_seed(0)
    made = bitsandbytes.nn.Linear4bit(64, 64, bias=False, quant_type="nf4", compute_dtype=torch.bfloat16)
    made.load_state_dict({"weight": torch.randn(64, 64)})
    return made.to("cpu")


def gradient(made: bitsandbytes.nn.Linear4bit) -> torch.Tensor | None:
    inputs = torch.ones(3, made.in_features, dtype=torch.bfloat16, requires_grad=True)
    made.train()(inputs).float().pow(2).sum().backward()
    return inputs.grad


def evaluate(made: bitsandbytes.nn.Linear4bit) -> None:
    with torch.no_grad():
        made.eval()(torch.ones(3, made.in_features, dtype=torch.bfloat16))


def test_gradients_still_come_through_after_an_evaluation() -> None:
    made = layer()
    before = gradient(made)
    assert before is not None
    assert before.abs().sum() > 0
    keep_differentiable(torch.nn.Sequential(made))
    evaluate(made)
    after = gradient(made)
    assert after is not None
    assert torch.equal(before, after)


def test_every_model_of_ours_keeps_them_so(tmp_path: Path) -> None:
    config = trial(tmp_path, method="qlora", precision="bf16")
    base = resolve(config.base)
    model = load_for_training(base, config.method, config.train, load_tokenizer(base))
    made = next(one for one in model.modules() if isinstance(one, bitsandbytes.nn.Linear4bit))
    before = gradient(made)
    assert before is not None
    evaluate(made)
    after = gradient(made)
    assert after is not None
    assert torch.equal(before, after)


def test_the_trap_is_still_there() -> None:
    # Where this fails, `training/running/nf4.py` is needed no more.
    made = layer()
    evaluate(made)
    assert (gradient(made) is None) is bool(has_avx512bf16())
