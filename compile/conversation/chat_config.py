"""Writes mlc-chat-config.json, which web-llm reads first, and copies the tokenizer's files beside it.

Source: MLC's schema, version 0.1.0. Values come from generation_config.json, else config.json, else MLC's
defaults.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from compile.conversation.model_files import copy_tokenizer, read_json
from compile.formats.checkpoint import check_tokenizer
from compile.models.architecture import Architecture, architecture_of
from curation.atomic import write_text
from curation.errors import ConfigurationError

_DEFAULTS: Final[Mapping[str, Any]] = {
    "temperature": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "repetition_penalty": 1.0,
    "top_p": 1.0,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
# Fields of config.json that are about the weights' file and transformers, not about the model.
_NOT_OF_THE_MODEL: Final = frozenset(
    ("architectures", "dtype", "torch_dtype", "transformers_version", "use_cache", "_name_or_path")
)
DEFAULT_CONTEXT: Final = 4096
DEFAULT_PREFILL: Final = 1024


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What a person may choose.

    Parameters
    ----------
    quantisation
        Name of MLC's, as q4f32_1.
    context
        Tokens of a conversation; the model's own, at most 4,096, when not given.
    prefill_chunk
        Tokens read at once; at most 1,024 when not given.
    """

    quantisation: str
    context: int | None = None
    prefill_chunk: int | None = None


def write_chat_config(
    model: Path, bundle: Path, conv_template: Mapping[str, Any], settings: ChatSettings
) -> dict[str, Any]:
    """Write mlc-chat-config.json into ``bundle``, beside copies of the tokenizer's files; give its content.

    Raises
    ------
    ConfigurationError
        As `chat_config`; and when the model is of an unknown kind, a file of it is missing or no JSON,
        or its tokenizer has more tokens than the embedding.
    """
    architecture = architecture_of(model)
    check_tokenizer(model, architecture.vocab)
    made = chat_config(
        architecture,
        read_json(model / "config.json"),
        read_json(model / "generation_config.json", needed=False),
        read_json(model / "tokenizer.json"),
        conv_template=conv_template,
        settings=settings,
        where=str(model),
    )
    made["tokenizer_files"] = copy_tokenizer(model, bundle)
    write_text(bundle / "mlc-chat-config.json", json.dumps(made, ensure_ascii=False, indent=2) + "\n")
    return made


def chat_config(
    architecture: Architecture,
    config: Mapping[str, Any],
    generation: Mapping[str, Any],
    tokenizer: Mapping[str, Any],
    *,
    conv_template: Mapping[str, Any],
    settings: ChatSettings,
    where: str,
) -> dict[str, Any]:
    """Content of mlc-chat-config.json, `tokenizer_files` aside.

    Parameters
    ----------
    architecture
        The model's.
    config, generation, tokenizer
        Content of config.json, generation_config.json (empty without one) and tokenizer.json.
    conv_template
        As `generate` makes it.
    settings
        Context, prefill chunk and quantisation.
    where
        The model, for messages.

    Raises
    ------
    ConfigurationError
        When the context is larger than the model's, the prefill chunk larger than the context, or an
        added token stands twice.
    """
    window = window_of(architecture, settings, where)
    found = {key: _first(key, generation, config) for key in _DEFAULTS}
    return {
        "version": "0.1.0",
        "model_type": architecture.model_type,
        "quantization": settings.quantisation,
        "model_config": _model_config(architecture, config) | window | {"tensor_parallel_shards": 1},
        "vocab_size": architecture.vocab,
        "active_vocab_size": _active_vocabulary(tokenizer, where),
        **window,
        "tensor_parallel_shards": 1,
        "pipeline_parallel_stages": 1,
        **{key: _DEFAULTS[key] if value is None else value for key, value in found.items()},
        "tokenizer_files": [],
        "tokenizer_info": _tokenizer_info(tokenizer),
        "conv_template": dict(conv_template),
        "model_task": "chat",
    }


