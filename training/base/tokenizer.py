"""Loads a base model's tokenizer with what training needs: a template, an end of turn, padding."""

import sys
from typing import Any, Final

import jinja2

from curation.errors import ConfigurationError
from training.base.resolving import ResolvedBase

_SENTENCE: Final = "말모이 쓰는 법을 18쪽에서 찾았다."


def load_tokenizer(resolved: ResolvedBase) -> Any:
    """Load the tokenizer; its template is the configured one where there is one.

    Padding is never learned, whatever token it is: labels decide what is. A token for padding alone is
    still preferred, since other programs leave out whatever equals it.

    Raises
    ------
    ConfigurationError
        When it cannot be loaded, has no template or no end token, loses Korean text, or its template
        does not render.
    """
    from transformers import AutoTokenizer  # noqa: PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    if not sys.stderr.isatty():
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the library has no types here
    where = str(resolved.folder)
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            resolved.folder, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        said = str(error).strip().partition("\n")[0] or type(error).__name__
        raise ConfigurationError(
            f"The tokenizer cannot be loaded: {said}",
            where=where,
            fix="The folder of a base model holds tokenizer.json and tokenizer_config.json.",
        ) from error
    if resolved.template:
        tokenizer.chat_template = resolved.template
    if not tokenizer.chat_template:
        raise ConfigurationError(
            "The tokenizer has no chat template, so nobody knows how a conversation is written for it.",
            where=where,
            fix="Choose the model's instruction-tuned variant, or name a Jinja file in base.template.",
        )
    if tokenizer.eos_token_id is None:
        raise ConfigurationError(
            "The tokenizer has no end token, so the model would never learn to stop.",
            where=where,
            fix="Put the token that ends a turn under 'eos_token' in tokenizer_config.json.",
        )
    _check_template(tokenizer, where, configured=bool(resolved.template))
    _check_korean(tokenizer, where)
    if tokenizer.pad_token_id in (None, tokenizer.eos_token_id):
        tokenizer.pad_token = _padding(tokenizer)
    return tokenizer


def _padding(tokenizer: Any) -> str:
    """A control token that is for padding, else the unknown one, else the end token.

    None is added: the embeddings would have to grow, and the browser's model with them.
    """
    special = [token.content for token in tokenizer.added_tokens_decoder.values() if token.special]
    named = [token for token in special if "pad" in token.lower()]
    rest = [tokenizer.unk_token] if tokenizer.unk_token != tokenizer.eos_token else []
    return next((str(token) for token in (*named, *rest) if token), str(tokenizer.eos_token))


def _check_template(tokenizer: Any, where: str, *, configured: bool) -> None:
    turns = [{"role": "user", "content": "?"}, {"role": "assistant", "content": _SENTENCE}]
    try:
        said = tokenizer.apply_chat_template(turns, tokenize=False)
    except jinja2.TemplateError as error:
        problem = f"The chat template does not render: {error}"
    else:
        if _SENTENCE in said:
            return
        problem = "The chat template leaves out what the assistant says."
    raise ConfigurationError(
        problem,
        where="base.template" if configured else where,
        fix="Correct the Jinja file, or name another in base.template.",
    )


def _check_korean(tokenizer: Any, where: str) -> None:
    ids = tokenizer(_SENTENCE, add_special_tokens=False)["input_ids"]
    if tokenizer.decode(ids).strip() != _SENTENCE:
        raise ConfigurationError(
            f"The tokenizer loses Korean text: '{_SENTENCE}' comes back as '{tokenizer.decode(ids)}'.",
            where=where,
            fix="Choose a base model that knows Korean.",
        )
