import json
from pathlib import Path

import numpy as np
import pytest

from compile.formats.bfloat16 import from_bfloat16, to_bfloat16
from compile.formats.checkpoint import Weights, check_tokenizer
from curation.errors import ConfigurationError
from tests.compile.model_folders import random_tensors, save_folder, save_tensors


def whole(weights: Weights, *names: str) -> np.ndarray:
    return np.concatenate(list(weights.blocks(names)))


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_every_type_is_read_as_float32(tmp_path: Path, dtype: str) -> None:
    values = np.random.default_rng(5).normal(size=(9, 4)).astype(np.float32)
    stored = to_bfloat16(values) if dtype == "bfloat16" else values.astype(dtype)
    save_tensors(tmp_path / "model.safetensors", {"before": np.float32([1, 2, 3]), "t": stored})
    found = whole(Weights(tmp_path), "t")
    assert found.dtype == np.float32
    expected = from_bfloat16(stored) if dtype == "bfloat16" else stored.astype(np.float32)
    assert np.array_equal(found, expected)


def test_a_tensor_comes_in_blocks_of_whole_rows_and_another_behind_it(tmp_path: Path) -> None:
    # A million numbers are a block: 1,000 rows of 1,048 do not go into one.
    values = np.arange(2500 * 1048, dtype=np.uint32).astype(np.uint16).reshape(2500, 1048) % 0x7F00
    save_tensors(tmp_path / "model.safetensors", {"a": values, "b": values[:3], "n": values[0]})
    weights = Weights(tmp_path)
    blocks = list(weights.blocks(("a", "b")))
    assert [block.shape for block in blocks] == [(1000, 1048), (1000, 1048), (500, 1048), (3, 1048)]
    assert np.array_equal(np.concatenate(blocks), from_bfloat16(np.concatenate([values, values[:3]])))
    assert np.array_equal(whole(weights, "n"), from_bfloat16(values[0]))


def test_safetensors_own_writer_is_read(tmp_path: Path) -> None:
    numpy_files = pytest.importorskip("safetensors.numpy", reason="needs malmoi[compile]")
    tensors = random_tensors()
    numpy_files.save_file(tensors, tmp_path / "model.safetensors")
    weights = Weights(tmp_path)
    for name, values in tensors.items():
        assert name in weights
        assert np.array_equal(whole(weights, name), values)


def save_in_two(folder: Path) -> None:
    tensors = random_tensors()
    save_folder(folder, {})
    (folder / "model.safetensors").unlink()
    first, second = list(tensors)[:5], list(tensors)[5:]
    files = {"model-00001-of-00002.safetensors": first, "model-00002-of-00002.safetensors": second}
    for file, names in files.items():
        save_tensors(folder / file, {name: tensors[name] for name in names})
    listed = {name: file for file, names in files.items() for name in names}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": listed}))


def test_a_checkpoint_in_several_files_is_one(tmp_path: Path) -> None:
    save_in_two(tmp_path)
    weights = Weights(tmp_path)
    for name, values in random_tensors().items():
        assert np.array_equal(whole(weights, name), values)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    save_in_two(tmp_path)
    (tmp_path / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(ConfigurationError, match="weights of the model are not there") as refusal:
        Weights(tmp_path)
    assert refusal.value.where == str(tmp_path / "model-00002-of-00002.safetensors")


def test_a_file_cut_short_is_named(tmp_path: Path) -> None:
    file = save_folder(tmp_path) / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ConfigurationError, match="cut short"):
        Weights(tmp_path)


def test_a_header_whose_lengths_disagree_is_named(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    save_tensors(file, {"t": np.zeros((4, 8), np.float32)})
    file.write_bytes(file.read_bytes().replace(b"[4, 8]", b"[4, 9]"))
    with pytest.raises(ConfigurationError, match="contradicts itself at 't'"):
        Weights(tmp_path)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "consolidated.00.pth", "model.pt"])
def test_pickles_alone_are_refused_unread(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"never read")
    with pytest.raises(ConfigurationError, match="pickles alone") as refusal:
        Weights(tmp_path)
    assert refusal.value.where == str(tmp_path / name)
    # Beside safetensors they do not matter.
    save_tensors(tmp_path / "model.safetensors", {"t": np.float32([1])})
    assert "t" in Weights(tmp_path)


def test_no_weights_at_all_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="weights of the model are not there"):
        Weights(tmp_path)


@pytest.mark.parametrize(
    ("shapes", "fault"),
    [
        ({"absent": (2, 3)}, "lack the tensor 'absent'"),
        ({"t": (3, 2)}, r"has the shape \[2, 3\], and \[3, 2\] by config.json"),
        ({"packed": (2, 3)}, "'packed' is of the type I8"),
    ],
)
def test_a_tensor_that_is_not_as_required_is_named(tmp_path: Path, shapes, fault: str) -> None:
    tensors = {"t": np.zeros((2, 3), np.float32), "packed": np.zeros((2, 3), np.int8)}
    save_tensors(tmp_path / "model.safetensors", tensors)
    weights = Weights(tmp_path)
    weights.require({"t": (2, 3)})
    with pytest.raises(ConfigurationError, match=fault):
        weights.require(shapes)


def save_vocabulary(folder: Path, model: dict, added: tuple[int, ...] = ()) -> None:
    told = {"model": model, "added_tokens": [{"id": number, "content": f"<{number}>"} for number in added]}
    (folder / "tokenizer.json").write_text(json.dumps(told))


@pytest.mark.parametrize(
    ("model", "added", "highest"),
    [
        ({"type": "BPE", "vocab": {"a": 0, "b": 9}}, (), 9),
        ({"type": "BPE", "vocab": {"a": 0, "b": 9}}, (10, 12), 12),
        ({"type": "Unigram", "vocab": [["a", -1.0], ["b", -2.0], ["c", -3.0]]}, (1,), 2),
    ],
    ids=["bpe", "added", "unigram"],
)
def test_every_token_needs_a_row_of_the_embedding(tmp_path: Path, model, added, highest: int) -> None:
    save_vocabulary(tmp_path, model, added)
    check_tokenizer(tmp_path, highest + 1)
    check_tokenizer(tmp_path, highest + 64)  # rows that fill up to a round number
    with pytest.raises(ConfigurationError, match=f"a token {highest}, and the embedding only {highest} rows"):
        check_tokenizer(tmp_path, highest)


def test_a_folder_without_tokenizer_json_is_told_how_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.model").write_bytes(b"sentencepiece")
    with pytest.raises(ConfigurationError, match=r"no tokenizer\.json") as refusal:
        check_tokenizer(tmp_path, 50)
    assert "save_pretrained" in refusal.value.fix


@pytest.mark.parametrize("damage", ["", "[]", "{}", '{"model": {"vocab": null}}'])
def test_a_damaged_tokenizer_is_named(tmp_path: Path, damage: str) -> None:
    (tmp_path / "tokenizer.json").write_text(damage)
    with pytest.raises(ConfigurationError, match="tokenizer cannot be read"):
        check_tokenizer(tmp_path, 50)
