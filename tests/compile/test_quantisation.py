import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from compile.formats.bfloat16 import from_bfloat16, to_bfloat16
from compile.formats.quantisation import (
    QUANTISATIONS,
    UnfitWeightError,
    as_stored,
    dequantise,
    quantisation_named,
    quantise,
    quantised_shapes,
)
from curation.errors import ConfigurationError

F16, F32 = QUANTISATIONS["q4f16_1"], QUANTISATIONS["q4f32_1"]
GROUPED = pytest.mark.parametrize("quantisation", [F16, F32], ids=lambda one: one.name)


def test_words_hold_eight_codes_the_first_lowest_around_a_zero_of_seven() -> None:
    weight = np.zeros((1, 32), np.float32)
    weight[0, :8] = [-7, -6, -1, 0, 1, 2, 6, 7]
    words, scale = quantise(weight, F16)
    # Codes 0 1 6 7 8 9 13 14, read from the lowest four bits up; then three words of zeros.
    assert [hex(word) for word in words[0]] == ["0xed987610", "0x77777777", "0x77777777", "0x77777777"]
    assert words.dtype == np.uint32
    assert scale.dtype == np.float16
    assert scale.tolist() == [[1.0]]


@pytest.mark.parametrize("largest", [0.5, -0.5, 123.0])
def test_a_scale_is_a_seventh_of_the_largest(largest: float) -> None:
    weight = np.linspace(-0.4, 0.4, 64, dtype=np.float32).reshape(1, 64)
    weight[0, 40] = largest
    expected = np.float32([0.4, abs(largest)]) / 7
    assert quantise(weight, F16)[1][0].tolist() == expected.astype(np.float16).tolist()
    assert quantise(weight, F32)[1][0].tolist() == from_bfloat16(to_bfloat16(expected)).tolist()


