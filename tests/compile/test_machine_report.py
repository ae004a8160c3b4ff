"""What stands against a build is told before it starts, with the arithmetic; what does not is predicted."""

import json
import struct
from pathlib import Path

import pytest

from compile.conversation import ChatSettings
from compile.formats import convert, quantisation_named
from compile.machine import SOFTWARE, Adapter, Build, browser_memory, report, require
from compile.models import Architecture, architecture_of
from compile.models.names import parameters_of
from curation.errors import ConfigurationError
from tests.compile.model_folders import save_config, save_folder, save_tokenizer

F32 = ChatSettings("q4f32_1", 256, 128)


def install(folder: Path, name: str, said: str = "") -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho {said}\n")
    (folder / name).chmod(0o755)


@pytest.fixture(autouse=True)
def _mlc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with mlc_llm, so that a build by it lacks nothing."""
    install(tmp_path / "bin", "mlc_llm")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")


@pytest.fixture
def small(tmp_path: Path) -> Architecture:
    return architecture_of(save_folder(tmp_path / "model"))


def build(model: Architecture, out: Path, chat: ChatSettings = F32, **changes: object) -> Build:
    """A build that needs no program but mlc_llm: no trial, a page that is built."""
    return Build(model, chat, out, **{"backend": "mlc", "verify": False, **changes})  # type: ignore[arg-type]


def save_70b(folder: Path) -> Path:
    """A folder as that of Llama 3 70B: the headers of its weights, and a hole where they would be."""
    folder.mkdir()
    save_config(
        folder,
        hidden_size=8192,
        intermediate_size=28672,
        num_hidden_layers=80,
        num_attention_heads=64,
        num_key_value_heads=8,
        head_dim=128,
        vocab_size=128256,
        max_position_embeddings=8192,
    )
    save_tokenizer(folder)
    header, end = {}, 0
    shapes = {"model.embed_tokens.weight": [128256, 8192], "lm_head.weight": [128256, 8192]}
    for layer in range(80):
        name = f"model.layers.{layer}"
        shapes |= {f"{name}.self_attn.{one}_proj.weight": [8192, 8192] for one in "qo"}
        shapes |= {f"{name}.self_attn.{one}_proj.weight": [1024, 8192] for one in "kv"}
        shapes |= {f"{name}.mlp.{one}_proj.weight": [28672, 8192] for one in ("gate", "up")}
        shapes |= {f"{name}.mlp.down_proj.weight": [8192, 28672]}
    for name, (rows, columns) in shapes.items():
        size = 2 * rows * columns
        header[name] = {"dtype": "BF16", "shape": [rows, columns], "data_offsets": [end, end + size]}
        end += size
    written = json.dumps(header).encode()
    with (folder / "model.safetensors").open("wb") as stream:
        stream.write(struct.pack("<Q", len(written)) + written)
        stream.truncate(8 + len(written) + end)
    return folder


def test_a_model_of_70b_is_refused_with_the_arithmetic(tmp_path: Path) -> None:
    model = architecture_of(save_70b(tmp_path / "large"))
    with pytest.raises(ConfigurationError) as told:
        require(build(model, tmp_path / "out", ChatSettings("q4f16_1")))
    said = str(told.value)
    assert "70.55 billion weights of 4.5 bits take 39.69 GB, keys and values 1.34 GB" in said
    assert "a reader's card has 32 GB at most" in said
    assert "The download alone is 39.7 GB" in said
    assert "Choose a smaller model" in said
    assert not (tmp_path / "out").exists()


def test_a_buffer_that_no_adapter_binds_is_refused(tmp_path: Path) -> None:
    model = architecture_of(save_70b(tmp_path / "large"))
    faults = report(build(model, tmp_path, ChatSettings("q0f32"))).faults
    (buffer,) = (fault for fault in faults if fault.where == "storage buffer")
    assert buffer.what.startswith("model.embed_tokens.weight takes 4,202,692,608 bytes")
    assert "holds 1,073,741,824" in buffer.what


def test_a_conversation_that_no_buffer_holds_names_the_context(small: Architecture, tmp_path: Path) -> None:
    narrow = Adapter("a phone", (), buffer=20_000, memory=10**9)
    (fault,) = report(build(small, tmp_path), narrow).faults
    assert fault.what.startswith("the key-value cache of a layer takes 40,960 bytes")
    assert fault.fix == "Set a smaller --context."


def test_everything_that_is_missing_is_told_at_once(
    small: Architecture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    made = Build(small, F32, tmp_path / "out", page=True)
    with pytest.raises(ConfigurationError) as told:
        require(made)
    said = str(told.value)
    assert said.startswith("3 things keep this from being built:")
    for what, remedy in (("emscripten", "emscripten"), ("Chromium", "chromium"), ("Node", "nodejs npm")):
        assert f"\n- {what}" in said or f"no {what}" in said
        assert f"apt-get install {remedy}" in said or f"{remedy}`" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("version", "wrong"), [("v18.20.1", True), ("v20.19.0", False), ("", True)])
def test_a_node_that_is_too_old_is_named(
    small: Architecture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, wrong: bool
) -> None:
    for name in ("node", "npm"):
        install(tmp_path / "bin", name, version)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    faults = report(build(small, tmp_path / "out", page=True)).faults
    assert [fault.what.startswith("Node is too old") for fault in faults] == [True] * wrong


def test_the_other_backend_needs_its_command(
    small: Architecture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (fault,) = report(build(small, tmp_path / "out")).faults
    assert fault.what.startswith("mlc_llm is not installed")
    assert "https://llm.mlc.ai/docs" in fault.fix


def test_a_full_disk_is_found_before_anything_is_written(small: Architecture, tmp_path: Path) -> None:
    (fault,) = report(build(small, tmp_path / "a" / "out", more=10**16)).faults
    assert fault.what.startswith("The build writes 10,000,000.0")
    assert "disk has" in fault.what
    assert "make room" in fault.fix


def test_little_memory_is_told_with_what_needs_it(
    small: Architecture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compile.machine.needs.available_mb", lambda: 1000)
    (fault,) = report(build(small, tmp_path)).faults
    assert fault.what == "The build takes 1.20 GB of memory, and 1.05 GB are left."


def test_float16_on_an_adapter_without_it_is_a_warning_that_names_float32(
    small: Architecture, tmp_path: Path
) -> None:
    half = build(small, tmp_path, ChatSettings("q4f16_1", 256))
    made = require(half, SOFTWARE)
    (warning,) = made.warnings
    assert warning.what == "q4f16_1 needs shader-f16, which SwiftShader does not have."
    assert warning.fix.startswith("Choose q4f32_1")
    assert require(half).warnings == ()
    assert require(build(small, tmp_path), SOFTWARE).warnings == ()


@pytest.mark.parametrize("name", ["q4f32_1", "q4f16_1", "q0f32", "q0f16"])
def test_predicted_bytes_are_those_that_are_written(tmp_path: Path, name: str) -> None:
    folder = save_folder(tmp_path / "model")
    model = architecture_of(folder)
    made = convert(folder, quantisation_named(name), tmp_path / "out")
    memory = browser_memory(model, quantisation_named(name), 256, 128)
    assert memory.weights == made.memory_bytes
    assert memory.parameters == made.parameters == sum(one.size for one in parameters_of(model))
    item = 4 if "f32" in name else 2
    assert memory.cache == 2 * 2 * 10 * 256 * item  # keys and values, two heads of ten, 256 tokens
    predicted = report(build(model, tmp_path, ChatSettings(name, 256)))
    assert predicted.download == made.bytes + 3_600_000
    assert predicted.disk > predicted.download


def test_the_report_is_json_and_counts_only_what_has_to_be_done(small: Architecture, tmp_path: Path) -> None:
    lean = report(build(small, tmp_path, optimise=False))
    told = json.loads(json.dumps(lean.as_json()))
    assert list(told["steps"]) == ["quantise", "compile the library", "link the library"]
    assert told["seconds"] == round(sum(told["steps"].values()))
    whole = report(build(small, tmp_path, verify=True, page=True, gguf=True))
    steps = [step.name for step in whole.steps]
    assert steps[0] == "unpack the GGUF"
    assert steps[-1] == "verify in a browser"
    assert "build the page" in steps
    assert whole.seconds > lean.seconds + 60
