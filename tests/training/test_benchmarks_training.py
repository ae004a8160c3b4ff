"""The benchmarks of training run, and count what they say they count."""

import importlib.util
import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from curation.records import Message
from tests.training.forked import ended, program
from training.data.masks import NOT_LEARNED, encode


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"benchmark_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def throughput(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., dict[str, Any]]:
    """The program, called in this process; each way has one of its own, in which the libraries are there."""
    monkeypatch.syspath_prepend(str(project / "benchmarks"))
    module = _module(project / "benchmarks/training/throughput.py")

    def run(command: list[object], folder: Path) -> Any:
        _, file, *arguments = command
        out = tmp_path / "told.json"
        assert ended(program(Path(str(file)), arguments, out, {})) == 0
        return SimpleNamespace(out=out.read_bytes())

    monkeypatch.setattr(module, "run", run)

    def call(*options: object) -> dict[str, Any]:
        monkeypatch.setattr(sys, "argv", ["throughput.py", *map(str, options), "--json"])
        module.main()
        told: dict[str, Any] = json.loads(capsys.readouterr().out)
        return told

    return call


@pytest.mark.slow
def test_throughput_measures_three_ways_on_the_same_rows(
    throughput: Callable[..., dict[str, Any]], tmp_path: Path, tiny: Path
) -> None:
    from transformers import AutoTokenizer

    rows = tmp_path / "rows.jsonl"
    # The same row again and again: whatever the order is, all begin with the same batch.
    turns = [
        {"role": "user", "content": "가장 긴 강은 무엇인가요? 이름만 알려 주세요."},
        {"role": "assistant", "content": "낙동강"},
    ]
    rows.write_text((json.dumps({"messages": turns}) + "\n") * 24, encoding="utf-8")
    told = throughput("--base", "tiny", "--steps", 2, "--rounds", 1, "--length", 128, "--data", rows)
    assert told["name"] == "training_throughput"
    assert {"unit", "ours", "peers", "limit", "ratio_to_best_peer", "machine", "versions"} <= told.keys()
    assert set(told["peers"]) == {"trl", "loop"}
    assert told["ours"] == told["runs"]["ours"][0] > 0
    for peer, value in told["peers"].items():
        assert told["ratios"][peer] == pytest.approx(told["ours"] / value)
    assert told["limit"] == pytest.approx(max(0.95 * told["peers"]["trl"], 0.75 * told["peers"]["loop"]))
    # All begin with a model that knows nothing of its 1,500 or so tokens.
    first = {way: losses[0] for way, losses in told["losses"].items()}
    assert all(math.log(500) < loss < math.log(4000) for loss in first.values())
    assert first["ours"] == pytest.approx(first["loop"], rel=1e-5)
    assert first["trl"] == pytest.approx(first["loop"], rel=2e-2)
    # They learn the same tokens; TRL also the line break after the end of the turn.
    shares = told["learned_shares"]
    encoded = encode(
        AutoTokenizer.from_pretrained(tiny),
        [Message("user", turns[0]["content"]), Message("assistant", turns[1]["content"])],
    )
    read, learned = len(encoded.labels), sum(label != NOT_LEARNED for label in encoded.labels)
    assert 0 < learned < read / 2
    assert shares["ours"] == shares["loop"] == learned / read
    assert shares["trl"] == (learned + 1) / (read + 1)


@pytest.fixture
def qlora_8b(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., dict[str, Any]]:
    """The program, called in this process."""
    monkeypatch.syspath_prepend(str(project / "benchmarks/gpu"))
    program = _module(project / "benchmarks/gpu/qlora_8b.py")

    def call(*options: object) -> dict[str, Any]:
        monkeypatch.setattr(sys, "argv", ["qlora_8b.py", *map(str, options), "--json"])
        program.main()
        told: dict[str, Any] = json.loads(capsys.readouterr().out)
        return told

    return call


@pytest.mark.slow
def test_the_gpu_benchmark_runs_on_a_tiny_model_without_one(qlora_8b: Callable[..., dict[str, Any]]) -> None:
    told = qlora_8b("--shape", "tiny", "--device", "cpu", "--length", 32, "--steps", 1)
    assert (told["name"], told["unit"], told["ours_is"]) == ("qlora_8b", "tokens/s", "ours")
    assert set(told["peers"]) == {"trl", "loop"}
    assert told["not_run"] == {}
    assert told["tokens_a_micro_step"] == 4 * 32
    assert told["arithmetic_limit"] is None
    for way in told["measured"].values():
        assert way["tokens_per_second"] > 0
        assert way["first_loss"] == pytest.approx(math.log(512), abs=0.1)


def test_without_a_gpu_the_benchmark_says_so(qlora_8b: Callable[..., dict[str, Any]]) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    assert qlora_8b() == {"name": "qlora_8b", "not_run": "there is no GPU on this machine"}


def test_where_trl_is_missing_the_loop_stands_for_ours(
    qlora_8b: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "trl" else found(name))
    told = qlora_8b("--shape", "tiny", "--device", "cpu", "--length", 32, "--steps", 1)
    assert told["ours_is"] == "loop"
    assert told["not_run"] == {"ours": "not installed: trl", "trl": "not installed: trl"}
    assert (told["peers"], told["ratio_to_best_peer"]) == ({}, None)


def test_the_random_llama_is_nf4_where_qlora_is(project: Path) -> None:
    import torch
    from bitsandbytes.nn import Linear4bit

    module = _module(project / "benchmarks/gpu/random_llama.py")
    torch.manual_seed(0)
    model = module.quantised_llama("tiny", torch.device("cpu"), torch.float32)
    linear = [one for one in model.model.layers.modules() if isinstance(one, torch.nn.Linear)]
    assert len(linear) == 2 * 7
    assert all(isinstance(one, Linear4bit) for one in linear)
    assert {one.weight.quant_state.quant_type for one in linear} == {"nf4"}
    assert all(one.weight.quant_state.nested for one in linear)  # double quantisation
    assert model.lm_head.weight.dtype == model.model.embed_tokens.weight.dtype == torch.float32
    assert not any(one.is_meta for one in [*model.parameters(), *model.buffers()])
    assert model(torch.tensor([[1, 2, 3]])).logits.isfinite().all()
    adapted = module.with_adapters(model)
    assert {one.dtype for one in adapted.parameters() if one.requires_grad} == {torch.float32}


def test_the_arithmetic_limit_counts_what_a_token_is_multiplied_with(project: Path) -> None:
    module = _module(project / "benchmarks/gpu/random_llama.py")
    # Llama-3-8B has 8,030,261,248 weights, 525,336,576 of them in the embedding and 266,240 in norms.
    assert module.multiplied_parameters("8b") == 8_030_261_248 - 525_336_576 - 266_240


def test_the_meter_counts_neither_warm_up_nor_batches_that_were_fetched_early(project: Path) -> None:
    module = _module(project / "benchmarks/training/ways.py")
    meter = module.Meter([1000, 1000, 30, 40, 5000])
    for _ in range(4):
        meter.step_done()
    meter.ended = (meter.ended[0] + 2.0, meter.ended[1])
    told = meter.told(2.0, 1.0)
    assert told["tokens"] == 70
    assert told["tokens_per_cpu_second"] == pytest.approx(35, rel=0.02)