@GROUPED
def test_codes_are_those_of_the_definition(quantisation) -> None:
    weight = np.random.default_rng(3).normal(0, 0.02, (6, 96)).astype(np.float32)
    words, scale = quantise(weight, quantisation)
    for row, column in np.ndindex(weight.shape):
        code = int(words[row, column // 8]) >> (4 * (column % 8)) & 15
        steps = float(weight[row, column]) / float(scale[row, column // 32])
        assert code == min(max(round(steps + 7), 0), 14)
        assert (
            dequantise(words, scale, 96)[row, column] == scale.dtype.type(code - 7) * scale[row, column // 32]
        )


@GROUPED
@settings(max_examples=300)
@given(data=st.data())
def test_no_weight_is_further_than_half_a_step(quantisation, data: st.DataObject) -> None:
    limit = 60_000 if quantisation is F16 else 2.0**126
    numbers = st.one_of(
        st.floats(-1, 1, width=32),
        st.floats(-limit, limit, width=32),
        st.floats(-(2.0**-20), 2.0**-20, width=32),
    )
    weight = data.draw(
        arrays(np.float32, array_shapes(min_dims=2, max_dims=2, max_side=70), elements=numbers)
    )
    words, scale = quantise(weight, quantisation)
    again = dequantise(words, scale, weight.shape[1])
    steps = np.repeat(scale.astype(np.float64), 32, axis=1)[:, : weight.shape[1]]
    assert (words.shape, scale.shape) == quantised_shapes(*weight.shape)
    assert (np.abs(again.astype(np.float64) - weight) <= 0.51 * steps).all()


@GROUPED
def test_a_group_of_zeros_stays_zeros(quantisation) -> None:
    weight = np.zeros((2, 64), np.float32)
    weight[0, :32] = 1
    words, scale = quantise(weight, quantisation)
    assert scale[0, 1] == scale[1, 0] == scale[1, 1] == 0
    assert (words[1] == 0x77777777).all()
    assert dequantise(words, scale, 64)[0].tolist() == [7 * scale[0, 0]] * 32 + [0.0] * 32
    assert not dequantise(words, scale, 64)[1].any()


@pytest.mark.parametrize("columns", [1, 31, 33, 40, 71])
def test_a_row_that_32_does_not_divide_ends_in_zero_bits(columns: int) -> None:
    weight = np.random.default_rng(1).normal(size=(3, columns)).astype(np.float32)
    words, scale = quantise(weight, F32)
    groups = -(-columns // 32)
    assert (words.shape, scale.shape) == ((3, 4 * groups), (3, groups))
    codes = (words[:, :, None] >> (4 * np.arange(8, dtype=np.uint32)) & 15).reshape(3, -1)
    assert not codes[:, columns:].any()
    # The last scale is that of the weights there are.
    last = np.abs(weight[:, 32 * (groups - 1) :]).max(axis=1) / np.float32(7)
    assert scale[:, -1].tolist() == from_bfloat16(to_bfloat16(last)).tolist()
    assert dequantise(words, scale, columns).shape == (3, columns)


@pytest.mark.parametrize(("quantisation", "bits"), [(F16, 4.5), (F32, 5.0)])
def test_bits_of_a_parameter(quantisation, bits: float) -> None:
    words, scale = quantise(np.ones((64, 256), np.float32), quantisation)
    assert (words.nbytes + scale.nbytes) * 8 / (64 * 256) == bits


def test_rows_can_be_quantised_apart() -> None:
    weight = np.random.default_rng(2).normal(size=(10, 48)).astype(np.float32)
    whole, parts = quantise(weight, F16), [quantise(part, F16) for part in (weight[:3], weight[3:])]
    assert np.array_equal(whole[0], np.concatenate([words for words, _ in parts]))
    assert np.array_equal(whole[1], np.concatenate([scale for _, scale in parts]))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@GROUPED
def test_a_weight_that_is_no_number_is_refused(quantisation, value: float) -> None:
    weight = np.ones((2, 32), np.float32)
    weight[1, 5] = value
    with pytest.raises(UnfitWeightError, match="not a finite number"):
        quantise(weight, quantisation)
    with pytest.raises(UnfitWeightError, match=quantisation.dtype):
        as_stored(weight, quantisation.dtype)


def test_a_weight_too_large_for_float16_is_refused_there_alone() -> None:
    weight = np.full((1, 32), 70_000, np.float32)
    for cast in (lambda: quantise(weight, F16), lambda: as_stored(weight, "float16")):
        with pytest.raises(UnfitWeightError, match="too large for float16"):
            cast()
    assert dequantise(*quantise(weight, F32), 32)[0, 0] == pytest.approx(70_000, rel=0.004)


def test_an_unknown_quantisation_names_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match="no quantisation 'q3f16_1'") as refusal:
        quantisation_named("q3f16_1")
    assert "q4f16_1, q4f32_1, q0f16, q0f32" in refusal.value.fix
    assert quantisation_named("q0f16").grouped is False


@pytest.mark.parametrize(
    ("number", "bits"),
    [
        (1.0, 0x3F80),
        (-2.0, 0xC000),
        (1 + 2**-8, 0x3F80),  # halfway, to the even one below
        (1 + 3 * 2**-8, 0x3F82),  # halfway, to the even one above
        (1 + 2**-8 + 2**-20, 0x3F81),
        (3.4028234e38, 0x7F7F),  # the largest float32: cut, not rounded to infinity
        (-3.4028234e38, 0xFF7F),
        (np.inf, 0x7F80),
        (1e-40, 0x0001),
    ],
)
def test_bfloat16_rounds_to_the_nearest(number: float, bits: int) -> None:
    assert to_bfloat16(np.float32([number])).tolist() == [bits]


def test_every_number_of_bfloat16_comes_back() -> None:
    bits = np.arange(2**16, dtype=np.uint32).astype(np.uint16)
    finite = bits[(bits & 0x7F80) != 0x7F80]
    assert np.array_equal(to_bfloat16(from_bfloat16(finite)), finite)


def test_bfloat16_is_that_of_torch() -> None:
    torch = pytest.importorskip("torch", reason="needs malmoi[models]")
    values = np.random.default_rng(4).normal(0, 3, 100_000).astype(np.float32)
    assert np.array_equal(from_bfloat16(to_bfloat16(values)), torch.tensor(values).bfloat16().float().numpy())
