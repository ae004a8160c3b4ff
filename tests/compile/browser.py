"""What tests in a real browser share: what they need, and tiny bundles that are built once a run.

`needs_browser` and `needs_compiler` are marks. Fixtures are in conftest.py: `built_page` is the folder of the
built page, `tiny_bundle` a bundle with the page and the models of `BROWSER_KINDS`.
"""

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from compile.conversation import ChatSettings
from compile.formats import quantisation_named
from compile.machine import browser_memory
from compile.models import architecture_of
from compile.page import WEB, copy_page
from compile.preparing import prepare
from compile.records import model_folder, page_description, page_entry, web_llm_record
from compile.runtime import installed
from compile.verifying.browser import BROWSERS
from tests.compile.llm_folders import CHUNK, CONTEXT, save_llm

QUANTISATION = "q4f32_1"
# Attention as Llama's; with biases and a tied head; with scaled frequencies.
BROWSER_KINDS = ("llama", "qwen2", "llama3")

needs_browser = pytest.mark.skipif(
    find_spec("playwright") is None or not any(map(shutil.which, BROWSERS)),
    reason="needs Playwright and Chromium (Debian: apt-get install chromium)",
)
needs_node = pytest.mark.skipif(
    shutil.which("npm") is None or not (WEB / "node_modules").is_dir(),
    reason="needs Node and the page's packages (npm ci in compile/web)",
)
needs_compiler = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("tvm", "torch", "transformers")) or not installed(),
    reason="needs malmoi[compile,models] and emscripten (Debian: apt-get install emscripten)",
)


def build_bundle(out: Path, page: Path | None, models: Path) -> Path:
    """A bundle of the models of `BROWSER_KINDS`, linked in a hurry; the models lie in ``models``."""
    from compile.tvm import LibrarySettings, compile_library

    records, entries = [], []
    for kind in BROWSER_KINDS:
        source = save_llm(models / kind, kind)
        prepared = prepare(str(source), model_folder(out, kind), ChatSettings(QUANTISATION, CONTEXT, CHUNK))
        architecture = architecture_of(source)
        library = prepared.folder / f"{kind}.wasm"
        compile_library(architecture, LibrarySettings(QUANTISATION, CONTEXT, CHUNK, optimise=False), library)
        memory = browser_memory(architecture, quantisation_named(QUANTISATION), CONTEXT, CHUNK)
        records.append(web_llm_record(kind, prepared, memory))
        download = sum(file.stat().st_size for file in prepared.folder.iterdir())
        entries.append(page_entry(kind, kind, prepared, memory, download, licence="", gguf=None))
    if page is not None:
        copy_page(page, out)
    (out / "app-config.json").write_text(json.dumps({"model_list": records}))
    (out / "page.json").write_text(json.dumps(page_description("tiny", "0", entries, None)))
    return out


def made_once_a_run(folder: Path, make: Callable[[Path], object]) -> Path:
    """A folder that the first of several test processes fills, while the others wait."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _held(folder.with_suffix(".lock")):
        done = folder.with_suffix(".done")
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder


@contextmanager
def _held(path: Path) -> Iterator[None]:
    with path.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
