"""Tiny random models of each kind that can be compiled, with a tokenizer that loses no text."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from compile.conversation import ChatSettings, write_chat_config
from compile.formats import QUANTISATIONS, convert

CONTEXT = 256
CHUNK = 32
_SCALED = {
    "rope_type": "llama3",
    "rope_theta": 500_000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    # Short, so that the scaling counts within a short prompt.
    "original_max_position_embeddings": 64,
}
# What sets a kind apart: its class in transformers, and its configuration.
_KINDS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "llama": ("Llama", {}),
    "llama3": ("Llama", {"rope_parameters": _SCALED, "tie_word_embeddings": True}),
    "mistral": ("Mistral", {"sliding_window": None, "head_dim": 16}),
    "qwen2": ("Qwen2", {"tie_word_embeddings": True}),
    "qwen3": ("Qwen3", {"head_dim": 32}),
}
KINDS = tuple(_KINDS)


def save_llm(folder: Path, kind: str, *, seed: int = 5, rounded: bool = False, **changes: Any) -> Path:
    """A folder as transformers writes it. ``rounded``: every weight is a number that bfloat16 has."""
    import torch
    import transformers

    from tests.chat.tiny_model import save_tokenizer

    name, fields = _KINDS[kind]
    tokenizer = save_tokenizer(folder)
    config = getattr(transformers, f"{name}Config")(
        **{
            "vocab_size": len(tokenizer),
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "max_position_embeddings": CONTEXT,
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "tie_word_embeddings": False,
            **fields,
            **changes,
        }
    )
    model = getattr(transformers, f"{name}ForCausalLM")(config)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            # Larger than usual, biases and norms too: the likeliest token then depends on all of them.
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.4)
            if parameter.ndim == 1:
                parameter.add_(0.5)
            if rounded:
                parameter.copy_(parameter.bfloat16().float())
    model.save_pretrained(folder)
    return folder


def write_weights(folder: Path, out: Path, quantisation: str) -> Path:
    """The model's weights and configuration as a bundle holds them, without a template of its chat."""
    write_chat_config(folder, out, {"name": "none"}, ChatSettings(quantisation, CONTEXT, CHUNK))
    convert(folder, QUANTISATIONS[quantisation], out)
    return out
