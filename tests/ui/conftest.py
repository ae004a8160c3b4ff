"""A workspace with a release, an index, a run and measurements, and the console over it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from starlette.testclient import TestClient

from curation.recipe import load_recipe
from curation.run import run_recipe
from malmoi.ui.application import application
from malmoi.ui.desk import Desk
from malmoi.workspace import Workspace
from rag.index import index_paths
from training.run_folder import RunFolder

PLANTED = '<img src=x onerror="window.planted=1">'
# What nobody may turn into elements: in a name, a title and a text; and one only the board may read.
DOCUMENTS = [
    {
        "id": "연차.md",
        "title": "연차 휴가",
        "text": "연차 휴가는 쉬는 날의 5영업일 전까지 신청합니다. 팀장이 승인합니다.",
    },
    {
        "id": f"심은 글{PLANTED}.md",
        "title": f"심은 글{PLANTED}",
        "text": f"주차장 요금은 한 달에 3만 원입니다 {PLANTED} 그리고 매월 1일에 냅니다.",
    },
    {
        "id": "임원.md",
        "title": "임원 보수",
        "text": "임원 성과급은 기본급의 200퍼센트입니다.",
        "acl": ["이사회"],
    },
]
GATE = {"passed": False, "reasons": ["general_ko: 정확도가 4.2 points 떨어짐"], "notes": [], "checks": []}


def write_documents(folder: Path) -> Path:
    path = folder / "docs.jsonl"
    path.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in DOCUMENTS))
    return path


def write_run(folder: Path) -> RunFolder:
    """A run as `malmoi train` leaves it, without weights."""
    run = RunFolder(folder)
    folder.mkdir(parents=True)
    run.config.write_text("name: small\nbase: smollm2\n", encoding="utf-8")
    run.note("run", {"steps": 40, "tokens_per_second": 812.5, "seconds": 61.0})
    run.note("eval", {"gate": GATE, "sets": {}})
    lines = [{"step": step, "epoch": step / 40, "loss": 4 / step, "seconds": step} for step in range(1, 41)]
    lines.append({"step": 40, "epoch": 1.0, "validation_loss": 0.55, "seconds": 41.0})
    run.metrics.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    run.evaluation.mkdir()
    (run.evaluation / "report.html").write_text("<!doctype html><title>전과 후</title>", encoding="utf-8")
    return run


def write_measurements(home: Path) -> None:
    folder = home / "evaluations"
    folder.mkdir()
    rows = [
        {"query": f"질문 {number}{PLANTED}", "measures": {"recall@1": number / 120, "ndcg@10": None}}
        for number in range(120)
    ]
    report = {
        "queries": 120,
        "recall@1": 0.4958,
        "latency_ms": {"p50": 11.5},
        "dense": True,
        "per_query": rows,
    }
    (folder / "retrieval.json").write_text(json.dumps(report), encoding="utf-8")
    (folder / "notes.json").write_text('{"no": "measurement"}', encoding="utf-8")
    (folder / "broken.json").write_text("{", encoding="utf-8")
    (folder / "other.html").write_text("<h1>no page of ours</h1>", encoding="utf-8")


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Path:
    """A workspace that no test changes."""
    home = tmp_path_factory.mktemp("console")
    recipe = load_recipe(project / "recipes" / "samples.yaml")
    run_recipe(recipe, project / "samples", home / "releases" / "samples")
    index_paths([write_documents(home)], home / "indexes" / "rules", embedder="none")
    write_run(home / "runs" / "small")
    write_measurements(home)
    return home


@pytest.fixture
def changed(home: Path, tmp_path: Path) -> Path:
    """A copy of the workspace that a test may break."""
    return Path(shutil.copytree(home, tmp_path / "changed"))


Open = Callable[..., TestClient]


@pytest.fixture
def console() -> Iterator[Open]:
    """Open the console over a workspace; ``desk`` of the client is what the pages share."""
    desks = []

    def opened(home: Path, **headers: str) -> TestClient:
        desk = Desk(Workspace(home))
        desks.append(desk)
        client = TestClient(application(desk), base_url="http://127.0.0.1:8066", headers=headers)
        client.desk = desk  # type: ignore[attr-defined]
        return client

    yield opened
    for desk in desks:
        desk.close()


@pytest.fixture
def page(console: Open, home: Path) -> TestClient:
    """The console in English."""
    return console(home, **{"accept-language": "en"})


def started(home: Path, *options: str) -> "subprocess.Popen[str]":
    """Start `malmoi ui` as a person would."""
    command = [sys.executable, "-m", "malmoi", "ui", "--no-open", "--json", *options]
    return subprocess.Popen(
        command, cwd=home, env={**_environment(), "MALMOI_HOME": str(home)}, stdout=subprocess.PIPE, text=True
    )


def announced(process: "subprocess.Popen[str]") -> dict[str, str]:
    """What it says when it listens."""
    said = ""
    for line in process.stdout or ():
        said += line
        try:
            found: dict[str, str] = json.loads(said)
        except json.JSONDecodeError:
            continue
        return found
    raise AssertionError(f"it ended: {said}")


def _environment() -> dict[str, str]:
    import os

    root = Path(__file__).parents[2]
    return {**os.environ, "PYTHONPATH": str(root)}
