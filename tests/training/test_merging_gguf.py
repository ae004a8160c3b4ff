"""GGUF through a converter: one of ours that writes real files, as llama.cpp's does, and worse ones."""

import sys
from pathlib import Path

import pytest
from gguf import GGUFReader

from curation.errors import ConfigurationError, UserError
from tests.chat.tiny_model import save_model
from training.merging.gguf import CONVERTER, convert, find_converter

SCRIPT = """
import argparse, sys
from pathlib import Path
import gguf
from safetensors.numpy import load_file

parser = argparse.ArgumentParser()
parser.add_argument("model", type=Path)
parser.add_argument("--outfile", type=Path)
parser.add_argument("--outtype")
given = parser.parse_args()
writer = gguf.GGUFWriter(given.outfile, "llama")
writer.add_name(given.outtype)
writer.add_chat_template((given.model / "chat_template.jinja").read_text())
for name, weight in list(load_file(given.model / "model.safetensors").items())[:{tensors}]:
    writer.add_tensor(name, weight)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("model"))


def script(folder: Path, text: str) -> Path:
    file = folder / CONVERTER
    file.write_text(text)
    file.chmod(0o755)
    return file


def test_a_model_is_converted_and_the_file_read_back(model: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "one.gguf"
    held = convert(script(tmp_path, SCRIPT.replace("{tensors}", "1000")), model, target, "q8_0")
    assert (held.architecture, held.template) == ("llama", True)
    assert held.bytes == target.stat().st_size
    reader = GGUFReader(target)
    assert held.tensors == len(reader.tensors) == 21
    assert reader.get_field("general.name").contents() == "q8_0"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SCRIPT.replace("{tensors}", "3"), "holds"),
        ("import sys; sys.exit('Model LlamaForCausalLM is not supported')", "is not supported"),
        ("", "is no GGUF file"),
    ],
)
def test_a_file_that_is_not_the_model_never_takes_its_name(
    model: Path, tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(UserError, match=told):
        convert(script(tmp_path, text), model, tmp_path / "one.gguf", "f16")
    assert [file.name for file in tmp_path.iterdir()] == [CONVERTER]


def test_the_converter_is_named_or_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_converter("") is None
    with pytest.raises(ConfigurationError) as caught:
        find_converter(str(tmp_path / "nowhere.py"))
    assert "gguf_converter" in caught.value.where
    assert "github.com/ggml-org/llama.cpp" in caught.value.fix
    file = script(tmp_path, f"#!{sys.executable}\n")
    assert find_converter("") == file
    assert find_converter(str(file)) == file
