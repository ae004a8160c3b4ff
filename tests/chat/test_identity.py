"""A model that is trained anew in its folder is another model; a copy of nothing else is."""

import os

import pytest

from chat.identity import model_identity


@pytest.mark.parametrize("spec", ["smollm2", "openai:qwen:7b@http://127.0.0.1:1/v1", "transformers:my/model"])
def test_what_is_no_folder_is_known_by_its_spec(spec, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert model_identity(spec) == spec


def test_other_weights_in_the_same_folder_are_another_model(tmp_path):
    weights = tmp_path / "part" / "model.safetensors"
    weights.parent.mkdir()
    weights.write_bytes(b"old")
    spec = f"transformers:{tmp_path}"
    first = model_identity(spec)
    assert first.startswith(f"{spec}@")
    assert model_identity(spec) == first
    # The same size, as weights of one shape have.
    weights.write_bytes(b"new")
    os.utime(weights, ns=(1, 1))
    second = model_identity(spec)
    weights.rename(tmp_path / "model.safetensors")
    assert len({first, second, model_identity(spec)}) == 3
