import json
import math
import shutil
import struct
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from compile.formats import QUANTISATIONS, ShardReader, convert, converting
from compile.formats.bfloat16 import from_bfloat16, to_bfloat16
from compile.formats.converting import predicted_bytes
from compile.formats.quantisation import dequantise, quantise
from compile.models import parameters_of
from curation.errors import ConfigurationError, UserError
from tests.compile.model_folders import SHAPES, random_tensors, save_folder, save_tokenizer

PROJECT = Path(__file__).parents[2]
MEASURED = """
import sys
from pathlib import Path
from compile.formats import QUANTISATIONS, convert
convert(Path(sys.argv[1]), QUANTISATIONS[sys.argv[3]], Path(sys.argv[2]))
told = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in told.splitlines() if line.startswith("VmHWM")))
"""


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("name", ["q4f16_1", "q4f32_1"])
def test_a_random_llama_comes_back_within_half_a_step(tmp_path: Path, name: str, tied: bool) -> None:
    pytest.importorskip("transformers", reason="needs malmoi[models]")
    from safetensors.numpy import load_file

    from tests.chat.tiny_model import save_model

    folder = save_model(tmp_path / "model", tie_word_embeddings=tied)
    converted = convert(folder, QUANTISATIONS[name], tmp_path / "out")
    tensors = load_file(folder / "model.safetensors")
    assert converted.parameters == sum(values.size for values in tensors.values())
    reader = ShardReader(tmp_path / "out")
    seen = 0
    for parameter in parameters_of(converted.architecture):
        true = np.concatenate([tensors.pop(source) for source in parameter.sources])
        if not parameter.is_matrix:
            assert np.array_equal(reader.read(parameter.name), true)  # norms of ones
            continue
        stem = parameter.name.removesuffix("weight")
        scale = reader.read(stem + "q_scale")
        found = dequantise(reader.read(stem + "q_weight"), scale, true.shape[1])
        steps = np.repeat(scale.astype(np.float64), 32, axis=1)[:, : true.shape[1]]
        assert (np.abs(found.astype(np.float64) - true) <= 0.51 * steps).all()
        assert np.corrcoef(found.astype(np.float64).ravel(), true.ravel())[0, 1] > 0.99
        seen += 1
    assert tensors == {}
    assert seen == 2 * 4 + (1 if tied else 2)


@pytest.mark.parametrize(("name", "bits"), [("q4f16_1", 4.5), ("q4f32_1", 5.0), ("q0f16", 16), ("q0f32", 32)])
def test_sizes_are_those_that_were_predicted(tmp_path: Path, name: str, bits: float) -> None:
    # Rows of 64 and 128: no group is shorter; what exceeds the bits are the norms.
    shapes, changes = resized(64, 128, 4000)
    folder = save_folder(tmp_path / "model", random_tensors(shapes), **changes)
    out = tmp_path / "out"
    converted = convert(folder, QUANTISATIONS[name], out)
    assert converted.bits == pytest.approx(bits, abs=0.02)
    assert converted.memory_bytes == round(converted.bits * converted.parameters / 8)
    assert converted.bytes == predicted_bytes(converted.architecture, QUANTISATIONS[name])
    assert converted.bytes == sum(shard.stat().st_size for shard in out.glob("*.bin"))
    index = json.loads((out / "ndarray-cache.json").read_text())
    assert index["metadata"]["BitsPerParam"] == converted.bits
    assert index["metadata"]["ParamSize"] == sum(len(shard["records"]) for shard in index["records"])


