"""What was taken out of an index stands in none of its files, once no reader needs the old version."""

from datetime import timedelta
from pathlib import Path

from rag.index import index_paths
from rag.stores import open_store

SECRET = "카나리아꽃밭은 삼월 이레에 문을 엽니다."


def files_with(folder: Path, text: str) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_a_document_that_is_gone_is_gone_from_the_index_s_files(tmp_path: Path) -> None:
    documents, index = tmp_path / "documents", tmp_path / "index"
    documents.mkdir()
    (documents / "정원.md").write_text(f"# 정원\n\n{SECRET}\n", encoding="utf-8")
    (documents / "주차.md").write_text("# 주차\n\n주차장은 지하에 있습니다.\n", encoding="utf-8")
    index_paths([documents], index, embedder="none")
    assert files_with(index, "카나리아꽃밭")

    (documents / "정원.md").unlink()
    index_paths([documents], index, embedder="none")
    store = open_store("lancedb", index, 0, create=False)
    # `malmoi clean` keeps the versions of the last ten minutes for readers; here nobody reads.
    store.settle(timedelta(0))
    store.close()
    assert files_with(index, "카나리아꽃밭") == []
    assert files_with(index, "주차장은")
