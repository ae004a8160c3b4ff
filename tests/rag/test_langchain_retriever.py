from rag.index import index_paths
from rag.langchain_retriever import PassageRetriever
from rag.search import open_index
from rag.types import Filter
from tests.rag.conftest import HANDBOOK, write_documents


def test_an_index_is_a_retriever(handbook):
    retriever = PassageRetriever(index=open_index(handbook), k=2)

    first, second = retriever.invoke("출장 숙박비는 얼마인가요?")

    assert first.page_content.startswith("국내 출장 숙박비는")
    assert first.metadata["doc_id"] == first.metadata["source"] == "출장.md"
    assert first.metadata["score"] >= second.metadata["score"]


def test_a_retriever_keeps_to_its_filter(tmp_path):
    index_paths([write_documents(tmp_path / "docs.jsonl", HANDBOOK)], tmp_path / "index", embedder="none")
    retriever = PassageRetriever(index=open_index(tmp_path / "index"), among=Filter(sources=("주차", "급여")))

    found = retriever.invoke("출장 숙박비 회사 자리")

    assert [document.metadata["doc_id"] for document in found] == ["주차.md"]
