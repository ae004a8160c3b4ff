"""The functions of logits on this machine's processor, and what numpy says they should give."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Integers = NDArray[np.int32]


class LogitFunctions:
    """The kernels of a vocabulary, run by TVM's virtual machine, with the passes that a library has."""

    def __init__(self, vocab: int) -> None:
        import tvm
        from tvm import relax

        from compile.tvm.logits import add_logit_functions
        from compile.tvm.pipeline import pipeline

        target = tvm.target.Target("llvm")
        with target:
            module = add_logit_functions(tvm.IRModule(), vocab)
            built = relax.build(
                module, target=target, relax_pipeline=pipeline(16, "software", lambda _: "{}")
            )
        self.machine = relax.VirtualMachine(built, tvm.cpu())
        self.tensor = tvm.runtime.tensor

    def __call__(self, name: str, *values: NDArray[Any]) -> list[NDArray[Any]]:
        """Call a function; a tuple is given as its parts."""
        given = self.machine[name](*(self.tensor(one) for one in values))
        return [one.numpy() for one in (given if hasattr(given, "__len__") else [given])]

    def changed(self, name: str, logits: Floats, *values: NDArray[Any]) -> Floats:
        """Give logits after a function has changed them in place."""
        held = self.tensor(logits[None])
        self.machine[name](held, *(self.tensor(one) for one in values))
        changed: Floats = held.numpy()[0]
        return changed

    def sample(self, logits: Floats, temperature: float, top_p: float, uniform: Floats) -> Integers:
        """Go the way from logits to tokens that web-llm goes."""
        probabilities = self("softmax_with_temperature", logits[None, None], floats(temperature))[0]
        ordered, places = self("argsort_probs", probabilities[0])
        rows = np.zeros(len(uniform), np.int32)
        tokens: Integers = self("sample_with_top_p", ordered, places, uniform, rows, floats(top_p))[0]
        return tokens


@cache
def logit_functions(vocab: int) -> LogitFunctions:
    """The functions of a vocabulary, built once in a process: no call changes them."""
    # TVM's parser looks at every frame of the stack below it, for each kernel: a thread's is short.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(LogitFunctions, vocab).result()


def floats(*values: float) -> Floats:
    return np.array(values, np.float32)


def integers(*values: int) -> Integers:
    return np.array(values, np.int32)


def softmax(logits: Floats, temperature: float) -> NDArray[np.float64]:
    scaled = logits.astype(np.float64) / np.float32(temperature)
    powers = np.exp(scaled - scaled.max())
    return powers / powers.sum()  # type: ignore[no-any-return]


def nucleus(probabilities: NDArray[np.float64], top_p: float) -> NDArray[np.float64]:
    """Keep the smallest set of the likeliest that has ``top_p`` together; what they give sums to 1."""
    order = np.argsort(-probabilities, kind="stable")
    count = int(np.searchsorted(np.cumsum(probabilities[order]), top_p)) + 1
    kept = np.zeros_like(probabilities)
    kept[order[:count]] = probabilities[order[:count]]
    return kept / kept.sum()  # type: ignore[no-any-return]


def chi_square(tokens: Integers, expected: NDArray[np.float64]) -> float:
    """Give the probability of counts as uneven as these; tokens expected fewer than 5 times are one cell."""
    from scipy.stats import chisquare

    counts = np.bincount(tokens, minlength=len(expected)).astype(float)
    wanted = expected * len(tokens)
    common = wanted >= 5
    seen = np.append(counts[common], counts[~common].sum())
    hoped = np.append(wanted[common], wanted[~common].sum())
    if hoped[-1] == 0:
        if seen[-1]:
            return 0.0
        seen, hoped = seen[:-1], hoped[:-1]
    return float(chisquare(seen, hoped).pvalue)
