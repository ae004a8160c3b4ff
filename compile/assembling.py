"""The folder of a bundle, put together from finished parts: page, model, passages, and what names them."""

import importlib.metadata
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from compile.check import download_bytes
from compile.machine import BrowserMemory
from compile.page import copy_page
from compile.preparing import Prepared
from compile.records import (
    model_address,
    model_folder,
    page_description,
    page_entry,
    sri,
    web_llm_record,
)
from curation.atomic import write_bytes
from curation.errors import UserError

if TYPE_CHECKING:
    from compile.search import Exported


@dataclass(frozen=True, slots=True)
class Parts:
    """What a bundle is made of.

    ``name`` is the model's and ``title`` the page's; ``search`` is what was exported and the folder that
    has it, or None.
    """

    model_id: str
    name: str
    title: str
    licence: str
    page: Path
    prepared: Prepared
    library: Path
    memory: BrowserMemory
    search: "tuple[Exported, Path] | None"
    gguf: Path | None


def assemble(parts: Parts, draft: Path) -> None:
    """Fill ``draft``, which is emptied first; finished files get a second name there where the disk can.

    Raises
    ------
    UserError
        When the GGUF cannot be copied.
    """
    shutil.rmtree(draft, ignore_errors=True)
    copy_page(parts.page, draft)
    model = model_folder(draft, parts.model_id)
    _place(parts.prepared.folder, model)
    _link_or_copy(parts.library, model / f"{parts.model_id}.wasm")
    gguf = None if parts.gguf is None else _place_gguf(draft, parts.model_id, parts.gguf)
    passages = None
    if parts.search is not None:
        exported, folder = parts.search
        _place(folder, draft / "search")
        passages = exported.passages
    _name_model(draft, model, web_llm_record(parts.model_id, parts.prepared, parts.memory))
    entry = page_entry(
        parts.model_id,
        parts.name,
        parts.prepared,
        parts.memory,
        download_bytes(model),
        licence=parts.licence,
        gguf=gguf,
    )
    version = importlib.metadata.version("malmoi")
    _write(draft / "page.json", page_description(parts.title, version, [entry], passages))


def _place_gguf(draft: Path, model_id: str, gguf: Path) -> Path:
    placed = draft / model_address(model_id) / f"{model_id}.gguf"
    try:
        shutil.copyfile(gguf, placed)
    except OSError as error:
        raise UserError(
            f"The GGUF could not be copied: {error.strerror}", where=str(gguf), fix="Check path and disk."
        ) from error
    return placed


def _place(folder: Path, target: Path) -> None:
    unfinished = shutil.ignore_patterns("done.json")
    shutil.copytree(folder, target, ignore=unfinished, copy_function=_link_or_copy)


def _link_or_copy(source: str | Path, target: str | Path) -> None:
    """Give a finished file a second name; its first one goes with the work folder."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _name_model(draft: Path, model: Path, record: dict[str, Any]) -> None:
    """Write web-llm's records: one for the page, and one for those who load the model's folder alone."""
    library = f"{record['model_id']}.wasm"
    hashes = {
        "config": sri(model / "mlc-chat-config.json"),
        "model_lib": sri(model / library),
        "tokenizer": {"tokenizer.json": sri(model / "tokenizer.json")},
        "onFailure": "error",
    }
    whole = {**record, "integrity": hashes}
    _write(draft / "app-config.json", {"model_list": [whole]})
    alone = {**whole, "model": "./", "model_lib": f"./{library}"}
    _write(model / "app-config.json", {"model_list": [alone]})


def _write(path: Path, value: dict[str, Any]) -> None:
    write_bytes(path, orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
