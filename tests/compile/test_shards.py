import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from compile.formats.shards import INDEX_NAMES, SHARD_BYTES, ShardReader, ShardWriter
from curation.errors import UserError


def write(folder: Path, tensors: dict[str, np.ndarray], limit: int = 1000) -> dict:
    writer = ShardWriter(folder, limit)
    for name, values in tensors.items():
        writer.add(name, values.shape, str(values.dtype), [values])
    writer.finish(sum(values.size for values in tensors.values()))
    return json.loads((folder / "tensor-cache.json").read_text())


def bytes_of(length: int) -> np.ndarray:
    return np.arange(length // 2, dtype=np.float16)


def names(index: dict) -> list[list[str]]:
    return [[record["name"] for record in shard["records"]] for shard in index["records"]]


def test_tensors_share_a_shard_until_it_would_be_full(tmp_path: Path) -> None:
    index = write(tmp_path, {"a": bytes_of(400), "b": bytes_of(400), "c": bytes_of(300), "d": bytes_of(200)})
    assert names(index) == [["a", "b"], ["c", "d"]]
    offsets = [record["byteOffset"] for shard in index["records"] for record in shard["records"]]
    assert offsets == [0, 400, 0, 300]
    assert [shard["dataPath"] for shard in index["records"]] == ["params_shard_0.bin", "params_shard_1.bin"]


def test_a_large_tensor_goes_before_those_that_wait(tmp_path: Path) -> None:
    index = write(
        tmp_path, {"a": bytes_of(600), "big": bytes_of(4000), "half": bytes_of(500), "c": bytes_of(300)}
    )
    assert names(index) == [["big"], ["half"], ["a", "c"]]


def test_a_full_shard_is_not_exceeded(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    tensors = {f"t{n}": bytes_of(2 * int(generator.integers(1, 400))) for n in range(200)}
    index = write(tmp_path, tensors)
    assert len(index["records"]) > 20
    for shard in index["records"]:
        assert shard["nbytes"] < 1000 or len(shard["records"]) == 1
        assert (tmp_path / shard["dataPath"]).stat().st_size == shard["nbytes"]
    assert SHARD_BYTES == 33_554_432


def test_sizes_and_hashes_are_those_of_the_files(tmp_path: Path) -> None:
    index = write(tmp_path, {"a": bytes_of(600), "big": bytes_of(4000), "f": np.float32([[1.5, 2.0]])})
    for shard in index["records"]:
        content = (tmp_path / shard["dataPath"]).read_bytes()
        assert shard["md5sum"] == hashlib.md5(content).hexdigest()
        assert shard["nbytes"] == len(content) == sum(record["nbytes"] for record in shard["records"])
        assert shard["format"] == "raw-shard"


def test_both_names_of_the_index_have_one_content(tmp_path: Path) -> None:
    write(tmp_path, {"a": bytes_of(10)})
    first, second = ((tmp_path / name).read_bytes() for name in INDEX_NAMES)
    assert INDEX_NAMES == ("tensor-cache.json", "ndarray-cache.json")
    assert first == second


def test_a_record_says_bfloat16_of_everything_and_means_float32(tmp_path: Path) -> None:
    tensors = {
        "f": np.float32([[1.0, 1 + 2**-8, 3.14159]]),
        "h": np.float16([3.14159]),
        "u": np.uint32([0xED987610, 7]),
    }
    index = write(tmp_path, tensors)
    records = {record["name"]: record for record in index["records"][0]["records"]}
    assert records["f"] == {
        "name": "f",
        "shape": [1, 3],
        "dtype": "float32",
        "format": "f32-to-bf16",
        "nbytes": 6,
        "byteOffset": 0,
    }
    assert {record["format"] for record in records.values()} == {"f32-to-bf16"}
    assert (
        tmp_path / "params_shard_0.bin"
    ).read_bytes().hex() == "803f803f4940" + "4842" + "107698ed07000000"
    reader = ShardReader(tmp_path)
    assert reader.read("f").tolist() == [[1.0, 1.0, 3.140625]]
    assert reader.read("f").dtype == np.float32
    assert np.array_equal(reader.read("h"), tensors["h"])
    assert np.array_equal(reader.read("u"), tensors["u"])


def test_metadata_counts_what_the_page_has_in_memory(tmp_path: Path) -> None:
    index = write(tmp_path, {"f": np.ones((4, 8), np.float32), "h": np.ones(32, np.float16)})
    assert index["metadata"] == {"ParamSize": 2, "ParamBytes": 192.0, "BitsPerParam": 24.0}


def test_blocks_make_one_tensor(tmp_path: Path) -> None:
    values = np.arange(600, dtype=np.uint32).reshape(100, 6)
    writer = ShardWriter(tmp_path, 500)
    writer.add("t", (100, 6), "uint32", (values[at : at + 7] for at in range(0, 100, 7)))
    writer.finish(600)
    assert np.array_equal(ShardReader(tmp_path).read("t"), values)


@pytest.mark.parametrize(
    ("shape", "dtype", "fault"),
    [((4, 6), "uint32", "have 3 rows, not 4"), ((3, 5), "uint32", "uint32"), ((3, 6), "float16", "float16")],
)
def test_blocks_of_another_shape_are_our_fault(tmp_path: Path, shape, dtype, fault) -> None:
    with pytest.raises(ValueError, match=fault):
        ShardWriter(tmp_path).add("t", shape, dtype, [np.zeros((3, 6), np.uint32)])


def test_a_name_comes_once(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path)
    writer.add("t", (1,), "uint32", [np.zeros(1, np.uint32)])
    with pytest.raises(ValueError, match="'t' was written already"):
        writer.add("t", (1,), "uint32", [np.zeros(1, np.uint32)])


def test_an_earlier_conversion_leaves_nothing_behind(tmp_path: Path) -> None:
    write(tmp_path, {f"t{n}": bytes_of(600) for n in range(4)})
    (tmp_path / "mlc-chat-config.json").write_text("{}")
    ShardWriter(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mlc-chat-config.json"]


def test_a_broken_conversion_has_no_index_and_no_torn_shard(tmp_path: Path) -> None:
    def torn():
        yield np.zeros((500, 2), np.uint32)
        raise OSError(28, "No space left on device")

    writer = ShardWriter(tmp_path, 500)
    with pytest.raises(OSError, match="No space"):
        writer.add("t", (1000, 2), "uint32", torn())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_index_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="index of the weights cannot be read") as refusal:
        ShardReader(tmp_path)
    assert refusal.value.where == str(tmp_path / "tensor-cache.json")


@pytest.mark.parametrize("damage", ["[]", "{}", '{"metadata": {}, "records": [{}]}', "{"])
def test_a_damaged_index_is_named(tmp_path: Path, damage: str) -> None:
    (tmp_path / "tensor-cache.json").write_text(damage)
    with pytest.raises(UserError, match="index of the weights cannot be read"):
        ShardReader(tmp_path)


def test_a_shard_that_is_absent_or_short_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"a": bytes_of(600)})
    shard = tmp_path / "params_shard_0.bin"
    shard.write_bytes(shard.read_bytes()[:-2])
    with pytest.raises(UserError, match="ends before the tensor 'a' does"):
        ShardReader(tmp_path).read("a")
    shard.unlink()
    with pytest.raises(UserError, match="A shard cannot be read") as refusal:
        ShardReader(tmp_path).read("a")
    assert refusal.value.where == str(shard)
