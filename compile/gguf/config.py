"""What model a GGUF file holds: config.json as transformers has it, from the file's fields."""

from math import isclose
from typing import Any, Final

import numpy as np

from compile.gguf.reading import GgufFile
from compile.gguf.rope import scaling_of
from compile.models import Architecture, RopeScaling

# Mistral's files call themselves llama, and compute as it does.
SUPPORTED: Final = {
    "llama": "Llama 2 and 3, Mistral, SmolLM2, Kanana",
    "qwen2": "Qwen2 and Qwen2.5",
    "qwen3": "Qwen3",
}
_CLASSES: Final = {
    "llama": "LlamaForCausalLM",
    "mistral": "MistralForCausalLM",
    "qwen2": "Qwen2ForCausalLM",
    "qwen3": "Qwen3ForCausalLM",
}
_MULTIPLIED: Final = (
    *("attention.scale", "embedding_scale", "residual_scale", "logit_scale"),
    *("attn_logit_softcapping", "final_logit_softcapping"),
)
_EMBEDDING, _HEAD, _FACTORS = "token_embd.weight", "output.weight", "rope_freqs.weight"
_TOKENS: Final = {
    "bos_token_id": "bos_token_id",
    "eos_token_id": "eos_token_id",
    "pad_token_id": "padding_token_id",
}


def config_of(file: GgufFile) -> dict[str, Any]:
    """Write the configuration of the model.

    Raises
    ------
    ConfigurationError
        When the model is of another kind, or a field is missing or contradicts another.
    """
    kind = file.text("general.architecture")
    if kind not in SUPPORTED:
        known = "; ".join(f"{name} ({models})" for name, models in SUPPORTED.items())
        raise file.refusal(
            f"Models of the kind '{kind}' cannot be compiled.",
            f"Choose a GGUF of a kind that can be compiled: {known}.",
        )
    if file.number(f"{kind}.expert_count", 0):
        raise file.refusal(
            "The model is a mixture of experts, which is not built for the browser.",
            "Choose a model without experts.",
        )
    heads = file.whole(f"{kind}.attention.head_count")
    hidden = file.whole(f"{kind}.embedding_length")
    size = file.whole(f"{kind}.attention.key_length", hidden // heads)
    _require_whole_heads(file, kind, size)
    _require_no_factors(file, kind, size)
    theta = file.number(f"{kind}.rope.freq_base", 10_000.0)
    window = file.whole(f"{kind}.attention.sliding_window", 0) if kind == "llama" else 0
    name = "mistral" if window else kind
    rope = {"rope_type": "default", **(_scaling(file, kind, theta) or {}), "rope_theta": theta}
    config = {
        "architectures": [_CLASSES[name]],
        "model_type": name,
        "vocab_size": _vocabulary(file),
        "hidden_size": hidden,
        "intermediate_size": file.whole(f"{kind}.feed_forward_length"),
        "num_hidden_layers": file.whole(f"{kind}.block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": file.whole(f"{kind}.attention.head_count_kv", heads),
        "head_dim": size,
        "hidden_act": "silu",
        "max_position_embeddings": file.whole(f"{kind}.context_length"),
        # The file has it in float32; what was meant is the shortest number of that value.
        "rms_norm_eps": float(str(np.float32(file.number(f"{kind}.attention.layer_norm_rms_epsilon")))),
        "rope_theta": theta,
        "rope_parameters": rope,
        "tie_word_embeddings": _HEAD not in file.tensors,
        "attention_bias": kind == "llama" and "blk.0.attn_q.bias" in file.tensors,
        "dtype": "float32",
    }
    if window:
        config["sliding_window"] = window
    return config | {
        key: file.whole(f"tokenizer.ggml.{field}")
        for key, field in _TOKENS.items()
        if file.value(f"tokenizer.ggml.{field}") is not None
    }


def architecture_of(config: dict[str, Any]) -> Architecture:
    """Give the architecture that a configuration of `config_of` describes."""
    kind, rope = config["model_type"], config["rope_parameters"]
    scaled = {key: rope[key] for key in RopeScaling.__slots__} if rope["rope_type"] == "llama3" else None
    return Architecture(
        model_type=kind,
        hidden=config["hidden_size"],
        intermediate=config["intermediate_size"],
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        kv_heads=config["num_key_value_heads"],
        head_dim=config["head_dim"],
        vocab=config["vocab_size"],
        norm_eps=config["rms_norm_eps"],
        tied=config["tie_word_embeddings"],
        context=config["max_position_embeddings"],
        sliding_window=config.get("sliding_window"),
        rope_theta=config["rope_theta"],
        rope_scaling=None if scaled is None else RopeScaling(**scaled),
        qkv_bias=kind == "qwen2" or config["attention_bias"],
        output_bias=config["attention_bias"],
        qk_norm=kind == "qwen3",
    )


def _require_whole_heads(file: GgufFile, kind: str, size: int) -> None:
    for key in ("attention.value_length", "rope.dimension_count"):
        stated = file.whole(f"{kind}.{key}", size)
        if stated != size:
            raise file.refusal(
                f"A head has {size} numbers, and '{kind}.{key}' says {stated}.",
                "Choose a model whose whole heads are rotated: others are not built for the browser.",
            )


def _require_no_factors(file: GgufFile, kind: str, size: int) -> None:
    """Refuse what changes the computation without a tensor of its own; 0 stands for what is usual."""
    for key in _MULTIPLIED:
        stated = file.number(f"{kind}.{key}", 0.0)
        usual = (size**-0.5,) if key == "attention.scale" else (1.0,) if key.endswith("_scale") else ()
        if stated and not any(isclose(stated, one, rel_tol=1e-6) for one in usual):
            raise file.refusal(
                f"The model has '{kind}.{key}' {stated:g}, which is not built for the browser.",
                "Choose another model.",
            )


def _vocabulary(file: GgufFile) -> int:
    """Count the rows of the embedding; every token must have one."""
    embedding = file.tensors.get(_EMBEDDING)
    if embedding is None:
        raise file.refusal(f"The GGUF file lacks the tensor '{_EMBEDDING}'.", "Copy or download it again.")
    rows, tokens = int(embedding.shape[-1]), len(file.value("tokenizer.ggml.tokens") or ())
    if tokens > rows:
        raise file.refusal(
            f"The tokenizer has {tokens:,} tokens, and the embedding only {rows:,} rows.",
            "Convert the model again, with the tokenizer that it was trained with.",
        )
    return rows


def _scaling(file: GgufFile, kind: str, theta: float) -> dict[str, Any] | None:
    named = file.text(f"{kind}.rope.scaling.type")
    if named not in ("", "none"):
        raise file.refusal(
            f"RoPE scaled by '{named}' is not built for the browser; that of Llama 3 is.",
            "Choose another model.",
        )
    factors = file.tensors.get(_FACTORS)
    if factors is None:
        return None
    try:
        found = scaling_of(np.asarray(factors.data, np.float32), theta)
    except ValueError as error:
        raise file.refusal(f"The model cannot be taken: {error}.", "Choose another model.") from error
    return None if found is None else dict(found)
