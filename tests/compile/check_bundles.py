"""Writes small browser bundles as MLC, TVM and web-llm have them, for the check to look at."""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.compile.check_variants import Variant

LIBRARY = "model.wasm"
CACHES = ("tensor-cache.json", "ndarray-cache.json")


def make(folder: Path, variant: Variant | None = None) -> Path:
    """Write a bundle without a fault."""
    one = variant or Variant()
    (folder / one.libraries).mkdir(parents=True, exist_ok=True)
    tensors = _tensors(one)
    _write_cache(folder, tensors, one)
    _dump(folder / "tokenizer.json", _tokenizer(one))
    _dump(folder / "tokenizer_config.json", {"eos_token": "<|im_end|>"})
    _dump(folder / "mlc-chat-config.json", _chat_config(one))
    (folder / one.libraries / LIBRARY).write_bytes(_library(_metadata(one, tensors)))
    if one.adapter:
        features = ["subgroups", *(["shader-f16"] if one.f16 else [])]
        _dump(
            folder / "adapter.json",
            {"features": features, "limits": {"maxStorageBufferBindingSize": 1 << 27}},
        )
    _dump(folder / "app-config.json", {"model_list": [_record(folder, one)]})
    return folder


def edit(folder: Path, name: str, change: Callable[[Any], object]) -> None:
    """Change the JSON of a file in place; a cache file under both of its names."""
    for one in CACHES if name in CACHES else (name,):
        value = json.loads((folder / one).read_text(encoding="utf-8"))
        change(value)
        _dump(folder / one, value)


def edit_metadata(folder: Path, change: Callable[[Any], object]) -> None:
    """Change what the library says of itself."""
    content = (folder / LIBRARY).read_bytes()
    start, end = content.index(b'{"model_type": "'), content.rindex(b"}") + 1
    value = json.loads(content[start:end])
    change(value)
    (folder / LIBRARY).write_bytes(_library(value))


def sri(content: bytes, algorithm: str) -> str:
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


