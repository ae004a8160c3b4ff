"""What a base model is, by its config.json and the headers of its weights: nothing is loaded."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from typing import Any, Final, NoReturn

import orjson

from curation.errors import ConfigurationError
from training.base.weights import header_of, weight_files

# What `transformers` takes for a model that says nothing.
_PLAIN_THETA: Final = 10_000.0
_OUTPUT: Final = "lm_head.weight"
# What is asked of every model, and what decides further shapes.
_ASKED: Final = (
    *("hidden_size", "num_attention_heads", "num_hidden_layers", "vocab_size", "max_position_embeddings"),
    *("intermediate_size", "num_key_value_heads", "head_dim"),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """The shape of a model.

    ``parameters`` counts a matrix once that is input and output embedding at a time (``tied``).
    ``linear_parameters`` are those of the linear layers except the output embedding, which is what
    NF4 takes and where adapters stand; ``embedding_parameters`` those of the embeddings, input and output.
    ``context`` is in tokens, ``weight_bytes`` what the weights take on disk.
    ``dtype`` is the type of the largest of them, as safetensors writes it (``F32``, ``BF16``…).
    ``quantised`` names the method of weights that come quantised, else it is empty.
    """

    architecture: str
    model_type: str
    layers: int
    hidden: int
    intermediate: int
    heads: int
    kv_heads: int
    head_dim: int
    vocab: int
    tied: bool
    parameters: int
    linear_parameters: int
    embedding_parameters: int
    context: int
    rope_theta: float
    rope_scaling: dict[str, Any] | None
    weight_bytes: int
    dtype: str
    quantised: str
    linear_shapes: tuple[tuple[int, int], ...]
    """Output and input features of every linear layer."""
    linear_names: tuple[str, ...]
    """Names of the linear layers, in the order of ``linear_shapes``."""

    def as_json(self) -> dict[str, Any]:
        """Give the facts as JSON data, without the list of layers."""
        return {key: value for key, value in asdict(self).items() if not key.startswith("linear_")} | {
            "linear_parameters": self.linear_parameters
        }


def facts_of(folder: Path) -> Facts:
    """Read the facts of a model folder.

    Raises
    ------
    ConfigurationError
        When the folder is incomplete or damaged, or no causal language model.
    """
    whole = _config(folder / "config.json")
    config = {**whole, **whole.get("text_config", {})}
    if any(key not in config for key in _ASKED[:5]):
        config = {**_defaults(folder), **config}
    tensors = {name: one for path in weight_files(folder) for name, one in header_of(path).items()}
    tied = bool(config.get("tie_word_embeddings", not any(name.endswith(_OUTPUT) for name in tensors)))
    if tied:  # some folders hold the same matrix twice
        tensors = {name: one for name, one in tensors.items() if not name.endswith(_OUTPUT)}
    sizes = {name: prod(one["shape"]) for name, one in tensors.items()}
    linear = {name: one["shape"] for name, one in tensors.items() if _is_linear(name, one["shape"])}
    rope = _rope(config)
    hidden, heads = _number(config, folder, "hidden_size"), _number(config, folder, "num_attention_heads")
    return Facts(
        architecture=next(iter(whole.get("architectures") or [""])),
        model_type=str(whole.get("model_type", "")),
        layers=_number(config, folder, "num_hidden_layers"),
        hidden=hidden,
        intermediate=config.get("intermediate_size") or 4 * hidden,
        heads=heads,
        kv_heads=config.get("num_key_value_heads") or heads,
        head_dim=config.get("head_dim") or hidden // heads,
        vocab=_number(config, folder, "vocab_size"),
        tied=tied,
        parameters=sum(sizes.values()),
        linear_parameters=sum(sizes[name] for name in linear),
        embedding_parameters=sum(size for name, size in sizes.items() if _is_embedding(name)),
        context=_number(config, folder, "max_position_embeddings"),
        rope_theta=float(rope.pop("rope_theta", config.get("rope_theta") or _PLAIN_THETA)),
        rope_scaling=None if rope.get("rope_type", rope.get("type", "default")) == "default" else rope,
        weight_bytes=sum(one["data_offsets"][1] - one["data_offsets"][0] for one in tensors.values()),
        dtype=max(tensors.values(), key=lambda one: prod(one["shape"]))["dtype"],
        quantised=str((whole.get("quantization_config") or {}).get("quant_method", "")),
        linear_shapes=tuple((shape[0], shape[1]) for shape in linear.values()),
        linear_names=tuple(name.removesuffix(".weight") for name in linear),
    )


def _config(path: Path) -> dict[str, Any]:
    try:
        config = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        _refuse(path, f"The configuration of the model cannot be read: {error}")
    if not isinstance(config, dict) or not isinstance(config.get("text_config", {}), dict):
        _refuse(path, "The configuration of the model is not a JSON object.")
    return config


def _defaults(folder: Path) -> dict[str, Any]:
    """What a model's own kind says where its file says nothing (Gemma 3), or by another name (GPT-2)."""
    from transformers import AutoConfig  # noqa: PLC0415

    try:
        told = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # of a kind that nobody knows: what is missing is named
    text = told.get_text_config()
    return {key: getattr(text, key) for key in _ASKED if getattr(text, key, None) is not None}


def _refuse(path: Path, what: str) -> NoReturn:
    raise ConfigurationError(
        what,
        where=str(path),
        fix="Name the complete folder of a causal language model: config.json, *.safetensors, tokenizer.",
    )


def _number(config: Mapping[str, Any], folder: Path, key: str) -> int:
    found = config.get(key)
    if not isinstance(found, int) or found < 1:
        _refuse(folder / "config.json", f"The configuration of the model has no '{key}'.")
    return found


def _rope(config: Mapping[str, Any]) -> dict[str, Any]:
    """Rotary embedding in either spelling; where each kind of layer has its own, that of full attention."""
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    return dict(rope.get("full_attention") or rope)


def _is_embedding(name: str) -> bool:
    return name.endswith((_OUTPUT, "embed_tokens.weight", "wte.weight", "embed_in.weight"))


def _is_linear(name: str, shape: list[int]) -> bool:
    inside = ".layers." in name or ".h." in name or ".blocks." in name
    return inside and len(shape) == 2 and name.endswith(".weight") and not _is_embedding(name)
