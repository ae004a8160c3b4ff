"""Writes GGUF files as llama.cpp's converter does, of small models with random weights."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGML_QUANT_SIZES, MODEL_ARCH, GGMLQuantizationType, GGUFWriter, get_tensor_name_map
from gguf.quants import quantize
from tokenizers.pre_tokenizers import ByteLevel

HIDDEN, HEADS, KV_HEADS, HEAD, FEED, LAYERS, CONTEXT = 256, 4, 2, 64, 512, 2, 512
UNMADE = ("Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "I32")
_KINDS = {"llama": MODEL_ARCH.LLAMA, "qwen2": MODEL_ARCH.QWEN2, "qwen3": MODEL_ARCH.QWEN3}
_CONTROL = ("<|end|>", "<|im_start|>", "<|im_end|>")
_TEMPLATE = "{% for message in messages %}{{ message.content }}<|im_end|>{% endfor %}"


@dataclass(frozen=True)
class Kind:
    """What a file holds; ``fields`` are set last, and None takes one away."""

    architecture: str = "llama"
    dtype: str = "F32"
    tied: bool = True
    bias: bool = False
    norms: bool = False
    scaling: Mapping[str, float] | None = None
    theta: float = 100_000.0
    split: str = "default"
    fields: Mapping[str, Any] = field(default_factory=dict)
    without: str = ""
    more: str = ""


def vocabulary() -> list[str]:
    return [*_CONTROL, *sorted(ByteLevel.alphabet()), "12", "20", "ab"]


def hf_tensors(kind: Kind, seed: int = 3) -> dict[str, np.ndarray]:
    """The model's weights as transformers has them."""
    draw = np.random.default_rng(seed)
    keys = KV_HEADS * HEAD
    rows = {"q_proj": HEADS * HEAD, "k_proj": keys, "v_proj": keys}
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (len(vocabulary()), HIDDEN)}
    for layer in range(LAYERS):
        name = f"model.layers.{layer}."
        for one, count in rows.items():
            shapes[f"{name}self_attn.{one}.weight"] = (count, HIDDEN)
            if kind.bias:
                shapes[f"{name}self_attn.{one}.bias"] = (count,)
        shapes[f"{name}self_attn.o_proj.weight"] = (HIDDEN, HEADS * HEAD)
        if kind.norms:
            shapes |= {f"{name}self_attn.{one}_norm.weight": (HEAD,) for one in "qk"}
        shapes |= {f"{name}mlp.{one}_proj.weight": (FEED, HIDDEN) for one in ("gate", "up")}
        shapes[f"{name}mlp.down_proj.weight"] = (HIDDEN, FEED)
        norms = ("input_layernorm", "post_attention_layernorm")
        shapes |= {f"{name}{one}.weight": (HIDDEN,) for one in norms}
    shapes["model.norm.weight"] = (HIDDEN,)
    if not kind.tied:
        shapes["lm_head.weight"] = (len(vocabulary()), HIDDEN)
    return {
        name: (draw.normal(0, 0.08, shape) + ("norm" in name)).astype(np.float32)
        for name, shape in shapes.items()
    }


def scaling_factors(scaling: Mapping[str, float], theta: float, head: int = HEAD) -> np.ndarray:
    """As llama.cpp's converter computes them, one frequency after another."""
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    original, factor = scaling["original_max_position_embeddings"], scaling["factor"]
    found = []
    for place in range(0, head, 2):
        wave = 2 * math.pi * theta ** (place / head)
        if wave < original / high:
            found.append(1.0)
        elif wave > original / low:
            found.append(factor)
        else:
            smooth = (original / wave - low) / (high - low)
            found.append(1 / ((1 - smooth) / factor + smooth))
    return np.array(found, np.float32)


def write(path: Path, kind: Kind | None = None) -> Path:
    """Write a file; matrices are of the type that is asked for, vectors of float32."""
    one = kind or Kind()
    writer = GGUFWriter(path, one.architecture)
    for key, value in {**_fields(one), **one.fields}.items():
        _add(writer, key, value)
    for name, values in _tensors(one).items():
        _add_tensor(writer, name, values, one.dtype if values.ndim == 2 else "F32")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _fields(one: Kind) -> dict[str, Any]:
    tokens = vocabulary()
    own = {
        "context_length": CONTEXT,
        "embedding_length": HIDDEN,
        "block_count": LAYERS,
        "feed_forward_length": FEED,
        "attention.head_count": HEADS,
        "attention.head_count_kv": KV_HEADS,
        "attention.layer_norm_rms_epsilon": 1e-5,
        "rope.freq_base": one.theta,
        "rope.dimension_count": HEAD,
    }
    return {
        "general.name": "openings",
        "general.license": "apache-2.0",
        **{f"{one.architecture}.{key}": value for key, value in own.items()},
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": one.split,
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [3] * len(_CONTROL) + [1] * (len(tokens) - len(_CONTROL)),
        "tokenizer.ggml.merges": ["1 2", "2 0", "a b"],
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.chat_template": _TEMPLATE,
    }


def _add(writer: GGUFWriter, key: str, value: Any) -> None:
    if value is None or key == "general.architecture":
        return
    if isinstance(value, str):
        writer.add_string(key, value)
    elif isinstance(value, bool):
        writer.add_bool(key, value)
    elif isinstance(value, int):
        writer.add_uint32(key, value)
    elif isinstance(value, float):
        writer.add_float32(key, value)
    else:
        writer.add_array(key, value)


def _tensors(one: Kind) -> dict[str, np.ndarray]:
    names = get_tensor_name_map(_KINDS[one.architecture], LAYERS)
    found = {}
    for name, values in hf_tensors(one).items():
        stem, _, last = name.rpartition(".")
        ordered = _paired(name, values) if one.architecture == "llama" else values
        found[f"{names.get_name(stem)}.{last}"] = ordered
    if one.scaling:
        found["rope_freqs.weight"] = scaling_factors(one.scaling, one.theta)
    if one.more:
        found[one.more] = np.zeros(32, np.float32)
    found.pop(one.without, None)
    return found


def _paired(name: str, values: np.ndarray) -> np.ndarray:
    """The rows of queries and keys in llama.cpp's order: the halves of a head in turns."""
    heads = {"q_proj": HEADS, "k_proj": KV_HEADS}.get(name.split(".")[-2])
    if heads is None:
        return values
    turns = []
    for head in np.split(values, heads):
        first, second = np.split(head, 2)
        turns.append(np.stack([first, second], axis=1).reshape(head.shape))
    return np.concatenate(turns)


def _add_tensor(writer: GGUFWriter, name: str, values: np.ndarray, dtype: str) -> None:
    kind = GGMLQuantizationType[dtype]
    if dtype == "F32":
        writer.add_tensor(name, values)
    elif dtype == "F16":
        writer.add_tensor(name, values.astype(np.float16))
    elif dtype in UNMADE:
        writer.add_tensor(name, _any_bytes(values.shape, kind), raw_dtype=kind)
    else:
        writer.add_tensor(name, quantize(values, kind), raw_dtype=kind)


def _any_bytes(shape: tuple[int, ...], kind: GGMLQuantizationType) -> np.ndarray:
    """Blocks of a type that the package reads and does not write; no half of them is infinite."""
    numbers, size = GGML_QUANT_SIZES[kind]
    draw = np.random.default_rng(shape[0])
    return draw.integers(0, 256, (shape[0], shape[1] // numbers * size), np.uint8) & 0x3B
