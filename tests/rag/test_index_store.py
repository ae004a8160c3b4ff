"""An index whose store lies elsewhere: Milvus."""

import pytest

from curation.errors import ConfigurationError
from rag.index import index_paths
from rag.search import open_index
from rag.stores import open_store
from tests.rag.conftest import HANDBOOK, write_documents

pytest.importorskip("milvus_lite")


@pytest.fixture
def documents(tmp_path):
    return write_documents(tmp_path / "docs.jsonl", HANDBOOK)


@pytest.fixture
def store(tmp_path):
    return f"milvus-lite:{tmp_path / 'store.db'}"


def test_it_is_found_again_and_brought_up_to_date(tmp_path, documents, store):
    index_paths([documents], tmp_path / "index", embedder="none", store=store)
    write_documents(documents, {**HANDBOOK, "주차.md": ("주차", "주차 자리는 20면입니다.")})

    report = index_paths([documents], tmp_path / "index", embedder="none")

    assert (report.added, report.updated, report.deleted) == (0, 1, 0)
    (best,) = open_index(tmp_path / "index").search("주차 자리는 몇 면인가요?", 1)
    assert best.passage.text == "주차 자리는 20면입니다."


def test_a_second_index_does_not_take_the_passages_of_the_first_for_strays(tmp_path, documents, store):
    index_paths([documents], tmp_path / "first", embedder="none", store=store)

    with pytest.raises(ConfigurationError, match="holds another index"):
        index_paths([documents], tmp_path / "second", embedder="none", store=store)

    held = open_store(store, tmp_path / "first", 0, create=False)
    assert held.passages() == len(HANDBOOK)
    held.close()
