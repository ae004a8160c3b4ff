"""From logits to a token: the kernels of the page, as loops on this processor, against numpy."""

import numpy as np
import pytest

from tests.compile.logit_functions import (
    LogitFunctions,
    chi_square,
    floats,
    logit_functions,
    nucleus,
    softmax,
)

pytest.importorskip("tvm", reason="apache-tvm is not installed")

VOCAB = 1000
DRAWS = 2000


@pytest.fixture(scope="module")
def functions() -> LogitFunctions:
    return logit_functions(VOCAB)


@pytest.fixture(scope="module")
def logits() -> np.ndarray:
    return np.random.default_rng(1).normal(0, 3, VOCAB).astype(np.float32)


@pytest.fixture(scope="module")
def uniform() -> np.ndarray:
    return np.random.default_rng(2).random(DRAWS, np.float32)


@pytest.mark.parametrize(
    ("temperature", "top_p"), [(1.0, 1.0), (1.0, 0.9), (0.7, 0.95), (1.3, 0.5), (0.2, 1.0)]
)
def test_draws_have_the_distribution_of_the_reference(
    functions: LogitFunctions, logits: np.ndarray, uniform: np.ndarray, temperature: float, top_p: float
) -> None:
    tokens = functions.sample(logits, temperature, top_p, uniform)
    expected = nucleus(softmax(logits, temperature), top_p)
    assert chi_square(tokens, expected) > 0.01
    assert (expected[tokens] > 0).all()


def test_the_chi_square_notices_a_forgotten_top_p(
    functions: LogitFunctions, logits: np.ndarray, uniform: np.ndarray
) -> None:
    tokens = functions.sample(logits, 1.0, 1.0, uniform)
    assert chi_square(tokens, nucleus(softmax(logits, 1.0), 0.9)) < 1e-6
    assert chi_square(tokens, softmax(logits, 0.9)) < 1e-6


def test_a_number_gives_the_token_at_which_the_sum_passes_it(functions: LogitFunctions) -> None:
    logits = np.full(VOCAB, -3e38, np.float32)
    logits[[5, 900, 30]] = np.log(floats(0.25, 0.5, 0.25))
    # In order 900, 5, 30: equals in the order of the vocabulary.
    uniform = floats(0.0, 0.49, 0.51, 0.74, 0.76, 0.99999994, 1.0)
    assert functions.sample(logits, 1.0, 1.0, uniform).tolist() == [900, 900, 5, 5, 30, 30, 30]
    assert functions.sample(logits, 1.0, 0.6, uniform).tolist() == [900, 900, 900, 5, 5, 5, 5]
    assert functions.sample(logits, 1.0, 1e-5, uniform).tolist() == [900] * 7


def test_without_a_probability_above_zero_no_token_is_made_up(functions: LogitFunctions) -> None:
    nothing = np.zeros((1, VOCAB), np.float32)
    places = np.arange(VOCAB, dtype=np.int32)[None]
    rows = np.zeros(1, np.int32)
    sampled = functions("sample_with_top_p", nothing, places, floats(0.5), rows, floats(0.9))[0]
    assert sampled.tolist() == [-1]


@pytest.mark.parametrize("temperature", [1.0, 0.7, 0.1, 1e-3, 2.0])
def test_softmax_is_that_of_float64(
    functions: LogitFunctions, logits: np.ndarray, temperature: float
) -> None:
    found = functions("softmax_with_temperature", logits[None, None], floats(temperature))[0]
    assert found.shape == (1, 1, VOCAB)
    np.testing.assert_allclose(found[0, 0], softmax(logits, temperature), rtol=2e-5, atol=1e-30)
    assert found.sum() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("extreme", [3.4e38, 1e30, 50.0])
def test_far_logits_give_no_infinity(functions: LogitFunctions, extreme: float) -> None:
    logits = np.full(VOCAB, -extreme, np.float32)
    logits[7] = 20
    found = functions("softmax_with_temperature", logits[None, None], floats(0.05))[0]
    assert found[0, 0, 7] == 1
    assert found.sum() == 1


@pytest.mark.parametrize("temperature", [0.0, 1e-6])  # web-llm sends 1e-6 for 0
def test_without_temperature_the_first_of_the_likeliest_comes(
    functions: LogitFunctions, logits: np.ndarray, uniform: np.ndarray, temperature: float
) -> None:
    logits = logits.copy()
    logits[[411, 40, 999]] = 30
    found = functions("softmax_with_temperature", logits[None, None], floats(temperature))[0]
    assert np.flatnonzero(found).tolist() == [40]
    assert found[0, 0, 40] == 1
    assert set(functions.sample(logits, temperature, 1.0, uniform[:50]).tolist()) == {40}
