"""Acceptance tests 5 and 6 of the findings, on SmolLM2."""

import copy
from pathlib import Path

import orjson
import pytest
import torch
from peft import PeftModel
from transformers import AutoConfig, AutoTokenizer

from tests.training.merging_run import config_of, random_adapter
from tests.training.test_merging_stage import QUESTIONS, greedy
from training.config import Method
from training.merging.adapters import merged
from training.merging.dequantise import take_dequantised
from training.merging.merging import merge
from training.run_folder import RunFolder
from training.running.model import load_base


@pytest.mark.slow
def test_smollm2_is_merged_as_it_was_trained_and_reads_back(smollm2: Path, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    random_adapter(smollm2, folder, spread=0.004)
    result = merge(config_of(tmp_path, "smollm2", eval={"limit": 6}), folder)
    trained, original = result.candidates
    assert trained.kl < 1e-3
    assert original.kl > 0.01  # another model: the base was not what the adapter was trained on
    assert 0 < result.reload.kl < 5e-3
    config = orjson.loads((folder.merged / "config.json").read_bytes())
    assert config["rope_theta"] == 100000
    assert config["rope_scaling"] is None
    assert config["torch_dtype"] == "bfloat16"
    assert AutoConfig.from_pretrained(folder.merged).rope_parameters["rope_theta"] == 100000

    quantised = load_base(smollm2, Method(), "fp32")
    plain = load_base(smollm2, Method(kind="lora"), "fp32")
    # A copy, before anything is asked: layers are emptied as they are taken.
    assert take_dequantised(plain, copy.deepcopy(quantised)) == 210
    model = PeftModel.from_pretrained(quantised, str(folder.adapter)).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder.merged)
    said = [greedy(model, tokenizer, question) for question in QUESTIONS]
    del model, quantised
    plain = merged(plain, folder.adapter).eval()
    assert plain.dtype == torch.float32
    assert [greedy(plain, tokenizer, question) for question in QUESTIONS] == said
