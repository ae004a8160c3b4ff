from rag.langchain_retriever import PassageRetriever
from rag.search import open_index


def test_an_index_is_a_retriever(handbook):
    retriever = PassageRetriever(index=open_index(handbook), k=2)

    first, second = retriever.invoke("출장 숙박비는 얼마인가요?")

    assert first.page_content.startswith("국내 출장 숙박비는")
    assert first.metadata["doc_id"] == first.metadata["source"] == "출장.md"
    assert first.metadata["score"] >= second.metadata["score"]
