"""The functions of logits that web-llm calls, with its signatures."""

from collections.abc import Callable
from typing import Any

from tvm import relax, tirx
from tvm.ir import IRModule

from compile.tvm.launching import WIDE, Loops, loops_here
from compile.tvm.logits.changing import bias_kernel, bitmask_kernel, penalty_kernel
from compile.tvm.logits.sampling import sample_kernel
from compile.tvm.logits.softmax import chunks_of, partials_kernel, quotients_kernel
from compile.tvm.logits.sorting import merge_kernel, merges_of, runs_kernel

_Kernel = Callable[[int, Loops], Any]


def add_logit_functions(module: IRModule, vocab: int) -> IRModule:
    """Add what lies between a model's logits and the next token, for the target that is current.

    All are float32 and int32, for one sequence, as web-llm has it; V is the vocabulary. What numbers the rows
    of a batch (``pos2seq_id``, ``seq_ids``, ``sample_indices``) is taken and not read: it is 0.

    - ``apply_logit_bias_inplace(logits (1, V), pos2seq_id (n), token_ids (n), logit_bias (n))``
    - ``apply_penalty_inplace(logits (1, V), seq_ids (1), pos2seq_id (n), token_ids (n), token_cnt (n),
      penalties (1, 3))``: presence, frequency and repetition
    - ``apply_bitmask_inplace(logits (1, V), seq_ids (1), bitmask (1, ceil(V / 32)))``
    - ``softmax_with_temperature(logits (1, 1, V), temperature (1))`` gives probabilities (1, 1, V)
    - ``argsort_probs(probs (1, V))`` gives them sorted, the largest first, and their places; equals stay in
      their order
    - ``sample_with_top_p(sorted_probs (1, V), sorted_indices (1, V), uniform_samples (n), sample_indices (n),
      sample_top_p (1))`` gives tokens (n)

    The first three give back their logits.
    """
    adding = _Adding(relax.BlockBuilder(module), vocab, loops_here(WIDE))
    adding.changing()
    adding.softmax()
    adding.argsort()
    adding.sampling()
    return adding.builder.finalize()


class _Adding:
    """Adds functions to one module."""

    def __init__(self, builder: relax.BlockBuilder, vocab: int, loops: Loops) -> None:
        self.builder, self.vocab, self.loops = builder, vocab, loops

    def changing(self) -> None:
        n = tirx.Var("num_tokens", "int64")
        logits, tokens = _floats(1, self.vocab), _integers(n)
        self._in_place(
            "apply_logit_bias",
            bias_kernel,
            ("logits", "token_ids", "logit_bias"),
            _variables(logits=logits, pos2seq_id=tokens, token_ids=tokens, logit_bias=_floats(n)),
        )
        self._in_place(
            "apply_penalty",
            penalty_kernel,
            ("logits", "token_ids", "token_cnt", "penalties"),
            _variables(
                logits=logits,
                seq_ids=_integers(1),
                pos2seq_id=tokens,
                token_ids=tokens,
                token_cnt=tokens,
                penalties=_floats(1, 3),
            ),
        )
        words = _integers(1, (self.vocab + 31) // 32)
        self._in_place(
            "apply_bitmask",
            bitmask_kernel,
            ("logits", "bitmask"),
            _variables(logits=logits, seq_ids=_integers(1), bitmask=words),
        )

    def softmax(self) -> None:
        chunks = chunks_of(self.vocab)
        kinds = _floats(1, chunks), _integers(1, chunks), _floats(1, chunks)
        arguments = _variables(logits=_floats(1, 1, self.vocab), temperature=_floats(1))
        with self.builder.function("softmax_with_temperature", arguments):
            parts = self._parts(self._call(partials_kernel, arguments, *kinds), len(kinds))
            given = self._call(quotients_kernel, [*arguments, *parts], arguments[0].ty)
            self.builder.emit_func_output(given)

    def argsort(self) -> None:
        kinds = _floats(1, self.vocab), _integers(1, self.vocab)
        arguments = _variables(probs=kinds[0])
        with self.builder.function("argsort_probs", arguments):
            found = self._call(runs_kernel, arguments, *kinds)
            merge = self._add(merge_kernel)
            for level in merges_of(self.vocab):
                runs = [*self._parts(found, len(kinds)), tirx.IntImm("int32", level)]
                found = self.builder.emit(relax.call_tir(merge, runs, list(kinds)))
            self.builder.emit_func_output(found)

    def sampling(self) -> None:
        n = tirx.Var("num_samples", "int64")
        arguments = _variables(
            sorted_probs=_floats(1, self.vocab),
            sorted_indices=_integers(1, self.vocab),
            uniform_samples=_floats(n),
            sample_indices=_integers(n),
            sample_top_p=_floats(1),
        )
        with self.builder.function("sample_with_top_p", arguments):
            probabilities, indices, uniform, _, top_p = arguments
            taken = [probabilities, indices, uniform, top_p]
            self.builder.emit_func_output(self._call(sample_kernel, taken, _integers(n)))

    def _in_place(
        self, name: str, kernel: _Kernel, taken: tuple[str, ...], arguments: list[relax.Var]
    ) -> None:
        by_name = {one.name: one for one in arguments}
        with self.builder.function(f"{name}_inplace", arguments):
            passed = [by_name[one] for one in taken]
            call = relax.call_tir_inplace(self._add(kernel), passed, 0, passed[0].ty)
            self.builder.emit_func_output(self.builder.emit(call))

    def _call(self, kernel: _Kernel, arguments: list[Any], *given: relax.TensorType) -> relax.Var:
        return self.builder.emit(relax.call_tir(self._add(kernel), arguments, list(given)))

    def _parts(self, found: relax.Var, count: int) -> list[relax.Var]:
        return [self.builder.emit(relax.TupleGetItem(found, at)) for at in range(count)]

    def _add(self, kernel: _Kernel) -> Any:
        function = kernel(self.vocab, self.loops)
        return self.builder.add_func(function, str(function.attrs["global_symbol"]))


def _variables(**types: relax.TensorType) -> list[relax.Var]:
    return [relax.Var(name, kind) for name, kind in types.items()]


def _floats(*shape: Any) -> relax.TensorType:
    return relax.TensorType(shape, "float32")


def _integers(*shape: Any) -> relax.TensorType:
    return relax.TensorType(shape, "int32")
