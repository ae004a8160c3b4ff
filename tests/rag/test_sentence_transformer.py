"""What the library is handed; it is not installed for tests, so a small class stands in for it."""

import sys
import types

import numpy as np
import pytest

pytest.importorskip("transformers", reason="needs malmoi[models]")

from rag.embedders.sentence_transformer import SentenceTransformerEmbedder


class Library:
    prompts: dict[str, str] | None = None
    made: list[tuple[str, dict[str, object]]]
    asked: list[tuple[str, list[str], str | None]]

    def __init__(self, folder, **options):
        type(self).made.append((folder, options))

    def encode_query(self, texts, *, prompt, show_progress_bar):
        return self._encode("query", texts, prompt)

    def encode_document(self, texts, *, prompt, show_progress_bar):
        return self._encode("document", texts, prompt)

    def _encode(self, kind, texts, prompt):
        type(self).asked.append((kind, texts, prompt))
        return np.array([[3.0, 4.0]] * len(texts), np.float32)


@pytest.fixture
def library(monkeypatch):
    fresh = type("Fresh", (Library,), {"made": [], "asked": []})
    module = types.ModuleType("sentence_transformers")
    module.SentenceTransformer = fresh
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
    return fresh


def test_weights_are_local_and_vectors_unit(library, tmp_path):
    embedder = SentenceTransformerEmbedder(str(tmp_path))
    assert not library.made
    assert embedder.passages(["연차\0", "휴가"]) == pytest.approx(np.array([[0.6, 0.8]] * 2), abs=1e-3)
    assert embedder.query("?").shape == (embedder.dimensions,) == (2,)
    assert embedder.passages([]).shape == (0, 2)
    assert library.made == [(str(tmp_path), {"local_files_only": True, "trust_remote_code": False})]
    assert library.asked[0] == ("document", ["연차 ", "휴가"], None)
    assert library.asked[1] == ("query", ["?"], None)
    assert embedder.name == f"sentence-transformers:{tmp_path}"


@pytest.mark.parametrize(
    ("own", "query", "passage"),
    [
        (None, "query: ", "passage: "),
        ({"query": "", "document": ""}, "query: ", "passage: "),
        ({"query": "질문: "}, None, None),
    ],
)
def test_the_models_own_words_come_before_those_of_its_name(library, tmp_path, own, query, passage):
    library.prompts = own
    folder = tmp_path / "KoE5"
    folder.mkdir()
    embedder = SentenceTransformerEmbedder(str(folder))
    embedder.query("?")
    embedder.passages(["가"])
    assert [prompt for _, _, prompt in library.asked] == [query, passage]
