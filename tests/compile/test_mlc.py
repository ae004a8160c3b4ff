"""The backend that drives mlc_llm, against a command of ours that notes its arguments and writes MLC's files.

The real one cannot be installed from PyPI: what is tested is what it would be told, and what becomes of its
folder.
"""

import json
import sys
from pathlib import Path

import pytest

from compile.check import check_bundle
from compile.conversation import ChatSettings, generate
from compile.formats import ShardReader, convert, quantisation_named
from compile.mlc import compile_by_mlc, convert_by_mlc, find_mlc
from curation.errors import ConfigurationError, UserError
from training.base import ResolvedBase, load_tokenizer, resolve
from training.config import Base

COMMAND = """#!{python}
import json, os, pathlib, shutil, sys

step, *told = sys.argv[1:]
home = pathlib.Path(__file__).parent
with (home / "log").open("a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
if (home / "fails").exists() and (home / "fails").read_text() in (step, " ".join(sys.argv[1:])):
    print("the last words of " + step, file=sys.stderr)
    sys.exit(3)
if "--help" in told:
    sys.exit(0)
out = pathlib.Path(told[told.index("-o") + 1])
if step == "convert_weight" and (home / "weights").exists():
    for file in (home / "weights").iterdir():
        if file.name != "ndarray-cache.json":
            shutil.copy(file, out)
if step == "gen_config":
    made = {{"conv_template": "LM", "model_config": {{}}, "context_window_size": 7, "of_mlc": True}}
    (out / "mlc-chat-config.json").write_text(json.dumps(made))
if step == "compile" and not (home / "no-library").exists():
    out.write_bytes(b"\\0asm\\1\\0\\0\\0")
"""
SETTINGS = ChatSettings("q4f32_1", 512, 128)


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "mlc_llm").write_text(COMMAND.format(python=sys.executable))
    (folder / "mlc_llm").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


@pytest.fixture(scope="module")
def tiny() -> ResolvedBase:
    return resolve(Base(model="tiny"))


def told(tool: Path) -> list[list[str]]:
    return [json.loads(line) for line in (tool / "log").read_text().splitlines()]


def converted(tool: Path, tiny: ResolvedBase, out: Path) -> Path:
    (tool / "weights").mkdir(exist_ok=True)
    convert(tiny.folder, quantisation_named("q4f32_1"), tool / "weights")
    convert_by_mlc(tiny.folder, out, generate(load_tokenizer(tiny), tiny.name), SETTINGS)
    return out


def test_the_steps_are_told_model_quantisation_and_windows(
    tool: Path, tiny: ResolvedBase, tmp_path: Path
) -> None:
    out = converted(tool, tiny, tmp_path / "out")
    compile_by_mlc(out, tmp_path / "library" / "model.wasm")
    model, asked = str(tiny.folder), ["compile", "--help"]
    assert told(tool) == [
        asked,
        [
            *("convert_weight", model, "--quantization", "q4f32_1", "--source", model),
            *("--source-format", "huggingface-safetensor", "--device", "cpu", "-o", str(out)),
        ],
        [
            *("gen_config", model, "--quantization", "q4f32_1", "--conv-template", "LM"),
            *("--context-window-size", "512", "--prefill-chunk-size", "128", "-o", str(out)),
        ],
        asked,
        [
            *("compile", str(out / "mlc-chat-config.json"), "--device", "webgpu"),
            *("--overrides", "context_window_size=512;prefill_chunk_size=128"),
            *("-o", str(tmp_path / "library" / "model.wasm")),
        ],
    ]
    assert (tmp_path / "library" / "model.wasm").read_bytes().startswith(b"\0asm")


def test_the_folder_is_the_one_that_ours_makes(tool: Path, tiny: ResolvedBase, tmp_path: Path) -> None:
    out = converted(tool, tiny, tmp_path / "out")
    config = json.loads((out / "mlc-chat-config.json").read_text(encoding="utf-8"))
    assert config["of_mlc"] is True
    assert config["conv_template"]["roles"]["user"] == "<|im_start|>user"
    assert config["context_window_size"] == 512
    assert config["model_config"]["rope_parameters"]["rope_theta"] == config["model_config"]["rope_theta"]
    assert (out / "tensor-cache.json").read_bytes() == (out / "ndarray-cache.json").read_bytes()
    assert ShardReader(out).read("model.norm.weight").shape == (64,)
    # What is left is what the bundle adds: records, and with them the library.
    assert [fault.file for fault in check_bundle(out)] == ["app-config.json"]


@pytest.mark.parametrize("step", ["convert_weight", "gen_config", "compile"])
def test_a_step_that_fails_is_named_with_its_last_words(
    tool: Path, tiny: ResolvedBase, tmp_path: Path, step: str
) -> None:
    if step == "compile":
        out = converted(tool, tiny, tmp_path / "out")
        fails = " ".join(
            [
                *("compile", str(out / "mlc-chat-config.json"), "--device", "webgpu", "--overrides"),
                *("context_window_size=512;prefill_chunk_size=128", "-o", str(tmp_path / "model.wasm")),
            ]
        )
        (tool / "fails").write_text(fails)
        with pytest.raises(UserError) as failed:
            compile_by_mlc(out, tmp_path / "model.wasm")
        assert "emcc.html" in failed.value.fix
    else:
        (tool / "fails").write_text(step)
        with pytest.raises(UserError) as failed:
            converted(tool, tiny, tmp_path / "out")
    assert f"`mlc_llm {step}` failed (exit code 3)" in failed.value.what
    assert f"the last words of {step}" in failed.value.what


def test_a_command_that_cannot_compile_is_refused(tool: Path, tmp_path: Path) -> None:
    (tool / "fails").write_text("compile --help")
    with pytest.raises(ConfigurationError, match="cannot compile") as failed:
        find_mlc()
    assert "llm.mlc.ai/docs" in failed.value.fix
    (tool / "mlc_llm").write_text("#!/nowhere/python\n")
    with pytest.raises(ConfigurationError, match="does not run"):
        find_mlc()


def test_without_the_command_it_is_said_where_it_comes_from(
    tiny: ResolvedBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for work in (
        lambda: convert_by_mlc(tiny.folder, tmp_path / "out", {}, SETTINGS),
        lambda: compile_by_mlc(tmp_path, tmp_path / "model.wasm"),
    ):
        with pytest.raises(ConfigurationError, match="not installed") as failed:
            work()
        assert "https://llm.mlc.ai/docs/install/mlc_llm.html" in failed.value.fix
    assert list(tmp_path.iterdir()) == []


def test_steps_that_leave_nothing_are_not_believed(tool: Path, tiny: ResolvedBase, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="left no weights"):
        convert_by_mlc(tiny.folder, tmp_path / "out", generate(load_tokenizer(tiny), tiny.name), SETTINGS)
    out = converted(tool, tiny, tmp_path / "whole")
    (tool / "no-library").touch()
    with pytest.raises(UserError, match="left no WebAssembly"):
        compile_by_mlc(out, tmp_path / "model.wasm")


def test_a_model_that_does_not_fit_is_refused_before_any_step(
    tool: Path, tiny: ResolvedBase, tmp_path: Path
) -> None:
    settings = ChatSettings("q4f32_1", 99_999)
    with pytest.raises(ConfigurationError, match="context of 99,999"):
        convert_by_mlc(tiny.folder, tmp_path / "out", {}, settings)
    assert told(tool) == [["compile", "--help"]]
