"""The configuration and the small files of a merged model, so that older readers take it too."""

from collections.abc import Iterable, Mapping
from typing import Any

# What transformers 4 wrote beside the frequencies, and 5 puts among them.
_BESIDE_SCALING = ("rope_theta", "partial_rotary_factor")


def exported(written: Mapping[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    """Add to a ``config.json`` of transformers 5 what MLC, llama.cpp and transformers 4 read.

    transformers 5 writes ``rope_parameters`` and ``dtype`` alone; MLC then takes ``rope_theta`` as
    10,000 (mlc_llm/model/llama/llama_model.py), and no error says so. ``source`` is the configuration
    of the base: what it states of the frequencies stands unchanged. What transformers 5 reads stays.
    """
    config = dict(written)
    config.pop("quantization_config", None)
    rope = config.get("rope_parameters") or source.get("rope_parameters") or {}
    if any(isinstance(value, Mapping) for value in rope.values()):
        # One set for each kind of layer (Gemma 3): the names of the older form are the source's.
        rope = rope.get("full_attention") or {}
    for key in _BESIDE_SCALING:
        if key in rope:
            config[key] = rope[key]
    scaling = {key: value for key, value in rope.items() if key not in _BESIDE_SCALING}
    if rope:
        config["rope_scaling"] = None if scaling.get("rope_type", "default") == "default" else scaling
    for key in (*_BESIDE_SCALING, "rope_scaling", "rope_local_base_freq"):
        if key in source:
            config[key] = source[key]
    config["use_cache"] = source.get("use_cache", True)  # training switches it off
    if "dtype" in config:
        config["torch_dtype"] = config["dtype"]
    return config


def exported_generation(source: Mapping[str, Any], ends: Iterable[int]) -> dict[str, Any]:
    """Give a ``generation_config.json`` that names every token which ends an answer."""
    return {**source, "eos_token_id": sorted(ends)}


def exported_tokenizer(written: Mapping[str, Any]) -> dict[str, Any]:
    """Name a tokenizer's class as every release of transformers knows it."""
    config = dict(written)
    if config.get("tokenizer_class") == "TokenizersBackend":
        config["tokenizer_class"] = "PreTrainedTokenizerFast"
    return config
