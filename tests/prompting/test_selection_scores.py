"""Scores against values that were worked out by hand; each step stands beside its value."""

import math

import numpy as np
import pytest

from prompting.selection.scores import (
    entropy,
    label_entropy,
    label_shares,
    overlaps,
    repetitiveness,
    upper_fence,
    z_scores,
)

CLOSE = {"rel": 0, "abs": 1e-9}


@pytest.mark.parametrize(
    ("answers", "value"),
    [
        # -(3/4 ln 3/4 + 1/4 ln 1/4) = 0.215761554 + 0.346573590 = 0.562335145; over ln 4 = 1.386294361
        (["7", "7", "7", "8"], 0.4056390622295664),
        # three of six, two, one: (0.346573590 + 0.366204096 + 0.298626578) / 1.791759469
        (["a", "a", "a", "b", "b", "c"], 0.5644754678),
        (["a", "b", "c"], 1.0),
        (["a", "a", "a"], 0.0),
        # what cannot be read agrees with nothing, not even with what cannot be read either
        (["", "", ""], 1.0),
        # 1/2 ln 2 + 2 · 1/4 ln 4 = 0.346573590 + 0.693147181 = 1.039720771; over ln 4: 3/4
        (["a", "a", "", ""], 0.75),
        # one reply: ln 1 = 0 divides nothing
        (["a"], 0.0),
        ([""], 0.0),
        ([], 0.0),
    ],
)
def test_entropy_of_answers(answers, value):
    assert entropy(answers) == pytest.approx(value, **CLOSE)
    assert entropy(answers[::-1]) == entropy(answers)


def test_entropy_of_labels():
    # Of all words the labels have .30 and .10: renormalised .75 and .25.
    shares = label_shares([math.log(0.30), math.log(0.10)])
    assert shares.tolist() == pytest.approx([0.75, 0.25], **CLOSE)
    assert label_entropy(shares) == pytest.approx(0.5623351446188083, **CLOSE)  # nats, as above
    certain = label_shares([-2.0, -math.inf])
    assert certain.tolist() == [1.0, 0.0]
    assert label_entropy(certain) == 0.0
    # exp(-1000) is 0 in floating point; the ratio of the two is e
    assert label_shares([-1000.0, -1001.0]).tolist() == pytest.approx(
        [0.7310585786300049, 0.2689414213699951]
    )


@pytest.mark.parametrize("row", [[-math.inf, -math.inf], [math.nan, -1.0], []])
def test_no_label_has_a_probability(row):
    assert label_shares(row) is None


def test_repetitiveness():
    # cosines of the pairs: 0.6, 0.8, 0.96; 2/(3·2) · 2.36
    vectors = np.array([[1.0, 0.0], [0.6, 0.8], [0.8, 0.6]])
    assert repetitiveness(vectors) == pytest.approx((0.6 + 0.8 + 0.96) / 3, **CLOSE)
    assert repetitiveness(np.array([[0.6, 0.8]] * 4)) == pytest.approx(1.0, **CLOSE)
    assert repetitiveness(vectors[:1]) == 0.0  # one sentence
    assert repetitiveness(vectors[:0]) == 0.0


def test_overlap_of_korean_is_not_zero():
    # characters: 가나다라 and 가나라 share 3 in order, F = 2·3/(4+3); with 가나 2, 2·2/(4+2); 2·2/(3+2)
    (value,) = overlaps([["가나다라", "가나라", "가나"]], tokens="characters")
    assert value == pytest.approx((6 / 7 + 4 / 6 + 4 / 5) / 3, **CLOSE)
    # order counts for L and not for 1: 가나 and 나가 have a longest common subsequence of 1
    assert overlaps([["가나", "나가"]], "rouge-l", "characters") == pytest.approx([0.5], **CLOSE)
    assert overlaps([["가나", "나가"]], "rouge-1", "characters") == pytest.approx([1.0], **CLOSE)
    # 아버지/가/방/에 and 아버지/가/집/에: three of four morphemes
    (korean,) = overlaps([["아버지가 방에", "아버지가 집에"]])
    assert korean == pytest.approx(0.75, **CLOSE)


def test_each_pair_of_texts_counts_once():
    same = ["비가 온다"] * 4
    assert overlaps([same, same[:1], [], ["비", "눈"]], tokens="characters") == [1.0, 0.0, 0.0, 0.0]
    # an unusable text overlaps with none: 1 of the 3 pairs
    assert overlaps([["비", "비", ""]], tokens="characters") == pytest.approx([1 / 3], **CLOSE)


def test_z_scores():
    # mean 2.5, squares 2.25 + 0.25 + 0.25 + 2.25 = 5, deviation √(5/4)
    expected = [-1.5 / math.sqrt(1.25), -0.5 / math.sqrt(1.25), 0.5 / math.sqrt(1.25), 1.5 / math.sqrt(1.25)]
    assert z_scores([1, 2, 3, 4]).tolist() == pytest.approx(expected, **CLOSE)
    # mean and deviation of others: (7 - 2.5) / √1.25
    assert z_scores([7], [1, 2, 3, 4]).tolist() == pytest.approx([4.5 / math.sqrt(1.25)], **CLOSE)


@pytest.mark.parametrize("values", [[0.1 + 0.2, 0.3], [5.0], [0.0, 0.0, 0.0], []])
def test_values_that_do_not_differ_are_all_zero(values):
    assert z_scores(values).tolist() == [0.0] * len(values)


def test_upper_fence():
    # of 1..8: Q1 = 2.75, Q3 = 6.25; 6.25 + 1.5 · 3.5
    assert upper_fence(list(range(1, 9))) == pytest.approx(11.5, **CLOSE)
    assert upper_fence(list(range(1, 9)), 3.0) == pytest.approx(16.75, **CLOSE)
    assert upper_fence([0.1, 0.2, 9.0]) == math.inf  # too few for quartiles
    # the scale is of no account: doubled values, as the printed formula gives, have a doubled fence
    assert upper_fence([2.0 * one for one in range(1, 9)]) == pytest.approx(23.0, **CLOSE)
