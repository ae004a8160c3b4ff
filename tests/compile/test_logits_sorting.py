"""The sort of probabilities equals numpy's stable one, whatever stands in them."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from tests.compile.logit_functions import logit_functions as functions

pytest.importorskip("tvm", reason="apache-tvm is not installed")

RANDOM = np.random.default_rng(3)
INPUTS: Mapping[str, Callable[[int], np.ndarray]] = {
    "random": RANDOM.random,
    "softmax": lambda size: np.exp(RANDOM.normal(0, 4, size)) / size,
    "few values": lambda size: RANDOM.integers(0, 3, size) / 4,
    "equal": lambda size: np.full(size, 1 / size),
    "zeros": np.zeros,
    "one": lambda size: np.eye(1, size, size - 1)[0],
    "ascending": lambda size: np.arange(size) / size,
    "descending": lambda size: np.arange(size)[::-1] / size,
    "saw": lambda size: (np.arange(size) % 7) / 7,
    "smallest": lambda size: RANDOM.integers(0, 5, size) * 1e-38,
    "equal at the seams": lambda size: (np.arange(size) // 8 % 2) / 2,
}


@pytest.mark.parametrize("size", [1, 2, 7, 8, 9, 17, 257, 1536, 4099, 49152])
def test_the_order_is_that_of_numpy(size: int) -> None:
    for name, make in INPUTS.items():
        values = make(size).astype(np.float32)[None]
        ordered, places = functions(size)("argsort_probs", values)
        wanted = np.argsort(-values, axis=1, kind="stable")
        assert (places == wanted).all(), name
        assert (ordered == np.take_along_axis(values, wanted, axis=1)).all(), name


def test_the_probabilities_stay_as_they_were() -> None:
    # web-llm reads them afterwards, for logprobs.
    values = RANDOM.random((1, 257)).astype(np.float32)
    held = functions(257).tensor(values)
    functions(257).machine["argsort_probs"](held)
    assert (held.numpy() == values).all()


@pytest.mark.parametrize(("vocab", "count"), [(1, 0), (8, 0), (9, 1), (16, 1), (49152, 13), (151936, 15)])
def test_runs_double_until_one_holds_all(vocab: int, count: int) -> None:
    from compile.tvm.logits.sorting import RUN, merges_of

    levels = merges_of(vocab)
    assert len(levels) == count
    assert RUN << count >= vocab
    assert list(levels) == list(range(3, 3 + count))
