"""The parameters of a function being built, by their names."""

from collections.abc import Mapping, Sequence
from typing import Any

from tvm import relax
from tvm.relax.frontend import nn

from compile.formats.converting import stored_tensors
from compile.formats.quantisation import Quantisation
from compile.models import Architecture, parameters_of
from compile.tvm.kernels import linear, quantised_linear, quantised_take, take

Stored = tuple[str, tuple[int, ...], str]


def stored_parameters(architecture: Architecture, quantisation: Quantisation) -> tuple[Stored, ...]:
    """Name, shape and type of what the shards hold, in the order in which functions take it."""
    return tuple(
        tensor
        for parameter in parameters_of(architecture)
        for tensor in stored_tensors(parameter, quantisation)
    )


def packed_parameters(stored: Sequence[Stored]) -> relax.Var:
    """Declare the last argument of a function: all parameters as one tuple."""
    fields = [relax.TensorType(shape, dtype) for _, shape, dtype in stored]
    return relax.Var("packed_params", relax.TupleType(fields))


class Weights:
    """The tensors of a function's packed parameters.

    Parameters
    ----------
    stored
        What the tuple holds.
    packed
        The tuple, an argument of the function that the current `BlockBuilder` builds.
    """

    def __init__(self, stored: Sequence[Stored], packed: relax.Var) -> None:
        self._tensors: Mapping[str, Any] = {
            name: nn.Tensor(_expr=relax.BlockBuilder.current().emit(relax.TupleGetItem(packed, at), name))
            for at, (name, _, _) in enumerate(stored)
        }

    def tensor(self, name: str) -> Any:
        """Give a tensor as it is stored."""
        return self._tensors[name]

    def linear(self, name: str, x: Any) -> Any:
        """Apply a linear layer to hidden states of shape (1, tokens, in); shape (1, tokens, out)."""
        bias = self._tensors.get(f"{name}.bias")
        if f"{name}.q_weight" in self._tensors:
            return quantised_linear(x, self.tensor(f"{name}.q_weight"), self.tensor(f"{name}.q_scale"), bias)
        return linear(x, self.tensor(f"{name}.weight"), bias)

    def rows(self, name: str, ids: Any, columns: int) -> Any:
        """Give the rows ``ids`` of an embedding of ``columns`` columns; shape (tokens, columns)."""
        if f"{name}.q_weight" in self._tensors:
            words, scales = self.tensor(f"{name}.q_weight"), self.tensor(f"{name}.q_scale")
            return quantised_take(ids, words, scales, columns)
        return take(ids, self.tensor(f"{name}.weight"))
