"""A merged model as a folder that this and older software reads, and the proof that it does."""

import re
import shutil
from pathlib import Path
from typing import Any

import orjson
import torch
from transformers import AutoModelForCausalLM, GenerationConfig

from chat.chat_template import ChatTemplate
from curation.atomic import share, sync_directory, sync_file, write_bytes
from curation.errors import UserError
from training.merging.distributions import Distance, Expected, Row, distance, expected
from training.merging.exported_config import exported, exported_generation, exported_tokenizer

# bfloat16 keeps eight bits of a number; SmolLM2 135M is then 0.0015 nats a token away.
MOST_ON_RELOAD = 5e-3
# Small enough that a broken transfer repeats little.
_SHARD = "4GB"
_OF_THE_SYSTEM = re.compile(r"os error \d+")
_LEGAL = ("LICENSE*", "LICENCE*", "NOTICE*", "COPYING*")


def save(model: Any, tokenizer: Any, source: Path, target: Path) -> None:
    """Write the model as it is, its tokenizer and its configuration; ``source`` is the base's folder.

    Raises
    ------
    UserError
        When the disk does not take it.
    """
    generation = _read(source / "generation_config.json")
    declared = generation.get("eos_token_id", model.config.eos_token_id)
    ends = ChatTemplate(tokenizer, str(source)).end_tokens(declared)
    # The source's own may hold what transformers refuses to write, such as a temperature without sampling.
    model.generation_config = GenerationConfig()  # type: ignore[no-untyped-call]  # the library has no types here
    try:
        model.save_pretrained(target, max_shard_size=_SHARD)
        tokenizer.save_pretrained(target)
        written = _read(target / "config.json")
        _write(target / "config.json", exported(written, _read(source / "config.json")))
        _write(target / "generation_config.json", exported_generation(generation, ends))
        tokens = target / "tokenizer_config.json"
        _write(tokens, exported_tokenizer(_read(tokens)))
        for pattern in _LEGAL:
            for file in source.glob(pattern):
                shutil.copyfile(file, target / file.name)
        for file in target.iterdir():
            share(file)
            sync_file(file)
        sync_directory(target)
    except Exception as error:
        # safetensors and tokenizers write without Python: their errors are no OSError.
        if not isinstance(error, OSError) and not _OF_THE_SYSTEM.search(str(error)):
            raise
        raise UserError(
            f"The merged model could not be written: {getattr(error, 'strerror', None) or error}",
            where=str(target),
            fix="Make room on the disk and run `malmoi train merge` again; the adapter is untouched.",
        ) from error


def check_reload(folder: Path, rows: list[Row], kept: Expected) -> Distance:
    """Load a saved model as its reader will, and compare it with the one that was saved.

    Raises
    ------
    UserError
        When it expects something else than the type of its weights explains.
    """
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype="auto", local_files_only=True)
    if torch.cuda.is_available():
        model = model.to("cuda")
    apart = distance(kept, expected(model, rows))
    if not apart.kl <= MOST_ON_RELOAD:
        raise UserError(
            f"The merged model, read back, is {apart.kl:.4f} nats a token away from what was saved "
            f"(at most {MOST_ON_RELOAD}).",
            where=str(folder),
            fix="Set export.dtype to float32, or report it: weights were lost on the way.",
        )
    return apart


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    return found


def _write(path: Path, content: dict[str, Any]) -> None:
    write_bytes(path, orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