def resized(hidden: int, intermediate: int, vocab: int) -> tuple[dict[str, tuple[int, ...]], dict[str, int]]:
    """The small model in other sizes: its shapes, and the changes to its configuration."""
    sizes = {40: hidden, 20: hidden // 2, 72: intermediate, 50: vocab}
    shapes = {name: tuple(sizes[size] for size in shape) for name, shape in SHAPES.items()}
    changes = {"hidden_size": hidden, "head_dim": hidden // 4}
    return shapes, {**changes, "intermediate_size": intermediate, "vocab_size": vocab}


@pytest.mark.parametrize("name", ["q0f16", "q0f32"])
def test_weights_that_are_not_quantised_are_cast(tmp_path: Path, name: str) -> None:
    tensors = random_tensors()
    convert(save_folder(tmp_path / "model", tensors), QUANTISATIONS[name], tmp_path / "out")
    reader = ShardReader(tmp_path / "out")
    fused = np.concatenate([tensors[f"model.layers.0.self_attn.{part}_proj.weight"] for part in "qkv"])
    for stored, true in (
        ("model.layers.0.self_attn.qkv_proj.weight", fused),
        ("lm_head.weight", tensors["lm_head.weight"]),
    ):
        expected = true.astype(np.float16) if name == "q0f16" else from_bfloat16(to_bfloat16(true))
        assert reader.read(stored).dtype == expected.dtype
        assert np.array_equal(reader.read(stored), expected)


def test_blocks_are_quantised_as_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compile.formats.checkpoint._BLOCK", 100)
    tensors = random_tensors()
    convert(save_folder(tmp_path / "model", tensors), QUANTISATIONS["q4f16_1"], tmp_path / "out")
    fused = np.concatenate([tensors[f"model.layers.0.mlp.{part}_proj.weight"] for part in ("gate", "up")])
    words, scale = quantise(fused, QUANTISATIONS["q4f16_1"])
    reader = ShardReader(tmp_path / "out")
    assert np.array_equal(reader.read("model.layers.0.mlp.gate_up_proj.q_weight"), words)
    assert np.array_equal(reader.read("model.layers.0.mlp.gate_up_proj.q_scale"), scale)


def test_progress_counts_parameters(tmp_path: Path) -> None:
    steps: list[int] = []
    told: list[tuple[str, int | None, str]] = []

    class Watch:
        @contextmanager
        def task(self, name: str, total: int | None, unit: str):
            told.append((name, total, unit))
            yield steps.append

    total = sum(values.size for values in random_tensors().values())
    convert(save_folder(tmp_path / "model"), QUANTISATIONS["q4f16_1"], tmp_path / "out", Watch())
    assert told == [("weights", total, "parameters")]
    assert sum(steps) == total
    assert len(steps) == 9


def test_faults_of_the_folder_leave_nothing_behind(tmp_path: Path) -> None:
    folder, out = save_folder(tmp_path / "model"), tmp_path / "out"
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ConfigurationError, match=r"no tokenizer\.json"):
        convert(folder, QUANTISATIONS["q4f16_1"], out)
    save_tokenizer(folder, 51)
    with pytest.raises(ConfigurationError, match="a token 50, and the embedding only 50 rows"):
        convert(folder, QUANTISATIONS["q4f16_1"], out)
    save_folder(folder, vocab_size=51)
    with pytest.raises(ConfigurationError, match=r"has the shape \[50, 40\], and \[51, 40\]"):
        convert(folder, QUANTISATIONS["q4f16_1"], out)
    tensors = random_tensors()
    del tensors["lm_head.weight"]
    save_folder(folder, tensors)
    with pytest.raises(ConfigurationError, match=r"lack the tensor 'lm_head.weight'") as refusal:
        convert(folder, QUANTISATIONS["q4f16_1"], out)
    assert "tie_word_embeddings" in refusal.value.fix
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ConfigurationError, match="pickles alone"):
        convert(folder, QUANTISATIONS["q4f16_1"], out)
    assert not out.exists()


def test_a_weight_that_is_no_number_names_its_tensor(tmp_path: Path) -> None:
    tensors = random_tensors()
    tensors["model.layers.0.mlp.down_proj.weight"][3, 70] = np.nan
    out = tmp_path / "out"
    with pytest.raises(ConfigurationError, match="not a finite number") as refusal:
        convert(save_folder(tmp_path / "model", tensors), QUANTISATIONS["q4f32_1"], out)
    assert refusal.value.where.endswith("model.layers.0.mlp.down_proj.weight")
    assert not (out / "tensor-cache.json").exists()


def test_a_full_disk_is_told_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converting.shutil, "disk_usage", lambda place: SimpleNamespace(free=1000))
    with pytest.raises(UserError, match=r"the disk has 0\.0 GB left"):
        convert(save_folder(tmp_path / "model"), QUANTISATIONS["q4f16_1"], tmp_path / "new" / "out")
    assert not (tmp_path / "new").exists()


def save_large(folder: Path, vocab: int, hidden: int) -> int:
    """A tied model whose embedding is large; a sparse file of zeros in bfloat16. Gives its bytes."""
    shapes, changes = resized(hidden, 72, vocab)
    save_folder(folder, {}, **changes, tie_word_embeddings=True)
    header, end = {}, 0
    for name in SHAPES.keys() - {"lm_head.weight"}:
        size = 2 * math.prod(shapes[name])
        header[name] = {"dtype": "BF16", "shape": shapes[name], "data_offsets": [end, end + size]}
        end += size
    written = json.dumps(header).encode()
    with (folder / "model.safetensors").open("wb") as stream:
        stream.write(struct.pack("<Q", len(written)) + written)
        stream.truncate(8 + len(written) + end)
    return 2 * vocab * hidden


@pytest.mark.parametrize("name", ["q4f32_1", "q0f16"])
def test_memory_does_not_grow_with_the_largest_tensor(tmp_path: Path, name: str) -> None:
    largest = save_large(tmp_path / "model", 300_000, 512)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, tmp_path / "model", tmp_path / "out", name],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    shutil.rmtree(tmp_path)  # pytest keeps the folders of the last runs, and this one is large
    held = int(done.stdout) * 1024
    assert largest > 300e6
    # Promised is twice the tensor and 500 MB; held are some blocks, whatever the tensor.
    assert held < 2 * largest + 500e6
    assert held < 450e6
