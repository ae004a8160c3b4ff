"""The steps of mlc_llm in turn, and what makes of their folder the one that ours is."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from compile.check.reading import is_positive
from compile.conversation import ChatSettings, copy_tokenizer, write_chat_config
from compile.formats import INDEX_NAMES
from compile.mlc.steps import compile_library, convert_weight, gen_config
from compile.mlc.tool import COMMAND, find_mlc, run_step
from curation.atomic import write_bytes
from curation.errors import UserError
from curation.progress import Progress, Quiet

_CONFIG: Final = "mlc-chat-config.json"
_OVERRIDDEN: Final = (
    *("context_window_size", "sliding_window_size", "attention_sink_size"),
    "prefill_chunk_size",
)
_WASM: Final = b"\0asm"


def convert_by_mlc(
    model: Path,
    folder: Path,
    conv_template: Mapping[str, Any],
    settings: ChatSettings,
    progress: Progress | None = None,
) -> None:
    """Quantise a model folder by ``convert_weight`` and describe it by ``gen_config``, into ``folder``.

    The configuration of the chat is then ours in what MLC's registry only guesses at: the template is the
    tokenizer's own, RoPE stands in both forms, and windows are what is asked for.

    Raises
    ------
    ConfigurationError
        When mlc_llm is not installed, or as `write_chat_config`.
    UserError
        When a step fails, or leaves no weights.
    """
    command = find_mlc()
    # Ours first: what is wrong with the model is told before its weights are read.
    ours = write_chat_config(model, folder, conv_template, settings)
    window = max(ours["context_window_size"], ours["sliding_window_size"])
    with (progress or Quiet()).task(COMMAND, 2, "steps") as advance:
        run_step(command, convert_weight(model, settings.quantisation, folder))
        advance(1)
        run_step(
            command, gen_config(model, settings.quantisation, window, ours["prefill_chunk_size"], folder)
        )
        advance(1)
    copy_tokenizer(model, folder)  # theirs is as it was, with paths of the machine
    theirs = _config(folder)
    write_bytes(
        folder / _CONFIG,
        orjson.dumps({**theirs, **ours}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE),
    )
    _name_index(folder)


def compile_by_mlc(folder: Path, out: Path, progress: Progress | None = None) -> None:
    """Compile the library of a converted model, by either converter, into the file ``out``.

    Raises
    ------
    ConfigurationError
        When mlc_llm is not installed.
    UserError
        When it fails, or leaves no WebAssembly.
    """
    command = find_mlc()
    config = _config(folder)
    overrides = {name: config[name] for name in _OVERRIDDEN if is_positive(config.get(name))}
    out.parent.mkdir(parents=True, exist_ok=True)
    with (progress or Quiet()).task(f"{COMMAND} compile", 1, "libraries") as advance:
        run_step(command, compile_library(folder / _CONFIG, overrides, out))
        advance(1)
    try:
        with out.open("rb") as stream:
            made = stream.read(len(_WASM)) == _WASM
    except OSError:
        made = False
    if not made:
        raise UserError(
            f"`{COMMAND} compile` ended well, and left no WebAssembly.",
            where=str(out),
            fix="Run it by hand with --device webgpu; an older version may write elsewhere.",
        )


def _config(folder: Path) -> dict[str, Any]:
    path = folder / _CONFIG
    try:
        value = orjson.loads(path.read_bytes())
        if not isinstance(value, dict):
            raise ValueError("an object is expected")
    except (OSError, ValueError) as error:
        raise UserError(
            f"The configuration of the chat cannot be read: {error}", where=str(path), fix="Convert again."
        ) from error
    return value


def _name_index(folder: Path) -> None:
    """Give the weights' index both of its names, whichever the version writes."""
    found = next((name for name in INDEX_NAMES if (folder / name).is_file()), None)
    if found is None:
        raise UserError(
            f"`{COMMAND} convert_weight` ended well, and left no weights.",
            where=str(folder),
            fix="Run it by hand; an older version may write elsewhere.",
        )
    for name in INDEX_NAMES:
        if name != found:
            shutil.copyfile(folder / found, folder / name)
