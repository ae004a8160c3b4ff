"""Our compiled models on this machine's processor say what transformers says, token for token."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compile.check.library import _METADATA
from compile.formats import ShardReader
from compile.models import Architecture, architecture_of
from compile.tvm import LibrarySettings, build_module
from compile.tvm.library import check_settings
from curation.errors import ConfigurationError
from tests.compile.llm_folders import CHUNK, CONTEXT, save_llm, write_weights
from tests.compile.model_folders import save_folder
from tests.compile.tvm_machine import Machine

for module in ("tvm", "torch", "transformers"):
    pytest.importorskip(module, reason="needs malmoi[compile,models]")

COUNT = 24
WINDOW = 40
# One within a chunk; one of several chunks, longer than the window, and where scaled frequencies count.
PROMPTS = [[7, 65, 9, 33, 120], [3 + 5 * at % 290 for at in range(4 * CHUNK + 3)]]
# Every kind and every quantisation once.
MODELS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "llama": ("q4f32_1", {"rope_theta": 100_000.5}),
    "llama3": ("q4f32_1", {}),
    "mistral": ("q0f32", {"sliding_window": WINDOW}),
    "qwen2": ("q4f16_1", {}),
    "qwen3": ("q0f16", {"seed": 8}),
}


@dataclass(frozen=True)
class Made:
    folder: Path
    weights: Path
    architecture: Architecture
    settings: LibrarySettings
    machine: Machine


Get = Callable[[str], Made]


def built(architecture: Architecture, settings: LibrarySettings) -> Any:
    # TVM's parser looks at every frame of the stack below it, for each kernel: a thread's is short.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(build_module, architecture, settings, "llvm").result()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Get:
    """A model by its kind, built when it is asked for first."""
    known: dict[str, Made] = {}

    def make(kind: str) -> Made:
        quantisation, changes = MODELS[kind]
        folder = save_llm(tmp_path_factory.mktemp(kind) / "model", kind, **changes)
        weights = write_weights(folder, folder.parent / "weights", quantisation)
        architecture = architecture_of(folder)
        settings = LibrarySettings(quantisation, CONTEXT, CHUNK)
        machine = Machine(built(architecture, settings), weights)
        return Made(folder, weights, architecture, settings, machine)

    return lambda kind: known.get(kind) or known.setdefault(kind, make(kind))


@pytest.mark.parametrize("kind", MODELS)
def test_24_of_24_tokens_are_the_references(made: Get, kind: str) -> None:
    from compile.reference import reference_tokens

    one = made(kind)
    expected = reference_tokens(one.folder, one.weights, PROMPTS, COUNT)
    assert all(len(set(tokens)) > COUNT / 3 for tokens in expected)  # not one word over and over
    assert [one.machine.greedy(prompt, COUNT) for prompt in PROMPTS] == expected


@pytest.mark.parametrize("kind", MODELS)
def test_parameters_are_those_of_the_shards_in_their_order(made: Get, kind: str) -> None:
    one = made(kind)
    stored = [record for shard in ShardReader(one.weights).shards for record in shard["records"]]
    assert [(p["name"], p["shape"], p["dtype"]) for p in one.machine.metadata["params"]] == [
        (record["name"], record["shape"], record["dtype"]) for record in stored
    ]


def test_frequencies_that_are_not_scaled_are_another_model(made: Get) -> None:
    from compile.reference import reference_tokens

    one = made("llama3")
    wrong = built(replace(one.architecture, rope_scaling=None), one.settings)
    expected = reference_tokens(one.folder, one.weights, PROMPTS[1:], COUNT)
    assert Machine(wrong, one.weights).greedy(PROMPTS[1], COUNT) != expected[0]


def test_the_base_of_the_frequencies_is_no_integer(made: Get) -> None:
    from compile.tvm.cache import _rotation

    assert "100000.5" in str(_rotation(made("llama").architecture, "float32"))


@pytest.mark.parametrize("kind", ["llama", "mistral"])
def test_chunks_do_not_change_what_a_prompt_says(made: Get, kind: str) -> None:
    machine = made(kind).machine
    whole = machine.read(PROMPTS[1])
    for chunk in (1, 7, 16):
        np.testing.assert_allclose(machine.read(PROMPTS[1], chunk), whole, rtol=1e-4, atol=1e-3)


def test_what_has_slid_out_of_the_window_does_not_count(made: Get) -> None:
    machine = made("mistral").machine
    layers = made("mistral").architecture.layers
    reach = layers * (WINDOW - 1) + 1  # each layer sees a window further back
    first, *others = PROMPTS[1]
    for length, equal in ((reach, True), (reach - 1, False)):
        seen = others[:length]
        one, other = (machine.read([token, *seen]) for token in (first, first + 1))
        assert np.array_equal(one, other) == equal


def test_a_conversation_begins_anew(made: Get) -> None:
    machine = made("llama").machine
    first = machine.read(PROMPTS[0])
    machine.read(PROMPTS[1])
    assert np.array_equal(machine.read(PROMPTS[0]), first)


def test_the_library_says_what_it_was_compiled_for(made: Get) -> None:
    one = made("mistral")
    metadata = one.machine.metadata
    assert _METADATA.match(one.machine.described)
    assert one.machine.described.isascii()
    assert metadata["model_type"] == "mistral"
    assert metadata["quantization"] == "q0f32"
    assert metadata["context_window_size"] == CONTEXT
    assert metadata["sliding_window_size"] == metadata["attention_sink_size"] == -1
    assert metadata["prefill_chunk_size"] == CHUNK
    assert metadata["kv_cache"] == {
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
    }
    usage = metadata["memory_usage"]
    # At least the hidden states of a chunk, at most some of each kind of state that a layer has.
    assert 4 * CHUNK * 64 <= usage["prefill"] <= 4 * CHUNK * 16 * 64
    assert usage["decode"] < usage["prefill"] / 8


@pytest.mark.parametrize(
    ("quantisation", "context", "chunk", "said"),
    [
        ("q3f16_1", 256, 32, "no quantisation 'q3f16_1'"),
        ("q4f32_1", 257, 32, "A context of 257 tokens is asked for, but the model knows 256"),
        ("q4f32_1", 0, 1, "A context of 0 tokens"),
        ("q4f32_1", 128, 129, "A prefill chunk of 129 tokens does not fit into a context of 128"),
        ("q4f32_1", 128, 0, "A prefill chunk of 0 tokens"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    tmp_path: Path, quantisation: str, context: int, chunk: int, said: str
) -> None:
    architecture = architecture_of(save_folder(tmp_path / "model"))
    with pytest.raises(ConfigurationError, match=said):
        check_settings(architecture, LibrarySettings(quantisation, context, chunk))
