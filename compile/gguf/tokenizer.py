"""The tokenizer of a GGUF file as tokenizer.json, built by transformers, with what that leaves out."""

import json
from collections.abc import Callable, Set
from pathlib import Path
from typing import Any, Final

from compile.gguf.reading import GgufFile
from curation.atomic import write_text

# Ways of cutting text before merges. transformers knows those of the second group, and takes GPT-2's for any
# that it does not know.
_GPT2: Final = ("", "default", "gpt-2")
_KNOWN: Final = frozenset(
    {
        *("llama3", "llama-v3", "llama-bpe", "smaug-bpe", "dbrx", "falcon3", "pixtral", "midm-2.0"),
        *("qwen2", "deepseek-r1-qwen", "kormo", "megrez", "tekken"),
    }
)
_DIGITS: Final = "smollm"
# Vocabularies in which a word that is a token is never merged from parts (llama.cpp: ignore_merges).
_WHOLE_WORDS: Final = ("llama3", "llama-v3", "llama-bpe", "tekken")
_NAMED: Final = ("bos_token", "eos_token", "unk_token", "pad_token")


def write_tokenizer(file: GgufFile, folder: Path) -> None:
    """Write tokenizer.json, tokenizer_config.json and the chat template.

    Raises
    ------
    ConfigurationError
        When the file has no tokenizer that can be built.
    """
    from transformers import AutoTokenizer  # noqa: PLC0415

    require_tokenizer(file)
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            file.path.parent, gguf_file=file.path.name, local_files_only=True, trust_remote_code=False
        )
        tokenizer.save_pretrained(folder)
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise file.refusal(
            f"The tokenizer of the GGUF file cannot be built: {error}",
            "Convert the model again with a current llama.cpp.",
        ) from error
    tokens = file.value("tokenizer.ggml.tokens")
    _edit(
        folder / "tokenizer.json", lambda told: _complete(told, file.text("tokenizer.ggml.pre"), len(tokens))
    )
    _edit(folder / "tokenizer_config.json", lambda told: _forget(told, frozenset(tokens)))


def require_tokenizer(file: GgufFile) -> None:
    """Check that the tokenizer can be built, and splits text in a way that is known.

    Raises
    ------
    ConfigurationError
        When not.
    """
    model, split = file.text("tokenizer.ggml.model"), file.text("tokenizer.ggml.pre")
    if model not in ("gpt2", "llama"):
        told = f"of the kind '{model}'" if model else "not there"
        raise file.refusal(
            f"The tokenizer of the GGUF file is {told}; byte-level BPE and SentencePiece BPE can be built.",
            "Convert the model again with llama.cpp, or compile its folder with tokenizer.json.",
        )
    if model == "gpt2" and split not in (*_GPT2, _DIGITS, *_KNOWN):
        raise file.refusal(
            f"The tokenizer cuts text by '{split}', which is not known.",
            "Compile the model's own folder, which has tokenizer.json.",
        )


def _edit(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    told = json.loads(path.read_text(encoding="utf-8"))
    change(told)
    write_text(path, json.dumps(told, ensure_ascii=False, indent=2) + "\n")


def _complete(told: dict[str, Any], split: str, tokens: int) -> None:
    """Add what transformers leaves out of tokenizer.json, and take out the tokens that it adds of its own."""
    told["added_tokens"] = [one for one in told["added_tokens"] if one["id"] < tokens]
    if split == _DIGITS:
        digits = {"type": "Digits", "individual_digits": True}
        told["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [digits, told["pre_tokenizer"]]}
    if split in _WHOLE_WORDS:
        told["model"]["ignore_merges"] = True


def _forget(told: dict[str, Any], tokens: Set[str]) -> None:
    """Take names of tokens that the file does not have out of tokenizer_config.json: they would be added."""
    for name in _NAMED:
        if told.get(name) is not None and told[name] not in tokens:
            del told[name]
