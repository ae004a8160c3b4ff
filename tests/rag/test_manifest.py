import sqlite3

import numpy as np
import pytest

from curation.errors import ConfigurationError
from rag.manifest import FILE_NAME, Manifest, PassageEntry


@pytest.fixture
def manifest(tmp_path):
    with Manifest.create(tmp_path, "none") as opened:
        yield opened


def entry(name, doc_id, *terms):
    return PassageEntry(name, doc_id, 10, terms, None)


def test_frequencies_follow_every_change(manifest):
    manifest.record({"a": b"1", "b": b"1"}, [entry("a0", "a", "휴가", "연차"), entry("b0", "b", "휴가")])
    assert manifest.frequencies(["휴가", "연차", "출장"]) == {"휴가": 2, "연차": 1, "출장": 0}

    manifest.record({"a": b"2"}, [entry("a1", "a", "출장")])
    assert manifest.frequencies(["휴가", "연차", "출장"]) == {"휴가": 1, "연차": 0, "출장": 1}
    assert (manifest.documents(), manifest.passages()) == (2, 2)

    manifest.forget(["a", "b", "unknown"])
    assert manifest.frequencies(["휴가", "연차", "출장"]) == dict.fromkeys(["휴가", "연차", "출장"], 0)
    assert (manifest.documents(), manifest.passages()) == (0, 0)


def test_a_failed_record_changes_nothing(manifest):
    manifest.record({"a": b"1"}, [entry("a0", "a", "휴가")])

    with pytest.raises(sqlite3.IntegrityError):
        manifest.record({"b": b"1"}, [entry("a0", "b", "휴가")])

    assert manifest.contents(["a", "b"]) == {"a": b"1"}
    assert manifest.frequencies(["휴가"]) == {"휴가": 1}


@pytest.mark.parametrize(
    ("stored", "broken"),
    [
        ([("a0", "a"), ("a1", "a"), ("b0", "b")], []),
        ([("a0", "a"), ("b0", "b")], ["a"]),
        ([("a0", "a"), ("a1", "a"), ("b0", "b"), ("c0", "c")], ["c"]),
        ([("a0", "a"), ("a1", "a"), ("b0", "b"), ("b0", "b")], ["b"]),
        ([], ["a", "b"]),
    ],
)
def test_differences_to_the_store_are_found(manifest, stored, broken):
    manifest.record({"a": b"1", "b": b"1"}, [entry("a0", "a"), entry("a1", "a"), entry("b0", "b")])

    assert manifest.differences(stored) == broken
    assert manifest.differences(iter(stored)) == broken


@pytest.mark.parametrize(
    ("stored", "stray"),
    [
        ([("a0", "a"), ("a1", "a"), ("b0", "b")], []),
        ([("a0", "a")], []),
        ([], []),
        ([("a0", "a"), ("c0", "c")], ["c"]),
        ([("a0", "a"), ("b0", "b"), ("b0", "b")], ["b"]),
    ],
)
def test_vectors_may_lack_but_not_stray(manifest, stored, stray):
    manifest.record({"a": b"1", "b": b"1"}, [entry("a0", "a"), entry("a1", "a"), entry("b0", "b")])

    assert manifest.stray_vectors(iter(stored)) == stray


def test_passages_without_a_vector_are_told_in_parts(manifest):
    manifest.record({"a": b"1"}, [entry(f"a{n}", "a") for n in range(7)])

    assert manifest.compare_with_vectors([("a1", "a"), ("a5", "a")]) == 50
    assert list(manifest.without_vector(2)) == [["a0", "a2"], ["a3", "a4"], ["a6"]]
    assert manifest.compare_with_vectors((f"a{n}", "a") for n in range(7)) == 0
    assert list(manifest.without_vector(2)) == []


def test_a_plan_is_compared_with_what_is_held(manifest):
    manifest.record({"same": b"1", "changed": b"1", "gone": b"1"}, [])

    characters = manifest.compare_with_plan([("same", b"1", 5), ("changed", b"2", 7), ("new", b"1", 11)])

    assert characters == 18
    assert manifest.vanished() == ["gone"]
    assert manifest.planned(["new", "gone"]) == {"new": b"1"}


def test_vectors_are_kept_while_a_passage_uses_them(manifest):
    vectors = {b"used": np.ones(3, np.float16), b"unused": np.zeros(3, np.float16)}
    manifest.cache_vectors(vectors)
    manifest.record({"a": b"1"}, [PassageEntry("a0", "a", 10, (), b"used")])

    manifest.drop_unused_vectors()

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
