"""What a model of the Llama family is made of, by its config.json."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any, Final, NoReturn

import orjson

from curation.errors import ConfigurationError
from training.base.facts import facts_of

SUPPORTED: Final[Mapping[str, str]] = {
    "llama": "Llama 2 and 3, SmolLM2, Kanana, HyperCLOVA X SEED 0.5B",
    "mistral": "Mistral",
    "qwen2": "Qwen2 and Qwen2.5",
    "qwen3": "Qwen3",
}
_REQUIRED: Final = (
    *("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"),
    *("vocab_size", "max_position_embeddings", "rms_norm_eps"),
)
# What changes the computation without changing a tensor's name, and the value with which it does not.
# Granite, Gemma, MiniCPM, Cohere and the larger HyperCLOVA X have such fields.
_NEUTRAL: Final[Mapping[str, float]] = {
    **dict.fromkeys(("embedding_multiplier", "residual_multiplier", "lm_head_multiplier"), 1.0),
    **dict.fromkeys(("logits_scaling", "logit_scale", "embedding_scale", "scale_emb"), 1.0),
    **dict.fromkeys(("logit_softcapping", "attn_logit_softcapping", "final_logit_softcapping"), 0.0),
    **dict.fromkeys(("use_post_norm", "use_qk_norm", "qk_layernorm"), 0.0),
}
_SCALING: Final = ("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings")


@dataclass(frozen=True, slots=True)
class RopeScaling:
    """Llama 3's scaling of rotary frequencies; the lengths of wave that it keeps and stretches."""

    factor: float
    low_freq_factor: float
    high_freq_factor: float
    original_max_position_embeddings: int


@dataclass(frozen=True, slots=True)
class Architecture:
    """The shape of a model.

    ``context`` and ``sliding_window`` are in tokens; None is a window over everything. ``tied``: the
    output matrix is the embedding. ``qkv_bias`` and ``output_bias`` are those of the attention's
    linear layers, and ``qk_norm`` normalises queries and keys by head.
    """

    model_type: str
    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    vocab: int
    norm_eps: float
    tied: bool
    context: int
    sliding_window: int | None
    rope_theta: float
    rope_scaling: RopeScaling | None
    qkv_bias: bool
    output_bias: bool
    qk_norm: bool


def architecture_of(folder: Path) -> Architecture:
    """Read the architecture of a model folder; of its weights, the headers.

    The base and the scaling of RoPE are read in both forms: ``rope_theta`` and ``rope_scaling``, or
    ``rope_parameters`` as transformers 5 writes them alone.

    Raises
    ------
    ConfigurationError
        When the folder is incomplete, or the model is none of those that can be compiled.
    """
    path = folder / "config.json"
    config = _config(path)
    facts = facts_of(folder)
    kind = facts.model_type
    bias = bool(config.get("attention_bias", False))
    if fault := _multiplied(config, facts.head_dim):
        _refuse(path, f"The model has {fault}, which is not built for the browser.")
    if facts.heads % facts.kv_heads:
        _refuse(path, f"{facts.heads} attention heads cannot share {facts.kv_heads} keys and values evenly.")
    return Architecture(
        model_type=kind,
        hidden=facts.hidden,
        intermediate=facts.intermediate,
        layers=facts.layers,
        heads=facts.heads,
        kv_heads=facts.kv_heads,
        head_dim=facts.head_dim,
        vocab=facts.vocab,
        norm_eps=float(config["rms_norm_eps"]),
        tied=facts.tied,
        context=facts.context,
        # Qwen has a window in its configuration that is switched off beside it.
        sliding_window=config.get("sliding_window") if kind == "mistral" else None,
        rope_theta=facts.rope_theta,
        rope_scaling=_scaling(path, facts.rope_scaling),
        qkv_bias=kind == "qwen2" or bias,
        output_bias=kind != "qwen2" and bias,
        qk_norm=kind == "qwen3",
    )


def _config(path: Path) -> dict[str, Any]:
    try:
        config = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        _refuse(path, f"The configuration of the model cannot be read: {error}")
    if not isinstance(config, dict):
        _refuse(path, "The configuration of the model is not a JSON object.")
    kind = config.get("model_type")
    if kind not in SUPPORTED:
        _refuse(path, f"Models of the kind '{kind}' cannot be compiled.")
    method = (config.get("quantization_config") or {}).get("quant_method")
    if method:
        raise ConfigurationError(
            f"The weights are quantised already ({method}).",
            where=str(path),
            fix="Compile the model that they were made from; `malmoi train merge` writes one in bfloat16.",
        )
    missing = next((key for key in _REQUIRED if config.get(key) is None), None)
    if missing:
        _refuse(path, f"The configuration of the model has no '{missing}'.")
    if fault := _unlike_the_family(config):
        _refuse(path, f"The model has {fault}, which is not built for the browser.")
    return config


def _unlike_the_family(config: Mapping[str, Any]) -> str:
    """Name what changes the computation without changing a tensor's name; empty for nothing."""
    rope = config.get("rope_parameters") or {}
    rotated = config.get("partial_rotary_factor", rope.get("partial_rotary_factor", 1.0))
    act = config.get("hidden_act", "silu")
    if act not in ("silu", "swish"):
        return f"the activation '{act}'"
    if config.get("mlp_bias"):
        return "biases in its feed-forward layers"
    if rotated not in (None, 1, 1.0):
        return f"rotary embedding on a part of each head ({rotated})"
    if config.get("model_type") != "mistral" and config.get("use_sliding_window"):
        return "a sliding window in some of its layers"
    return ""


def _multiplied(config: Mapping[str, Any], size: int) -> str:
    """Name a factor that is not computed; ``size`` is that of a head. Empty for nothing."""
    # Attention divides by the root of a head's size, whatever says so.
    neutral = {**_NEUTRAL, "attention_multiplier": size**-0.5, "query_pre_attn_scalar": size}
    for field, value in neutral.items():
        found = config.get(field)
        if found is not None and not (isinstance(found, int | float) and isclose(found, value)):
            return f"'{field}': {found}"
    return ""


def _scaling(path: Path, rope: Mapping[str, Any] | None) -> RopeScaling | None:
    if rope is None:
        return None
    kind = rope.get("rope_type", rope.get("type"))
    if kind != "llama3":
        _refuse(path, f"RoPE scaled by '{kind}' is not built for the browser; 'llama3' is.")
    missing = next((key for key in _SCALING if rope.get(key) is None), None)
    if missing:
        _refuse(path, f"The scaling of RoPE has no '{missing}'.")
    factor, low, high, original = (rope[key] for key in _SCALING)
    return RopeScaling(float(factor), float(low), float(high), int(original))


def _refuse(path: Path, what: str) -> NoReturn:
    known = "; ".join(f"{kind} ({names})" for kind, names in SUPPORTED.items())
    raise ConfigurationError(
        what, where=str(path), fix=f"Choose a model of a kind that can be compiled: {known}."
    )
