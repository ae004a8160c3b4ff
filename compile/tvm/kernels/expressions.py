"""What is computed with stored matrices: products, and rows by their numbers.

Words and scales are those of `compile.formats.quantisation`: eight codes a word, four words a scale. Sums
are of float32, also where the model's type is float16.
"""

from typing import Any, Final

from tvm import te, tirx
from tvm.relax.frontend import nn
from tvm.relax.frontend.nn import op

from compile.formats.quantisation import GROUP
from compile.tvm.kernels.product import CODES_A_WORD, WORDS_A_GROUP, ZERO, Product

# Marks the functions that get tiles: products of rows without a shorter group.
PRODUCT: Final = "malmoi.quantised_product"
# TVM's word for a function that nothing is fused into.
_OPAQUE: Final = {"op_pattern": 8}
_SIZES: Final = ("tokens", "rows", "columns", "words", "groups")


def quantised_linear(x: Any, q_weight: Any, q_scale: Any, bias: Any = None) -> Any:
    """Multiply hidden states with a quantised matrix.

    Parameters
    ----------
    x
        `nn.Tensor` of shape (1, tokens, in), in the model's type.
    q_weight, q_scale
        Words of shape (out, 4 * ceil(in / 32)), scales of shape (out, ceil(in / 32)).
    bias
        Shape (out,).

    Returns
    -------
    nn.Tensor
        Shape (1, tokens, out), in the type of ``x``.
    """
    if int(x.shape[2]) % GROUP:
        sums = op.tensor_expr_op(quantised_sums, "quantised_sums", [x, q_weight, q_scale], attrs=_OPAQUE)
        return _finished(sums, bias, x.dtype)
    given = [x, q_weight, q_scale] if bias is None else [x, q_weight, q_scale, bias]
    function = _product_function(Product(x.dtype, bias is not None, one_token=_is_one(x.shape[1])))
    out = nn.Tensor.placeholder([1, x.shape[1], q_weight.shape[0]], x.dtype)
    return op.tensor_ir_op(function, "quantised_linear", given, out)


def quantised_take(ids: Any, q_weight: Any, q_scale: Any, columns: int | None = None) -> Any:
    """Give rows of a quantised matrix: those of ``ids`` of shape (tokens,); shape (tokens, columns).

    ``columns``: how many a row has, where its last group is a shorter one.
    """
    width = int(q_scale.shape[1]) * GROUP if columns is None else columns

    def rows(ids: Any, q_weight: Any, q_scale: Any) -> Any:
        def weight(token: Any, column: Any) -> Any:
            row = ids[token]
            word = q_weight[row, column // CODES_A_WORD]
            shifted = word >> (column % CODES_A_WORD * 4).astype("uint32")
            return _step(shifted, q_scale.dtype) * q_scale[row, column // GROUP]

        return te.compute((ids.shape[0], width), weight, name="quantised_take")

    return op.tensor_expr_op(rows, "quantised_take", [ids, q_weight, q_scale])


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """Multiply hidden states of shape (1, tokens, in) with a matrix of shape (out, in)."""
    sums = op.tensor_expr_op(_plain_sums, "linear", [x, weight], attrs=_OPAQUE)
    return _finished(sums, bias, x.dtype)


def take(ids: Any, weight: Any) -> Any:
    """Give the rows ``ids`` of shape (tokens,) of a matrix."""

    def rows(ids: Any, weight: Any) -> Any:
        return te.compute((ids.shape[0], weight.shape[1]), lambda t, k: weight[ids[t], k], name="take")

    return op.tensor_expr_op(rows, "take", [ids, weight])


def _is_one(tokens: Any) -> bool:
    return isinstance(tokens, int | tirx.IntImm) and int(tokens) == 1


def _product_function(product: Product) -> tirx.PrimFunc:
    """One for all matrices: TVM keeps functions that are equal once."""
    tokens, rows, columns, words, groups = (tirx.Var(name, "int64") for name in _SIZES)
    x = te.placeholder((1, 1 if product.one_token else tokens, columns), product.dtype, "x")
    q_weight = te.placeholder((rows, words), "uint32", "q_weight")
    q_scale = te.placeholder((rows, groups), product.dtype, "q_scale")
    bias = [te.placeholder((rows,), product.dtype, "bias")] if product.bias else []
    sums = quantised_sums(x, q_weight, q_scale)

    def cell(batch: Any, token: Any, row: Any) -> Any:
        value = sums[batch, token, row]
        return sum((one[row].astype("float32") for one in bias), value).astype(product.dtype)

    finished = product == Product("float32", bias=False, one_token=product.one_token)
    out = sums if finished else te.compute(sums.shape, cell, name="product")
    function = te.create_prim_func([x, q_weight, q_scale, *bias, out])
    return function.without_attr("global_symbol").with_attrs({**_OPAQUE, PRODUCT: 1})


def quantised_sums(x: Any, q_weight: Any, q_scale: Any) -> Any:
    """One word a step: it is loaded once, and the scale multiplies the sum of its eight products."""
    columns = x.shape[2]
    # Of a product for all matrices columns are a variable, and no word is partly filled.
    ragged = isinstance(columns, int | tirx.IntImm) and int(columns) % CODES_A_WORD > 0
    number = te.reduce_axis((0, (columns + CODES_A_WORD - 1) // CODES_A_WORD), name="word")

    def cell(batch: Any, token: Any, row: Any) -> Any:
        word = q_weight[row, number]
        total = None
        for nth in range(CODES_A_WORD):
            column = number * CODES_A_WORD + nth
            value = x[batch, token, column].astype("float32")
            if ragged:
                value = tirx.if_then_else(column < columns, value, tirx.const(0, "float32"))
            term = _step(word >> tirx.const(4 * nth, "uint32"), "float32") * value
            total = term if total is None else total + term
        return te.sum(total * q_scale[row, number // WORDS_A_GROUP].astype("float32"), axis=number)

    return te.compute((x.shape[0], x.shape[1], q_weight.shape[0]), cell, name="sums")


def _plain_sums(x: Any, weight: Any) -> Any:
    column = te.reduce_axis((0, weight.shape[1]), name="column")

    def cell(batch: Any, token: Any, row: Any) -> Any:
        term = x[batch, token, column].astype("float32") * weight[row, column].astype("float32")
        return te.sum(term, axis=column)

    return te.compute((x.shape[0], x.shape[1], weight.shape[0]), cell, name="sums")


def _finished(sums: Any, bias: Any, dtype: str) -> Any:
    return op.astype(sums if bias is None else op.add(sums, op.astype(bias, "float32")), dtype)


def _step(shifted: Any, dtype: str) -> Any:
    """The lowest code of a word, as steps of a scale."""
    return (shifted & tirx.const(15, "uint32")).astype(dtype) - tirx.const(ZERO, dtype)
