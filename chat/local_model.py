"""Loads a causal language model from this machine: nothing is downloaded, no foreign code is run."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging as transformers_logging

from chat.batching import Batcher
from chat.chat_template import ChatTemplate
from chat.rows import Rows
from curation.errors import ConfigurationError, UserError


@dataclass(frozen=True, slots=True)
class Limits:
    """Most tokens of an answer, most rows of a batch, and most tokens in a batch's cache."""

    new_tokens: int
    batch_rows: int
    batch_tokens: int


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model that can be asked.

    Parameters
    ----------
    model, tokenizer
        The module of `torch`, in evaluation mode, and its tokenizer.
    end_tokens
        Ids that end an answer.
    max_tokens, max_new_tokens
        Most tokens of a prompt with its answer, and of an answer where nothing else is asked for.
    """

    model: Any
    tokenizer: Any
    template: ChatTemplate
    batcher: Batcher
    end_tokens: frozenset[int]
    max_tokens: int
    max_new_tokens: int

    def room(self, new_tokens: int | None = None) -> tuple[int, int]:
        """Most tokens of a prompt, and of its answer, which gets no more than half."""
        answer = min(new_tokens or self.max_new_tokens, self.max_tokens // 2)
        return self.max_tokens - answer, answer


def local_folder(source: str) -> Path:
    """The folder of a model: ``source`` itself, or where the hub's cache keeps the model of that id.

    Raises
    ------
    ConfigurationError
        When it is neither.
    """
    folder = Path(source).expanduser()
    if folder.is_dir():
        return folder
    try:
        return Path(snapshot_download(source, local_files_only=True))
    except HFValidationError:
        raise ConfigurationError(
            "There is no such folder.", where=source, fix="Name the folder that holds config.json."
        ) from None
    except LocalEntryNotFoundError:
        raise ConfigurationError(
            "The model is neither a folder here nor in the cache of the Hugging Face hub.",
            where=source,
            fix=f"malmoi downloads no models by itself. Fetch it once with: hf download {source}",
        ) from None


def load_local(
    folder: Path, limits: Limits, *, device: str = "cpu", gguf_file: str | None = None, **how: Any
) -> LocalModel:
    """Load the model of a folder; ``how`` goes to `from_pretrained`.

    Raises
    ------
    ConfigurationError
        When the folder is not complete, or the model needs code of its own.
    """
    if not sys.stderr.isatty():
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the library has no types here
    # None instead of False would ask on the terminal whether to run foreign code.
    private = {"local_files_only": True, "trust_remote_code": False, "gguf_file": gguf_file}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **private)
        template = ChatTemplate(tokenizer, str(folder))
        loaded: Any = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True, **private, **how)
        model, report = loaded
    except UserError:
        raise
    except Exception as error:  # a damaged folder ends in errors of many kinds, some of no common class
        said = str(error).strip().partition("\n")[0] or type(error).__name__
        raise ConfigurationError(
            f"The model cannot be loaded: {said}",
            where=str(folder),
            fix="It has to be the complete folder of a causal language model that `transformers` knows "
            "without code of its own: config.json, *.safetensors, tokenizer.json.",
        ) from error
    # `transformers` puts noise in their place, and goes on.
    if gguf_file is None and (missing := sorted(report["missing_keys"])):
        raise ConfigurationError(
            f"The model lacks {len(missing):,} of its weights, the first {missing[0]}.",
            where=str(folder),
            fix="Copy the whole folder anew: all *.safetensors, and the config.json that belongs to them.",
        )
    model = model.to(device).eval()
    end_tokens = template.end_tokens(getattr(model.generation_config, "eos_token_id", None))
    batcher = Batcher(Rows(model), end_tokens, max_rows=limits.batch_rows, max_tokens=limits.batch_tokens)
    context = getattr(model.config.get_text_config(), "max_position_embeddings", limits.batch_tokens)
    longest = min(context, limits.batch_tokens)
    return LocalModel(model, tokenizer, template, batcher, end_tokens, longest, limits.new_tokens)
