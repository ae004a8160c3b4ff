"""What a bundle says of itself: web-llm's records, and `page.json` for the page."""

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from compile.formats import quantisation_named
from compile.machine import BrowserMemory
from compile.preparing import Prepared

_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]+")
# Names that a folder has for what it holds, not for which model it is.
_GENERIC: Final = frozenset(("merged", "model", "export", "exported", "out", "final", "adapter"))


def model_name(model: str) -> str:
    """Name a model after its folder, its hub id or its GGUF; of ``runs/a/merged`` that is ``a``."""
    parts = [part for part in Path(model).expanduser().parts if part not in ("/", ".", "..")]
    while len(parts) > 1 and parts[-1].lower() in _GENERIC:
        parts.pop()
    named = _UNFIT.sub("-", parts[-1].removesuffix(".gguf") if parts else "").strip("-.")
    return named or "model"


def model_address(model_id: str) -> str:
    """Where a model lies in its bundle. web-llm adds ``resolve/main/`` by itself, as the Hub has it."""
    return f"models/{model_id}/"


def model_folder(bundle: Path, model_id: str) -> Path:
    """Give the folder that web-llm loads a model from."""
    return bundle / model_address(model_id) / "resolve" / "main"


def web_llm_record(model_id: str, prepared: Prepared, memory: BrowserMemory) -> dict[str, Any]:
    """Write the record by which web-llm finds a model, with addresses relative to the page."""
    address = model_address(model_id)
    return {
        "model": address,
        "model_id": model_id,
        "model_lib": f"{address}resolve/main/{model_id}.wasm",
        "required_features": required_features(prepared.quantisation),
        "buffer_size_required_bytes": memory.largest,
        "vram_required_MB": round(memory.whole / 1e6, 1),
        "overrides": {},
    }


def sri(path: Path) -> str:
    """Hash a file as web-llm's ``integrity`` has it (Subresource Integrity, W3C)."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def required_features(quantisation: str) -> list[str]:
    """Name what an adapter must be able to do for a quantisation."""
    return ["shader-f16"] if quantisation_named(quantisation).dtype == "float16" else []


def page_entry(
    model_id: str,
    name: str,
    prepared: Prepared,
    memory: BrowserMemory,
    download: int,
    *,
    licence: str,
    gguf: Path | None,
) -> dict[str, Any]:
    """Describe a model for the page (`ModelEntry` in compile/web/src/engine/types.ts)."""
    address = model_address(model_id)
    return {
        "id": model_id,
        "name": name,
        "model": address,
        "bytes": download,
        "context": prepared.context,
        "requiredFeatures": required_features(prepared.quantisation),
        "bufferBytes": memory.largest,
        "trimMessages": prepared.trims,
        "licence": licence,
        "gguf": None if gguf is None else _gguf_entry(f"{address}{model_id}.gguf", gguf),
    }


def _gguf_entry(address: str, path: Path) -> dict[str, Any]:
    # The page tells by the digest that a model of the same size is another one.
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
    return {"file": address, "bytes": path.stat().st_size, "md5": digest.hexdigest()}


def page_description(
    name: str, version: str, models: Sequence[dict[str, Any]], passages: int | None
) -> dict[str, Any]:
    """Content of `page.json` (`Bundle` in the page's types)."""
    search = None if passages is None else {"folder": "search/", "passages": passages}
    return {"name": name, "version": version, "models": list(models), "search": search}
