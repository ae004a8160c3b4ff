"""Faults of shards, tensors and the library: each is named, and nothing else is."""

from pathlib import Path

import pytest

from tests.compile.check_bundles import edit_metadata
from tests.compile.check_harms import (
    CACHE,
    CHAT,
    OLDER_CACHE,
    Seeded,
    assert_named,
    flip,
    in_cache,
    in_rope,
    rename,
    shorten,
)
from tests.compile.check_variants import Variant

UNTIED = Variant(tied=False)

SEEDED = {
    "a byte of a shard": Seeded(Variant(), flip, "params_shard_1.bin", "md5sum", "contradiction: its MD5"),
    "a shard cut short": Seeded(Variant(), shorten, "params_shard_0.bin", "nbytes", "contradiction: it has"),
    "a missing shard": Seeded(
        Variant(),
        lambda folder: (folder / "params_shard_0.bin").unlink(),
        "params_shard_0.bin",
        "",
        "missing",
    ),
    "a renamed tensor": Seeded(
        Variant(),
        in_cache(rename),
        CACHE,
        "model.embed_tokens.q_weight",
        "renamed: the library takes model.embed_tokens.q_weight, the cache has model.embed_token.q_weight",
    ),
    "another shape in the library": Seeded(
        Variant(),
        lambda folder: edit_metadata(folder, lambda value: value["params"][-1].update(shape=[65])),
        CACHE,
        "model.norm.weight.shape",
        "contradiction: [64] here, the library takes [65]",
    ),
    "another quantisation in the library": Seeded(
        Variant(),
        lambda folder: edit_metadata(folder, lambda value: value.update(quantization="q0f32")),
        CHAT,
        "quantization",
        "contradiction: q4f32_1 here, model.wasm was compiled for q0f32",
    ),
    "two cache files": Seeded(
        Variant(),
        lambda folder: (folder / OLDER_CACHE).write_text('{"records": []}'),
        OLDER_CACHE,
        "",
        "contradiction",
    ),
    "a count of tensors": Seeded(
        Variant(),
        in_cache(lambda value: value["metadata"].update(ParamSize=3)),
        CACHE,
        "metadata.ParamSize",
        "contradiction: 3 tensors are announced, 13 are listed",
    ),
    "the size of a float32 tensor before it is shortened": Seeded(
        Variant(),
        in_cache(lambda value: value["records"][0]["records"][1].update(nbytes=96 * 2 * 4)),
        CACHE,
        "records.0.records.1.nbytes",
        "contradiction: model.embed_tokens.q_scale takes 384 bytes, not 768",
    ),
    "a shard outside the folder": Seeded(
        Variant(),
        in_cache(lambda value: value["records"][0].update(dataPath="../secret")),
        CACHE,
        "records.0.dataPath",
        "malformed: '../secret'",
    ),
    "a library of an older version": Seeded(
        Variant(),
        lambda folder: edit_metadata(folder, lambda value: value.pop("prefill_chunk_size")),
        "model.wasm",
        "_metadata.prefill_chunk_size",
        "missing",
    ),
    "a tied head of its own": Seeded(
        UNTIED,
        in_rope(lambda model: model.update(tie_word_embeddings=True)),
        CACHE,
        "lm_head.q_weight",
        "contradiction: the head is tied",
    ),
    "no head": Seeded(
        Variant(),
        in_rope(lambda model: model.update(tie_word_embeddings=False)),
        CACHE,
        "lm_head",
        "missing",
    ),
    "a library that is a page of an error": Seeded(
        Variant(),
        lambda folder: (folder / "model.wasm").write_text("<html>404</html>"),
        "model.wasm",
        "",
        "malformed: this is no WebAssembly",
    ),
    "a library without metadata": Seeded(
        Variant(),
        lambda folder: (folder / "model.wasm").write_bytes(b"\0asm\x01\0\0\0"),
        "model.wasm",
        "_metadata",
        "missing",
    ),
}
# What breaks more than one promise, and how many more.
MORE = {"the size of a float32 tensor before it is shortened": 1}


@pytest.mark.parametrize("name", SEEDED)
def test_a_seeded_fault_is_named(tmp_path: Path, name: str) -> None:
    assert_named(tmp_path, SEEDED[name], others=MORE.get(name, 0))