def window_of(architecture: Architecture, settings: ChatSettings, where: str) -> dict[str, int]:
    """Choose context and prefill chunk.

    A sliding window is not given to the runtime, whose rolling cache does not compute what the model
    does: our kernels mask it (`compile.tvm`), and a conversation ends with its context.

    Raises
    ------
    ConfigurationError
        When the context is larger than the model's, or the prefill chunk than the context.
    """
    longest = architecture.context
    context = min(longest, DEFAULT_CONTEXT) if settings.context is None else settings.context
    if not 0 < context <= longest:
        raise ConfigurationError(
            f"A context of {context:,} tokens is asked for, but the model knows {longest:,}.",
            where=where,
            fix=f"Choose a context from 1 to {longest:,}.",
        )
    chunk = min(context, DEFAULT_PREFILL) if settings.prefill_chunk is None else settings.prefill_chunk
    if not 0 < chunk <= context:
        raise ConfigurationError(
            f"A prefill chunk of {chunk:,} tokens does not fit into a context of {context:,}.",
            where=where,
            fix=f"Choose a chunk from 1 to {context:,}.",
        )
    return {
        "context_window_size": context,
        "sliding_window_size": -1,
        "attention_sink_size": -1,
        "prefill_chunk_size": chunk,
    }


def require_no_slide(architecture: Architecture, settings: ChatSettings, where: str) -> None:
    """Make sure that a library of mlc_llm, which would attend beyond a sliding window, never has to.

    Raises
    ------
    ConfigurationError
        When the context is longer than the model's window.
    """
    context = window_of(architecture, settings, where)["context_window_size"]
    window = architecture.sliding_window
    if window is not None and window < context:
        raise ConfigurationError(
            f"The model attends to {window:,} tokens, and a library of mlc_llm would to all {context:,}.",
            where=where,
            fix=f"Choose a context of {window:,} at most, or the backend tvm.",
        )


def _model_config(architecture: Architecture, config: Mapping[str, Any]) -> dict[str, Any]:
    """What config.json says of the model, with RoPE in the form of transformers 5 and in the older one.

    MLC reads the older only, and takes 10,000 without a word where it is missing.
    """
    made = {key: value for key, value in config.items() if key not in _NOT_OF_THE_MODEL}
    scaling = architecture.rope_scaling
    scaled = None if scaling is None else {"rope_type": "llama3", **asdict(scaling)}
    return made | {
        "rope_theta": architecture.rope_theta,
        "rope_scaling": scaled,
        "rope_parameters": {"rope_theta": architecture.rope_theta, **(scaled or {"rope_type": "default"})},
    }


def _active_vocabulary(tokenizer: Mapping[str, Any], where: str) -> int:
    """Tokens that the tokenizer knows, up to the highest id."""
    added = tokenizer.get("added_tokens", [])
    counts = Counter(token["content"] for token in added)
    if twice := [text for text, count in counts.items() if count > 1]:
        raise ConfigurationError(
            f"tokenizer.json has the added token {twice[0]!r} twice, which breaks tokenizers in the browser.",
            where=where,
            fix="Keep the one whose id the embedding was trained on.",
        )
    vocabulary = tokenizer["model"]["vocab"]
    # BPE's is a mapping; Unigram's a list of pairs in the order of the ids.
    ids = vocabulary.values() if isinstance(vocabulary, Mapping) else range(len(vocabulary))
    return 1 + max(int(number) for number in (*ids, *(token["id"] for token in added)))


def _tokenizer_info(tokenizer: Mapping[str, Any]) -> dict[str, Any]:
    """How tokens become text, as MLC tells it from tokenizer.json."""
    decoders = _parts(tokenizer.get("decoder"), "decoders")
    encoders = _parts(tokenizer.get("normalizer"), "normalizers") + _parts(
        tokenizer.get("pre_tokenizer"), "pretokenizers"
    )
    byte_level = any(part["type"] == "ByteLevel" for part in decoders)
    return {
        "token_postproc_method": "byte_level" if byte_level else "byte_fallback",
        "prepend_space_in_encode": any(part["type"] == "Prepend" or _prepends(part) for part in encoders),
        "strip_space_in_decode": any(
            (part["type"] == "Strip" and part.get("start", 0) > 0) or _prepends(part) for part in decoders
        ),
    }


def _prepends(part: Mapping[str, Any]) -> bool:
    return bool(part["type"] == "Metaspace" and part.get("prepend_scheme", "always") != "never")


def _parts(part: Mapping[str, Any] | None, inside: str) -> list[Mapping[str, Any]]:
    if part is None:
        return []
    return list(part[inside]) if part["type"] == "Sequence" else [part]


def _first(key: str, *configs: Mapping[str, Any]) -> Any:
    return next((config[key] for config in configs if config.get(key) is not None), None)