def _dump(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def _tensors(one: Variant) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(len(repr(one)))
    full = "float16" if one.f16 else "float32"
    found: dict[str, np.ndarray] = {}

    def matrix(name: str, rows: int, columns: int) -> None:
        if one.quantization.startswith("q0"):
            found[f"{name}.weight"] = rng.normal(size=(rows, columns)).astype(full)
            return
        found[f"{name}.q_weight"] = rng.integers(0, 1 << 32, size=(rows, columns // 8), dtype=np.uint32)
        found[f"{name}.q_scale"] = rng.random((rows, columns // 32)).astype(full)

    size = one.hidden
    matrix("model.embed_tokens", one.vocabulary, size)
    for layer in range(one.layers):
        matrix(f"model.layers.{layer}.self_attn.qkv_proj", 2 * size, size)
        matrix(f"model.layers.{layer}.self_attn.o_proj", size, size)
        matrix(f"model.layers.{layer}.mlp.gate_up_proj", 4 * size, size)
        matrix(f"model.layers.{layer}.mlp.down_proj", size, 2 * size)
        for norm in ("input_layernorm", "post_attention_layernorm"):
            found[f"model.layers.{layer}.{norm}.weight"] = np.ones(size, full)
    found["model.norm.weight"] = np.ones(size, full)
    if not one.tied:
        matrix("lm_head", one.vocabulary, size)
    return found


def _encoded(tensor: np.ndarray) -> bytes:
    """float32 becomes bfloat16, rounded to the nearest even; anything else stays."""
    if tensor.dtype != np.float32:
        return tensor.tobytes()
    bits = tensor.view(np.uint32).astype(np.uint64)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16).tobytes()


def _write_cache(folder: Path, tensors: dict[str, np.ndarray], one: Variant) -> None:
    shards: list[dict[str, Any]] = []
    pending: list[tuple[dict[str, Any], bytes]] = []

    def flush(held: list[tuple[dict[str, Any], bytes]]) -> None:
        if not held:
            return
        content, records = b"", []
        for record, data in held:
            records.append({**record, "byteOffset": len(content)})
            content += data
        name = f"params_shard_{len(shards)}.bin"
        (folder / name).write_bytes(content)
        md5 = hashlib.md5(content).hexdigest()
        shard = {"dataPath": name, "format": "raw-shard", "nbytes": len(content)}
        shards.append({**shard, "records": records, "md5sum": md5})

    for name, tensor in tensors.items():
        data = _encoded(tensor)
        record = {"name": name, "shape": list(tensor.shape), "dtype": str(tensor.dtype)}
        record |= {"format": "f32-to-bf16", "nbytes": len(data)}
        if sum(len(held) for _, held in pending) + len(data) >= one.cap:
            if len(data) * 2 >= one.cap:
                flush([(record, data)])
                continue
            flush(pending)
            pending = []
        pending.append((record, data))
    flush(pending)
    size = sum(tensor.nbytes for tensor in tensors.values())
    metadata = {"ParamSize": len(tensors), "ParamBytes": float(size), "BitsPerParam": 5.0}
    for name in CACHES:
        _dump(folder / name, {"metadata": metadata, "records": shards})


def _tokenizer(one: Variant) -> dict[str, Any]:
    added = ["<unk>", "<|im_start|>", "<|im_end|>", "</s>"]
    words = [f"말{number}" for number in range(len(added), one.vocabulary)]
    tokens = [*added, *words]
    vocabulary: object = {token: place for place, token in enumerate(tokens)}
    if one.unigram:
        vocabulary = [[token, -1.0] for token in tokens]
    return {
        "added_tokens": [
            {"id": place, "content": token, "special": True} for place, token in enumerate(added)
        ],
        "model": {"type": "Unigram" if one.unigram else "BPE", "vocab": vocabulary, "merges": []},
    }


def _chat_config(one: Variant) -> dict[str, Any]:
    model: dict[str, Any] = {"hidden_size": one.hidden, "tie_word_embeddings": one.tied}
    base = "position_embedding_base" if one.rope_form == "mlc" else "rope_theta"
    model |= {base: one.theta, "rope_scaling": one.scaling}
    if one.rope_form == "both":
        model["rope_parameters"] = {"rope_type": "default", **(one.scaling or {}), "rope_theta": one.theta}
    stops = [one.eos] if isinstance(one.eos, int) else list(one.eos)
    return {
        "version": "0.1.0",
        "model_type": "llama",
        "quantization": one.quantization,
        "model_config": model,
        "vocab_size": one.vocabulary,
        "context_window_size": -1 if one.sliding else one.context,
        "sliding_window_size": one.context if one.sliding else -1,
        "prefill_chunk_size": one.chunk,
        "attention_sink_size": 4 if one.sliding else -1,
        "tokenizer_files": ["tokenizer.json", "tokenizer_config.json"],
        "conv_template": {
            "name": "chatml",
            "system_template": "<|im_start|>system\n{system_message}<|im_end|>\n",
            "system_message": "근거를 밝혀 답합니다.",
            "system_prefix_token_ids": None,
            "roles": {"user": "<|im_start|>user", "assistant": "<|im_start|>assistant"},
            "role_templates": {"user": "{user_message}", "assistant": "{assistant_message}"},
            "messages": [],
            "seps": ["<|im_end|>\n"],
            "role_content_sep": "\n",
            "role_empty_sep": "\n",
            "stop_str": ["<|im_end|>"],
            "stop_token_ids": stops,
        },
        "eos_token_id": one.eos if isinstance(one.eos, int) else list(one.eos),
    }


def _metadata(one: Variant, tensors: dict[str, np.ndarray]) -> dict[str, Any]:
    stated = _chat_config(one)
    windows = ("context_window_size", "sliding_window_size", "prefill_chunk_size", "attention_sink_size")
    return {
        **{name: stated[name] for name in ("model_type", "quantization", *windows)},
        "kv_cache": {"num_hidden_layers": one.layers, "num_key_value_heads": 1, "head_dim": one.hidden // 2},
        "params": [
            {"name": name, "shape": list(tensor.shape), "dtype": str(tensor.dtype)}
            for name, tensor in tensors.items()
        ],
    }


def _library(metadata: dict[str, Any]) -> bytes:
    """A module with one custom section, which holds the metadata among other bytes."""
    text = json.dumps(metadata).encode()
    section = b"\x04data" + b'{"model_type": none}\xff' + len(text).to_bytes(8, "little") + text + b"\0\xfe"
    size, length = len(section), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return b"\0asm\x01\0\0\0" + b"\0" + length + bytes([size]) + section


def _record(folder: Path, one: Variant) -> dict[str, Any]:
    record: dict[str, Any] = {
        "model": "./",
        "model_id": f"malmoi-{one.quantization}-MLC",
        "model_lib": f"./{one.libraries}{LIBRARY}",
        "overrides": one.overrides,
        "required_features": ["shader-f16"] if one.f16 else [],
        "buffer_size_required_bytes": 1 << 26,
    }
    if one.integrity:
        files = {"config": "mlc-chat-config.json", "model_lib": one.libraries + LIBRARY}
        hashes = {part: sri((folder / name).read_bytes(), one.integrity) for part, name in files.items()}
        tokenizer = {"tokenizer.json": sri((folder / "tokenizer.json").read_bytes(), one.integrity)}
        record["integrity"] = {**hashes, "tokenizer": tokenizer, "onFailure": "error"}
    return record
