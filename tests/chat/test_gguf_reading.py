"""A GGUF file is read once, and what comes of it is the same."""

import pytest

pytest.importorskip("transformers", reason="needs malmoi[models]")
pytest.importorskip("gguf", reason="needs malmoi[models]")

import gguf
import torch
from transformers import AutoConfig, AutoModelForCausalLM, GgufConfig

from chat.gguf_reading import read_once
from tests.compile.gguf_files import write


def loaded(folder):
    config = AutoConfig.from_pretrained(folder, gguf_file="model.gguf")
    model = AutoModelForCausalLM.from_pretrained(
        folder,
        gguf_file="model.gguf",
        dtype=torch.float32,
        quantization_config=GgufConfig(dequantize=True),
    )
    return config.to_dict(), model.state_dict()


def test_the_file_is_read_once_and_gives_the_same_model(tmp_path, monkeypatch):
    read = []
    made, named = gguf.GGUFReader, gguf.get_tensor_name_map
    monkeypatch.setattr(gguf, "GGUFReader", lambda path: read.append("file") or made(path))
    monkeypatch.setattr(gguf, "get_tensor_name_map", lambda *of: read.append("names") or named(*of))
    write(tmp_path / "model.gguf")
    config, weights = loaded(tmp_path)
    assert read.count("file") >= 2
    assert read.count("names") > 9
    read.clear()
    with read_once():
        once_config, once_weights = loaded(tmp_path)
    assert sorted(read) == ["file", "names"]
    assert once_config == config
    assert once_weights.keys() == weights.keys()
    assert all(torch.equal(once_weights[name], weights[name]) for name in weights)
    loaded(tmp_path)
    assert read.count("file") >= 3  # nothing is kept


def test_no_bar_is_drawn_where_nobody_watches(tmp_path, capfd):
    write(tmp_path / "model.gguf")
    with read_once():
        loaded(tmp_path)
    assert "GGUF tensors" not in capfd.readouterr().err
    loaded(tmp_path)
    assert "GGUF tensors" in capfd.readouterr().err  # others' use of the library is as it was


def test_a_failure_leaves_the_package_as_it_was():
    before = gguf.GGUFReader, gguf.get_tensor_name_map
    with pytest.raises(OSError, match="gone"), read_once():
        raise OSError("gone")
    assert (gguf.GGUFReader, gguf.get_tensor_name_map) == before
    with read_once():  # and the next one is let in
        pass
