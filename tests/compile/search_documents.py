"""Documents and folders for the tests of the page's search."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from compile.search import Exported, export_search
from rag.index import index_paths

PAGE = Path(__file__).parents[2] / "compile" / "web"
DRIVER = Path(__file__).with_name("search_driver.mjs")
DOCUMENTS = (
    {
        "id": "leave",
        "title": "취업 규칙",
        "text": "연차 휴가는 3년마다 하루씩 늘어난다. 신청은 팀장에게 한다.",
    },
    {"id": "parking", "title": "주차 안내", "text": "지하 2층에 주차한다. 등록한 차만 들어올 수 있다."},
    {"id": "lunch", "title": "식당", "text": "점심은 11시 30분부터 나온다. 식권은 1,000원에 판다."},
    {
        "id": "mail",
        "title": "전산",
        "text": "비밀번호를 잊으면 help@example.com 으로 GPU-4 담당자에게 알린다.",
    },
)
PRIVATE = {"id": "pay", "title": "급여표", "text": "이사회는 봄나물공장을 인수한다.", "acl": ["officers"]}


def write_documents(folder: Path, rows: Any = (*DOCUMENTS, PRIVATE)) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "docs.jsonl").write_text(lines + "\n", encoding="utf-8")
    return folder / "docs.jsonl"


def write_index(folder: Path, rows: Any = (*DOCUMENTS, PRIVATE)) -> Path:
    index_paths([write_documents(folder / "documents", rows)], folder / "index", embedder="none")
    return folder / "index"


def write_export(folder: Path, rows: Any = (*DOCUMENTS, PRIVATE), **options: Any) -> tuple[Path, Exported]:
    """An exported folder of documents, and what was said of it."""
    out = folder / "search"
    return out, export_search(write_documents(folder / "documents", rows), out, **options)


def bundled_search(folder: Path) -> Path:
    """The page's search as one script that node runs; skipped where there is none."""
    bundler = PAGE / "node_modules" / ".bin" / "rolldown"
    if shutil.which("node") is None or not bundler.exists():
        pytest.skip("node or the page's packages are not installed (npm ci in compile/web)")
    script = folder / "search.mjs"
    command = [bundler, "src/search/core.ts", "--file", script, "--format", "esm"]
    subprocess.run(command, cwd=PAGE, check=True, capture_output=True, timeout=60)
    return script


def in_page(script: Path, folder: Path, what: str, texts: list[str]) -> Any:
    """What the page gives for every text: ``rank``, or ``tokens``."""
    done = subprocess.run(
        ["node", DRIVER, script, folder, what],
        input=json.dumps(texts).encode(),
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)
