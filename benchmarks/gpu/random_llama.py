"""A Llama with random weights in NF4, made layer by layer on the device: only one is whole at a time."""

from typing import Any

import torch
from bitsandbytes.nn import Linear4bit, Params4bit
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

# What Llama-3-8B's config.json says.
SHAPES: dict[str, dict[str, Any]] = {
    "8b": {
        "vocab_size": 128_256,
        "hidden_size": 4096,
        "intermediate_size": 14_336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "max_position_embeddings": 8192,
    },
    "tiny": {
        "vocab_size": 512,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
    },
}


def quantised_llama(shape: str, device: torch.device, dtype: torch.dtype) -> LlamaForCausalLM:
    """The linear layers are NF4 with double quantisation, as QLoRA has them; embeddings and head are not."""
    config = LlamaConfig(
        **SHAPES[shape],
        rope_parameters={"rope_type": "default", "rope_theta": 500_000.0},
        tie_word_embeddings=False,
        dtype=dtype,
    )
    with torch.device("meta"):
        model = LlamaForCausalLM(config).to(dtype)
    deviation = config.initializer_range
    for name, module in list(model.model.layers.named_modules()):
        if not isinstance(module, torch.nn.Linear):
            continue
        layer = Linear4bit(
            module.in_features,
            module.out_features,
            bias=False,
            compute_dtype=dtype,
            quant_type="nf4",
            device="meta",
        )
        weight = torch.empty(module.weight.shape, dtype=dtype, device=device).normal_(std=deviation)
        # On the device already: quantised at once, so that the next layer finds the room free again.
        layer.weight = Params4bit(weight, requires_grad=False, quant_type="nf4").to(device)
        del weight
        model.model.layers.set_submodule(name, layer)
    for name, parameter in list(model.named_parameters()):
        if parameter.is_meta:
            whole = torch.ones if "norm" in name else torch.empty
            value = whole(parameter.shape, dtype=dtype, device=device)
            if "norm" not in name:
                value.normal_(std=deviation)
            owner, _, leaf = name.rpartition(".")
            setattr(model.get_submodule(owner), leaf, torch.nn.Parameter(value, requires_grad=False))
    # Buffers (the frequencies of the position embedding) are reckoned, not stored.
    model.model.rotary_emb = type(model.model.rotary_emb)(config=config).to(device)
    model.is_loaded_in_4bit = True  # how PEFT knows which adapters fit
    model.config.use_cache = False
    return model


def with_adapters(model: LlamaForCausalLM) -> Any:
    """LoRA as `training.config.Method` has it by default, in float32, with gradient checkpointing."""
    adapted = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules="all-linear"))
    for parameter in adapted.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    adapted.enable_input_require_grads()
    adapted.gradient_checkpointing_enable({"use_reentrant": False})
    return adapted.train()


def multiplied_parameters(shape: str) -> int:
    """The weights that a token is multiplied with: all but the embedding."""
    made = SHAPES[shape]
    hidden, inner = made["hidden_size"], made["intermediate_size"]
    narrow = hidden // made["num_attention_heads"] * made["num_key_value_heads"]
    layer = 2 * hidden * hidden + 2 * hidden * narrow + 3 * hidden * inner
    return made["num_hidden_layers"] * layer + hidden * made["vocab_size"]
