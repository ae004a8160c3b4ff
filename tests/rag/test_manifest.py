import sqlite3

import numpy as np
import pytest

from curation.errors import ConfigurationError
from rag.manifest import FILE_NAME, DocumentEntry, FileEntry, Manifest, PassageEntry


@pytest.fixture
def manifest(tmp_path):
    with Manifest.create(tmp_path, "none") as opened:
        yield opened


def entry(name, doc_id, *tokens, key=None):
    return PassageEntry(name, doc_id, 10, tokens, key)


def documents(**contents):
    return {name: DocumentEntry(content, "a.md") for name, content in contents.items()}


def test_frequencies_follow_every_change(manifest):
    manifest.record(documents(a=b"1", b=b"1"), [entry("a0", "a", "휴가", "연차"), entry("b0", "b", "휴가")])
    assert manifest.frequencies(["휴가", "연차", "출장"]) == {"휴가": 2, "연차": 1, "출장": 0}

    manifest.record(documents(a=b"2"), [entry("a1", "a", "출장")])
    assert manifest.frequencies(["휴가", "연차", "출장"]) == {"휴가": 1, "연차": 0, "출장": 1}
    assert (manifest.documents(), manifest.passages()) == (2, 2)

    manifest.forget(["a", "b", "unknown"])
    assert manifest.frequencies(["휴가", "연차", "출장"]) == dict.fromkeys(["휴가", "연차", "출장"], 0)
    assert (manifest.documents(), manifest.passages()) == (0, 0)


def test_bigrams_are_counted_by_passage_and_lengths_by_token(manifest):
    manifest.record(
        documents(a=b"1"),
        [entry("a0", "a", "휴가", "휴가", "_휴가", "_휴가"), entry("a1", "a", "_휴가", "연차")],
    )

    assert manifest.frequencies(["휴가", "_휴가"]) == {"휴가": 1, "_휴가": 2}
    assert manifest.mean_length() == 3.0
    manifest.record(documents(a=b"2"), [entry("a2", "a", "연차")])
    assert manifest.frequencies(["휴가", "_휴가", "연차"]) == {"휴가": 0, "_휴가": 0, "연차": 1}
    assert manifest.mean_length() == 1.0
    manifest.forget(["a"])
    assert manifest.mean_length() == 0.0


def test_a_failed_record_changes_nothing(manifest):
    manifest.record(documents(a=b"1"), [entry("a0", "a", "휴가")])

    with pytest.raises(sqlite3.IntegrityError):
        manifest.record(
            documents(b=b"1"),
            [entry("a0", "b", "휴가")],
            files=[FileEntry("b.md", 1, 1, b"", "")],
        )

    assert manifest.entries(["a", "b"]) == {"a": DocumentEntry(b"1", "a.md")}
    assert manifest.frequencies(["휴가"]) == {"휴가": 1}
    assert (manifest.passages(), manifest.mean_length()) == (1, 1.0)
    assert manifest.files() == {}


def test_a_file_is_recorded_with_its_documents(manifest):
    file = FileEntry("a.md", 120, 99, b"digest", "")
    manifest.record(documents(a=b"1", b=b"1"), [entry("a0", "a")], files=[file])

    assert manifest.files() == {"a.md": file}
    assert manifest.documents_of("a.md") == ["a", "b"]

    manifest.record({}, [], moved={"a": "새.md"}, gone=["b"], files=[file._replace(path="새.md")])
    manifest.forget([], ["a.md"])

    assert list(manifest.files()) == ["새.md"]
    assert (manifest.documents_of("a.md"), manifest.documents_of("새.md")) == ([], ["a"])


def test_values_about_the_index(manifest):
    assert (manifest.store, manifest.embedder, manifest.dimensions) == ("lancedb", "none", 0)
    assert manifest.meta("ranking") is None

    manifest.set_meta("ranking", "{}")
    manifest.set_meta("ranking", '{"k1":1.5}')

    assert manifest.meta("ranking") == '{"k1":1.5}'


def test_a_new_index_keeps_its_store_and_embedder(tmp_path):
    Manifest.create(tmp_path, "openai:bge-m3@http://localhost", "milvus://db", 1024).close()
    Manifest.create(tmp_path, "none", "lancedb").close()

    with Manifest.open(tmp_path) as manifest:
        found = manifest.store, manifest.embedder, manifest.dimensions
    assert found == ("milvus://db", "openai:bge-m3@http://localhost", 1024)


def test_passages_that_need_a_vector_are_told_in_parts(manifest):
    manifest.record(documents(a=b"1"), [entry(f"a{n}", "a", key=b"k") for n in range(7)])
    manifest.record(documents(b=b"1"), [entry("b0", "b")])
    assert manifest.lacking() == (7, 70)

    manifest.have_vectors(["a1", "a5"])

    assert manifest.lacking() == (5, 50)
    assert manifest.without_vector(2) == ["a0", "a2"]
    assert manifest.without_vector(2, after="a2") == ["a3", "a4"]
    assert manifest.without_vector(2, after="a4") == ["a6"]
    assert manifest.without_vector(2, after="a6") == []
    manifest.forget(["a"])
    assert manifest.lacking() == (0, 0)


@pytest.mark.parametrize("drop", ["drop_freed_vectors", "drop_unused_vectors"])
def test_vectors_are_kept_while_a_passage_uses_them(manifest, drop):
    vectors = {b"used": np.ones(3, np.float16), b"unused": np.zeros(3, np.float16)}
    manifest.cache_vectors(vectors)
    manifest.record(
        documents(a=b"1", b=b"1"),
        [entry("a0", "a", key=b"used"), entry("b0", "b", key=b"used"), entry("b1", "b", key=b"unused")],
    )
    manifest.forget(["b"])

    getattr(manifest, drop)()

    found = manifest.cached_vectors([b"used", b"unused"])
    assert list(found) == [b"used"]
    assert found[b"used"].tolist() == [1, 1, 1]


def test_a_missing_index_is_told_with_the_command_that_builds_it(tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        Manifest.open(tmp_path / "index")
    assert "malmoi rag index" in caught.value.fix
    assert not (tmp_path / "index").exists()


def test_another_version_is_refused(tmp_path):
    Manifest.create(tmp_path, "none").close()
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE key = 'chunker'")

    with pytest.raises(ConfigurationError, match="chunker 0"):
        Manifest.open(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a database, " * 100])
def test_a_file_that_is_no_manifest_is_refused(tmp_path, content):
    (tmp_path / FILE_NAME).write_bytes(content)

    with pytest.raises(ConfigurationError):
        Manifest.open(tmp_path)
