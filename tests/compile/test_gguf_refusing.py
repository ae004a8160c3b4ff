"""What cannot be unpacked is refused before anything is written, by name and with a remedy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compile.gguf import describe, is_gguf, unpack
from compile.gguf.rope import factors_of, scaling_of
from curation.errors import ConfigurationError
from tests.compile.gguf_files import Kind, scaling_factors, vocabulary, write

REFUSED: dict[str, tuple[Kind, str, str]] = {
    "experts": (Kind(fields={"llama.expert_count": 8}), "mixture of experts", "without experts"),
    "a part of several": (Kind(fields={"split.count": 3}), "one of 3 parts", "llama-gguf-split --merge"),
    "a type that is not unpacked": (
        Kind(dtype="I32"),
        "is of the type I32, which cannot be unpacked",
        "Q8_0",
    ),
    "a missing layer": (
        Kind(without="blk.1.ffn_up.weight"),
        "lacks the weights 'model.layers.1.mlp.up_",
        "Copy",
    ),
    "no embedding": (Kind(without="token_embd.weight"), "lacks the tensor 'token_embd.weight'", "Copy"),
    "tensors of another kind": (
        Kind(more="blk.0.ssm_a"),
        "has weights 'blk.0.ssm_a', which are not built",
        "another model",
    ),
    "another shape": (
        Kind(fields={"llama.feed_forward_length": 500}),
        "has the shape [512, 256], and [500, 256] by the fields",
        "Copy",
    ),
    "more tokens than rows": (
        Kind(fields={"tokenizer.ggml.tokens": [*vocabulary(), "말"]}),
        "has 263 tokens, and the embedding only 262 rows",
        "tokenizer that it was trained with",
    ),
    "no tokenizer": (Kind(fields={"tokenizer.ggml.model": None}), "is not there", "tokenizer.json"),
    "an unknown tokenizer": (
        Kind(fields={"tokenizer.ggml.model": "t5"}),
        "is of the kind 't5'",
        "tokenizer.json",
    ),
    "an unknown way of splitting": (Kind(split="own"), "cuts text by 'own'", "tokenizer.json"),
    "another scaling of RoPE": (
        Kind(fields={"llama.rope.scaling.type": "yarn"}),
        "RoPE scaled by 'yarn'",
        "another model",
    ),
    "a part of each head rotated": (
        Kind(fields={"llama.rope.dimension_count": 32}),
        "'llama.rope.dimension_count' says 32",
        "whole heads",
    ),
    "a missing field": (Kind(fields={"llama.block_count": None}), "has no 'llama.block_count'", "llama.cpp"),
    "a field of another type": (
        Kind(fields={"llama.block_count": "two"}),
        "has no single number as 'llama.block_count'",
        "llama.cpp",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_a_remedy(tmp_path: Path, name: str) -> None:
    kind, what, remedy = REFUSED[name]
    source = write(tmp_path / "model.gguf", kind)
    with pytest.raises(ConfigurationError) as told:
        describe(source)
    assert what in told.value.what
    assert remedy in told.value.fix
    assert told.value.where == str(source)
    with pytest.raises(ConfigurationError):
        unpack(source, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_another_architecture_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    from gguf import GGUFWriter

    writer = GGUFWriter(tmp_path / "model.gguf", "gemma3")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(ConfigurationError, match="kind 'gemma3'") as told:
        describe(tmp_path / "model.gguf")
    assert all(name in told.value.fix for name in ("llama", "qwen2", "qwen3"))


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "cut short": cut,
    "a header alone": lambda content: content[:24],
    "fields alone": lambda content: content[:2000],
    "a wrong count": lambda content: content[:8] + b"\xff" * 8 + content[16:],
    "magic alone": lambda content: content[:4],
}


@pytest.mark.parametrize("name", HARMS)
def test_a_damaged_file_is_refused(tmp_path: Path, name: str) -> None:
    source = write(tmp_path / "model.gguf")
    source.write_bytes(HARMS[name](source.read_bytes()))
    with pytest.raises(ConfigurationError, match="damaged or was cut short"):
        describe(source)


def test_something_else_is_no_gguf(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_text("no model")
    with pytest.raises(ConfigurationError, match="no GGUF file"):
        describe(tmp_path / "a.gguf")
    with pytest.raises(ConfigurationError, match="no such file"):
        describe(tmp_path / "b.gguf")
    assert not is_gguf(tmp_path / "a.gguf")
    assert not is_gguf(tmp_path)
    assert is_gguf(write(tmp_path / "c.gguf"))


SCALINGS = [
    (500_000.0, 128, 8.0, 1.0, 4.0, 8192),  # Llama 3.1
    (500_000.0, 64, 32.0, 1.0, 4.0, 8192),  # Llama 3.2
    (10_000.0, 64, 4.0, 1.0, 2.5, 2048),
    (500_000.0, 16, 8.0, 1.0, 4.0, 8192),  # one frequency lies between
]


@pytest.mark.parametrize(("theta", "head", "factor", "low", "high", "original"), SCALINGS)
def test_the_scaling_of_llama_3_is_recovered(
    theta: float, head: int, factor: float, low: float, high: float, original: int
) -> None:
    wanted = {
        "factor": factor,
        "low_freq_factor": low,
        "high_freq_factor": high,
        "original_max_position_embeddings": original,
    }
    factors = scaling_factors(wanted, theta, head)
    found = dict(scaling_of(factors, theta) or {})
    assert found.pop("rope_type") == "llama3"
    assert found == pytest.approx(wanted, rel=1e-3)


def test_factors_of_one_scale_nothing_and_others_are_refused() -> None:
    assert scaling_of(np.ones(32, np.float32), 10_000.0) is None
    with pytest.raises(ValueError, match="no scaling that is known"):
        scaling_of(np.linspace(1, 9, 32, dtype=np.float32), 10_000.0)
    waves = 2 * np.pi * 10_000.0 ** (np.arange(32) / 32)
    assert factors_of(waves, 8.0, 1.0, 4.0, 8192)[0] == 1.0


def tokens_of(folder: Path, text: str) -> list[str]:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    return [str(one) for one in tokenizer.convert_ids_to_tokens(tokenizer(text).input_ids)]


SPLITS: list[tuple[str, str, list[str]]] = [
    ("default", "ab120", ["ab", "1", "20"]),  # the merge of 2 and 0 comes first
    ("smollm", "ab120", ["ab", "1", "2", "0"]),  # digits stand alone
    ("llama-bpe", "ab120", ["ab", "1", "20"]),
    ("llama-bpe", "12", ["12"]),  # a whole word that no merge makes
    ("default", "12", ["1", "2"]),
]


@pytest.mark.parametrize(("split", "text", "tokens"), SPLITS)
def test_text_is_cut_as_the_file_says(tmp_path: Path, split: str, text: str, tokens: list[str]) -> None:
    merges: dict[str, Any] = {"tokenizer.ggml.merges": ["2 0", "a b"]}
    unpack(write(tmp_path / "model.gguf", Kind(split=split, fields=merges)), tmp_path / "model")
    assert tokens_of(tmp_path / "model", text) == tokens


def test_no_token_is_added_that_the_file_does_not_have(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    unpack(write(tmp_path / "model.gguf"), tmp_path / "model")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "model")
    assert len(tokenizer) == len(vocabulary())
    assert (tokenizer.bos_token, tokenizer.eos_token) == ("<|im_start|>", "<|im_end|>")
    assert tokenizer.chat_template.startswith("{% for message in messages %}")


def test_a_tokenizer_of_sentencepiece_is_built(tmp_path: Path) -> None:
    words = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁", "a", "b", "▁a", "ab"]
    fields: dict[str, Any] = {
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.pre": None,
        "tokenizer.ggml.merges": None,
        "tokenizer.ggml.tokens": words[: len(vocabulary())],
        "tokenizer.ggml.scores": [-float(place) for place in range(len(vocabulary()))],
        "tokenizer.ggml.token_type": [2, 3, 3, *[6] * 256, *[1] * (len(vocabulary()) - 259)],
    }
    unpack(write(tmp_path / "model.gguf", Kind(fields=fields)), tmp_path / "model")
    assert tokens_of(tmp_path / "model", "a말")[-3:] == ["<0xEB>", "<0xA7>", "<0x90>"]
