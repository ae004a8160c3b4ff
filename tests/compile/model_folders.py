"""Model folders as others make them, written by hand: config.json, safetensors, tokenizer.json."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

LLAMA: Mapping[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 40,
    "intermediate_size": 72,
    "num_hidden_layers": 1,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 10,
    "vocab_size": 50,
    "max_position_embeddings": 256,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
    "hidden_act": "silu",
    "tie_word_embeddings": False,
}
SHAPES: Mapping[str, tuple[int, ...]] = {
    "model.embed_tokens.weight": (50, 40),
    "model.layers.0.self_attn.q_proj.weight": (40, 40),
    "model.layers.0.self_attn.k_proj.weight": (20, 40),
    "model.layers.0.self_attn.v_proj.weight": (20, 40),
    "model.layers.0.self_attn.o_proj.weight": (40, 40),
    "model.layers.0.mlp.gate_proj.weight": (72, 40),
    "model.layers.0.mlp.up_proj.weight": (72, 40),
    "model.layers.0.mlp.down_proj.weight": (40, 72),
    "model.layers.0.input_layernorm.weight": (40,),
    "model.layers.0.post_attention_layernorm.weight": (40,),
    "model.norm.weight": (40,),
    "lm_head.weight": (50, 40),
}
_NAMES = {"float32": "F32", "float16": "F16", "uint16": "BF16", "int8": "I8"}


def random_tensors(shapes: Mapping[str, tuple[int, ...]] = SHAPES) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(7)
    return {name: generator.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}


def save_tensors(path: Path, tensors: Mapping[str, np.ndarray]) -> None:
    """Arrays of uint16 are the bits of bfloat16."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, values in tensors.items():
        header[name] = {
            "dtype": _NAMES[str(values.dtype)],
            "shape": list(values.shape),
            "data_offsets": [end, end + values.nbytes],
        }
        end += values.nbytes
    written = json.dumps(header).encode()
    content = b"".join(values.tobytes() for values in tensors.values())
    path.write_bytes(struct.pack("<Q", len(written)) + written + content)


def save_tokenizer(folder: Path, tokens: int = 50) -> None:
    vocab = {f"t{number}": number for number in range(tokens)}
    told = {"version": "1.0", "added_tokens": [], "model": {"type": "BPE", "vocab": vocab, "merges": []}}
    (folder / "tokenizer.json").write_text(json.dumps(told), encoding="utf-8")


def save_config(folder: Path, **changes: Any) -> None:
    config = {key: value for key, value in {**LLAMA, **changes}.items() if value is not ...}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def save_folder(folder: Path, tensors: Mapping[str, np.ndarray] | None = None, **changes: Any) -> Path:
    """A whole folder; a change to ``...`` takes a field of the configuration away."""
    folder.mkdir(exist_ok=True)
    save_config(folder, **changes)
    save_tokenizer(folder)
    save_tensors(folder / "model.safetensors", random_tensors() if tensors is None else tensors)
    return folder
