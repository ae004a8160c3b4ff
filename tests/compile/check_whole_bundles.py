"""Writes whole browser bundles, with page, models and passages, for the check to look at."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from compile.check import download_bytes
from tests.compile.check_bundles import edit, make
from tests.compile.check_variants import Variant

ID = "opening-q4f32_1"
HOME = f"models/{ID}/resolve/main/"
PAGE, APP, SEARCH = "page.json", "app-config.json", "search/index.json"
_HTML = """<!doctype html><html lang="ko"><head><link rel="manifest" href="./manifest.webmanifest">
<script type="module" src="./assets/main.js?v=1"></script></head>
<body><a href="https://example.org/">다른 곳</a></body></html>
"""


def make_whole(
    folder: Path, *variants: Variant, gguf: bool = False, search: bool = True, passages: int = 3
) -> Path:
    """Write a bundle without a fault; the first of its models is called ``ID``."""
    records, models = [], []
    for number, variant in enumerate(variants or (Variant(),)):
        name = ID if number == 0 else f"model-{number}"
        records.append(_model(folder, name, variant))
        models.append(_entry(folder, records[-1], variant, gguf=gguf))
    _dump(folder / APP, {"model_list": records})
    if search:
        _search(folder / "search", passages)
    (folder / "assets").mkdir()
    (folder / "assets" / "main.js").write_text("export {};\n")
    _dump(folder / "manifest.webmanifest", {"name": "말모이"})
    (folder / "index.html").write_text(_HTML, encoding="utf-8")
    stated = {"folder": "search/", "passages": passages} if search else None
    _dump(folder / PAGE, {"name": "말모이", "version": "1", "models": models, "search": stated})
    return folder


def edit_page(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    return lambda folder: edit(folder, PAGE, change)


def edit_record(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    """Change the record of the first model, at the top as in the model's folder."""

    def both(folder: Path) -> None:
        for place in (folder, folder / HOME):
            edit(place, APP, lambda value: change(value["model_list"][0]))

    return both


def within(harm: Callable[[Path], object]) -> Callable[[Path], object]:
    """Harm the first model's folder."""
    return lambda folder: harm(folder / HOME)


def _model(folder: Path, name: str, variant: Variant) -> dict[str, Any]:
    home = folder / "models" / name / "resolve" / "main"
    make(home, variant)

    def called(value: dict[str, Any]) -> None:
        value["model_list"][0]["model_id"] = name

    edit(home, APP, called)
    record = json.loads((home / APP).read_text(encoding="utf-8"))["model_list"][0]
    library = record["model_lib"].removeprefix("./")
    return {**record, "model": f"models/{name}/", "model_lib": f"models/{name}/resolve/main/{library}"}


def _entry(folder: Path, record: dict[str, Any], variant: Variant, *, gguf: bool) -> dict[str, Any]:
    file = f"{record['model']}{record['model_id']}.gguf"
    if gguf:
        (folder / file).write_bytes(b"GGUF" + b"\0" * 60)
    return {
        "id": record["model_id"],
        "name": "개원",
        "model": record["model"],
        "bytes": download_bytes(folder / record["model"] / "resolve" / "main"),
        "context": variant.context,
        "requiredFeatures": record["required_features"],
        "bufferBytes": record["buffer_size_required_bytes"],
        "trimMessages": False,
        "gguf": {"file": file, "bytes": 64} if gguf else None,
    }


def _search(folder: Path, passages: int) -> None:
    folder.mkdir()
    files = {}
    for name in ("postings.bin", "passages.json"):
        content = (name * 9).encode()
        (folder / name).write_bytes(content)
        files[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    _dump(folder / "index.json", {"passages": passages, "files": files})


def _dump(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
