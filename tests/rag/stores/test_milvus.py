"""What Milvus needs beyond the contract: its limits, its locks, its scores."""

import math
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from curation.errors import ConfigurationError, UserError
from rag.stores import open_store
from rag.stores.milvus import MilvusStore
from rag.stores.milvus_rows import dimension, key, sparse_document, sparse_query
from rag.types import Filter
from tests.rag.stores.samples import found, passage, unit

pytest.importorskip("milvus_lite")
# While it is imported, it configures logging anew, and absl's handler then closes a stream that is not
# sys.stderr: inside a test whose output is captured, that is the stream of all the tests after it.
pytest.importorskip("pymilvus")
PROJECT = Path(__file__).parents[3]


def spec(tmp_path):
    return f"milvus-lite:{tmp_path / 'store.db'}"


@pytest.fixture
def store(tmp_path):
    opened = MilvusStore(spec(tmp_path), 8, create=True)
    yield opened
    opened.close()


def test_a_token_has_the_same_dimension_in_every_process_and_release():
    assert (dimension("휴가"), dimension("_휴가")) == (1051722978, 1556988637)
    tokens = [f"토큰{n}" for n in range(50_000)]
    assert all(1 <= dimension(token) < 2**32 - 1 for token in tokens)
    assert len({dimension(token) for token in tokens}) > 49_990
    assert len(key("아무 이름")) == 32


def test_the_inner_product_is_bm25():
    lexical, weights = "휴가 휴가 규정 " + "장비 " * 30, {"휴가": 3.0, "규정": 2.0, "없음": 9.0}
    length, mean = len(lexical.split()), 190
    expected = 0.0
    for token, count in Counter(lexical.split()).items():
        part = count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / mean))
        expected += part * weights.get(token, 0.0)

    document, query = sparse_document(lexical), sparse_query(weights)

    assert math.isclose(sum(document.get(at, 0.0) * weight for at, weight in query.items()), expected)
    # Milvus takes no empty vector; a passage without tokens is found by none.
    assert set(sparse_document("  ")) == {0}
    assert 0 not in {dimension(f"토큰{n}") for n in range(1_000)}
    assert sparse_query({"휴가": 0.0}) == {}


def test_scores_do_not_depend_on_when_a_passage_came(store):
    store.add([passage(f"old{n}") for n in range(50)], ["출장 규정 장비"] * 50)
    store.settle()
    store.add([passage("twin"), passage("late")], ["출장 규정 장비", "휴가 규정"])

    query = sparse_query({"규정": 1.0})
    hits = store._search(
        "malmoi_passages", query, 60, Filter(), anns_field="sparse", output_fields=["passage_id"]
    )

    scores = {hit["entity"]["passage_id"]: hit["distance"] for hit in hits}
    assert len(scores) == 52
    assert (
        scores["twin"]
        == scores["old0"]
        == pytest.approx(sparse_document("출장 규정 장비")[dimension("규정")])
    )


def test_ids_are_listed_in_parts_when_there_are_many(store):
    names = [f"p{n}" for n in range(5_000)]
    for at in range(0, 5_000, 2_500):
        part = [passage(name, doc_id=name) for name in names[at : at + 2_500]]
        store.add_vectors(part, np.stack([unit(0)] * 2_500))

    listed = [name for name, _ in store.vector_ids()]

    assert len(listed) == 5_000
    assert set(listed) == set(names)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": "가" * 21_846}, "text of a passage has 65,538 bytes"),
        ({"title": "가" * 30_000}, "title of a passage has 90,000 bytes"),
        ({"acl": ("가" * 400,)}, "groups"),
        ({"acl": tuple(map(str, range(1_025)))}, "groups"),
    ],
)
def test_what_is_too_long_is_told_before_anything_is_written(store, values, said):
    # Lengths are of UTF-8; Milvus Lite takes more than a server does.
    long = passage("long", **({"text": "본문"} | values), doc_id="긴 문서")

    with pytest.raises(UserError, match=said) as caught:
        store.add([passage("short"), long], ["휴가", "휴가"])

    assert "긴 문서" in caught.value.where
    assert store.passages() == 0
    store.add([passage("most", "가" * 21_845)], ["휴가"])
    assert store.passages() == 1


def test_a_second_process_is_told_and_the_first_goes_on(store, tmp_path):
    script = (
        "import sys; from pathlib import Path; from curation.errors import UserError\n"
        "from rag.stores import open_store\n"
        "try: open_store(sys.argv[1], Path(), 8, create=True)\n"
        "except UserError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, spec(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "another process has it" in done.stdout
    assert "one at a time" in done.stdout
    assert "Traceback" not in done.stderr
    store.add([passage("a")], ["휴가"])
    assert found(store, "휴가") == {"a"}


def test_two_in_one_process_share_it_and_the_last_one_lets_go(tmp_path):
    one, other = (MilvusStore(spec(tmp_path), 8, create=True) for _ in range(2))
    one.add([passage("a")], ["휴가"])
    one.close()
    one.close()
    assert found(other, "휴가") == {"a"}
    other.close()

    script = "import sys; from pathlib import Path; from rag.stores import open_store\n" + (
        "print(open_store(sys.argv[1], Path(), 8, create=False).passages())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, spec(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1\n"


def test_a_collection_of_another_program_is_told_and_left_alone(store, tmp_path):
    store.add([passage("a")], ["휴가"])
    client = store._client
    client.drop_collection("malmoi_passages")
    client.create_collection("malmoi_passages", dimension=4)
    client.insert("malmoi_passages", [{"id": 1, "vector": [0, 0, 0, 1]}])

    for create in (False, True):
        with pytest.raises(ConfigurationError, match="other fields"):
            MilvusStore(spec(tmp_path), 8, create=create)
    assert client.query("malmoi_passages", filter="", output_fields=["count(*)"]) == [{"count(*)": 1}]


def test_a_file_that_is_no_milvus_lite_is_told(tmp_path):
    (tmp_path / "store.db").write_bytes(b"SQLite format 3\0")

    with pytest.raises(UserError, match="cannot be opened"):
        MilvusStore(spec(tmp_path), 8, create=True)
    assert (tmp_path / "store.db").read_bytes() == b"SQLite format 3\0"


def test_a_server_that_is_away_is_told_without_a_traceback(tmp_path, unused_tcp_port, capfd):
    with pytest.raises(UserError) as caught:
        open_store(f"milvus://127.0.0.1:{unused_tcp_port}/index", tmp_path, 8, create=True)

    assert f"milvus://127.0.0.1:{unused_tcp_port}/index" in caught.value.where
    assert "MILVUS_TOKEN" in caught.value.fix
    assert "Traceback" not in "".join(capfd.readouterr())


def test_a_missing_package_is_told_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(ConfigurationError, match="not installed") as caught:
        open_store("milvus://127.0.0.1:19530/index", tmp_path, 8, create=True)
    assert caught.value.fix == "just setup milvus"
