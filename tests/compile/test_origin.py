"""The note beside a bundle: it counts beside that bundle only, and tells when model or documents change."""

import json
import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from compile.origin import MARKS, is_bundle, note_origin, origin_file, origin_for, origin_of, state_of
from compile.placing import BUNDLE
from malmoi.holdings import Bundle, holdings
from rag.index import index_paths


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace with a run whose model is merged, an index, and a bundle of both as far as its names go."""
    merged = tmp_path / "runs/trial/merged"
    merged.mkdir(parents=True)
    (merged / "config.json").write_text("{}", encoding="utf-8")
    (merged / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "runs/trial/begun-run.json").write_text("{}", encoding="utf-8")
    record(tmp_path, "1" * 64)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers/주차.md").write_text("주차장은 지하에 있습니다.\n", encoding="utf-8")
    index(tmp_path)
    bundle(tmp_path, revision="sha256:" + "1" * 64)
    return tmp_path


def record(home: Path, sha256: str) -> None:
    weights = [{"path": "model.safetensors", "sha256": sha256, "bytes": len(b"weights")}]
    told = {"run": {"sources": []}, "merge": {"of": {}, "weights": weights}}
    (home / "runs/trial/run.json").write_bytes(orjson.dumps(told))


def index(home: Path) -> None:
    index_paths([home / "papers"], home / "indexes/papers", embedder="none")


def bundle(home: Path, *, revision: str, model: str = "runs/trial/merged") -> None:
    out = home / "bundle"
    (out / "models/m/resolve/main").mkdir(parents=True, exist_ok=True)
    page: dict[str, Any] = {"models": [{"name": "trial"}], "search": {"folder": "search/", "passages": 1}}
    (out / "page.json").write_bytes(orjson.dumps(page))
    (out / "app-config.json").write_text("{}", encoding="utf-8")
    papers = home / "indexes/papers"
    named = str(home / model) if "/" in model else model
    origin = origin_for(
        out,
        model=named,
        revision=revision,
        index=papers,
        index_state=state_of(papers),
        options=("--quantization", "q4f32_1"),
    )
    note_origin(out, origin)


def only(home: Path) -> Bundle:
    (found,) = holdings(home).bundles
    return found


def test_the_marks_are_those_that_a_build_leaves(home: Path) -> None:
    assert set(MARKS) == set(BUNDLE.marks)
    assert is_bundle(home / "bundle")


def test_what_was_just_built_is_current(home: Path) -> None:
    found = only(home)
    assert (found.models, found.passages, found.stale) == (("trial",), 1, ())


def test_another_model_is_told_by_the_record_of_its_run(home: Path) -> None:
    """The weights have the size that they had; their hash stands in the record."""
    record(home, "2" * 64)
    (line,) = only(home).stale
    assert (line.reason, line.against) == ("changed", str(home / "runs/trial/merged"))
    for part in ("malmoi compile build", "--index", "--quantization q4f32_1", "--out"):
        assert part in line.fix


def test_a_time_alone_is_no_other_model(home: Path) -> None:
    (home / "runs/trial/merged/model.safetensors").write_bytes(b"weights")
    assert only(home).stale == ()


def test_other_documents_are_told_and_the_same_indexed_anew_are_not(home: Path) -> None:
    shutil.rmtree(home / "indexes/papers")
    index(home)
    assert only(home).stale == ()
    (home / "papers/주차.md").write_text("주차장은 옥상에 있습니다.\n", encoding="utf-8")
    assert only(home).stale == (), "the index is behind first"
    index(home)
    assert [one.reason for one in only(home).stale] == ["changed"]


def test_what_is_gone_is_told(home: Path) -> None:
    shutil.rmtree(home / "indexes/papers")
    shutil.rmtree(home / "runs")
    assert [one.against for one in only(home).stale] == [
        str(home / "runs/trial/merged"),
        str(home / "indexes/papers"),
    ]


def test_a_model_that_malmoi_makes_does_not_change(home: Path) -> None:
    bundle(home, revision="sha256:x", model="tiny")
    assert only(home).stale == ()


def test_a_note_of_another_bundle_says_nothing(home: Path) -> None:
    record(home, "2" * 64)
    (home / "bundle/app-config.json").write_text('{"other": 1}', encoding="utf-8")
    assert origin_of(home / "bundle") is None
    assert only(home).stale == ()
    assert str(home) in json.loads(origin_file(home / "bundle").read_bytes())["model"]
