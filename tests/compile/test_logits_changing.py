"""Bias, penalties and the mask of a grammar change logits in place, as MLC's functions do."""

import numpy as np
import pytest

from tests.compile.logit_functions import LogitFunctions, floats, integers, logit_functions

pytest.importorskip("tvm", reason="apache-tvm is not installed")

VOCAB = 1000
ROW = integers(0)


@pytest.fixture(scope="module")
def functions() -> LogitFunctions:
    return logit_functions(VOCAB)


@pytest.fixture
def logits() -> np.ndarray:
    values = np.random.default_rng(4).normal(0, 3, VOCAB).astype(np.float32)
    values[:4] = [2.0, -2.0, 0.0, 0.5]
    return values


def test_a_bias_is_added(functions: LogitFunctions, logits: np.ndarray) -> None:
    tokens = integers(0, 999, 3, VOCAB, -1)  # the last two are no tokens
    bias = floats(100, -100, 0.25, 7, 7)
    wanted = logits.copy()
    wanted[tokens[:3]] += bias[:3]
    found = functions.changed("apply_logit_bias_inplace", logits, np.zeros(5, np.int32), tokens, bias)
    assert (found == wanted).all()


@pytest.mark.parametrize(
    "penalties", [(0.5, 0.0, 1.0), (0.0, 0.3, 1.0), (0.0, 0.0, 1.3), (0.4, 0.2, 1.1), (-1.0, -0.5, 0.8)]
)
def test_penalties_are_those_of_mlc(
    functions: LogitFunctions, logits: np.ndarray, penalties: tuple[float, float, float]
) -> None:
    tokens = np.random.default_rng(5).permutation(VOCAB)[:300].astype(np.int32)
    tokens = np.unique(np.append(tokens, [0, 1, 2, 3])).astype(np.int32)
    counts = (tokens % 5 + 1).astype(np.int32)
    presence, frequency, repetition = floats(*penalties)
    less = logits[tokens] - presence - counts.astype(np.float32) * frequency
    wanted = logits.copy()
    wanted[tokens] = np.where(less > 0, less / repetition, less * repetition)
    found = functions.changed(
        "apply_penalty_inplace", logits, ROW, np.zeros_like(tokens), tokens, counts, floats(*penalties)[None]
    )
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-6)
    untouched = np.setdiff1d(np.arange(VOCAB), tokens)
    assert (found[untouched] == logits[untouched]).all()


def test_the_mask_of_a_grammar_leaves_what_it_allows(functions: LogitFunctions, logits: np.ndarray) -> None:
    allowed = np.random.default_rng(6).random(VOCAB) < 0.1
    allowed[[0, 31, 32, 63, 999]] = [True, True, False, True, True]
    bits = np.zeros(-(-VOCAB // 32) * 32, np.uint8)
    bits[:VOCAB] = allowed
    words = np.packbits(bits, bitorder="little").view("<i4")
    assert (words < 0).any()  # the 32nd bit is the sign
    found = functions.changed("apply_bitmask_inplace", logits, ROW, words[None])
    assert (found[allowed] == logits[allowed]).all()
    assert (found[~allowed] < -3.3e38).all()
    assert np.isfinite(found).all()
    uniform = np.random.default_rng(7).random(2000, np.float32)
    for temperature in (1.0, 0.05, 1e-6, 5.0):
        assert allowed[functions.sample(found, temperature, 1.0, uniform)].all()


def test_what_is_forbidden_stays_so_under_penalties(functions: LogitFunctions, logits: np.ndarray) -> None:
    nothing = functions.changed("apply_bitmask_inplace", logits, ROW, np.zeros((1, 32), np.int32))
    tokens = np.arange(VOCAB, dtype=np.int32)
    found = functions.changed(
        "apply_penalty_inplace", nothing, ROW, tokens * 0, tokens, tokens * 0 + 9, floats(2, 2, 1.9)[None]
    )
    assert np.isfinite(found).all()
    assert (found < -3.3e38).all()
