import numpy as np
import pytest

from rag.evaluation.comparison import compare


def test_the_same_measurements_do_not_differ():
    values = [0.0, 1.0, 0.5]
    found = compare("ndcg@10", values, values)
    assert (found.low, found.high, found.better, found.worse, found.is_real) == (0, 0, 0, 0, False)


def test_one_lucky_question_is_no_proof():
    # 1 of 20 better: the resampled mean is 0 whenever that question is not drawn, (19/20)^20 = 36 %.
    found = compare("recall@1", [0.0] * 20, [1.0] + [0.0] * 19)
    assert (found.a, found.b, found.better, found.worse) == (0.0, 0.05, 1, 0)
    assert found.low == 0
    assert not found.is_real


def test_many_better_questions_are():
    found = compare("recall@1", [0.0] * 20, [1.0] * 8 + [0.0] * 12)
    # Mean of 20 draws with probability .4: the standard error is sqrt(.4 * .6 / 20) = .11.
    assert found.low == pytest.approx(0.2, abs=0.05)
    assert found.high == pytest.approx(0.6, abs=0.05)
    assert found.is_real


def test_pairs_tell_what_means_hide():
    random = np.random.default_rng(3)
    hard = random.random(200)
    found = compare("ndcg@10", list(hard), list(hard + 0.01))
    # The questions differ far more among themselves than A from B, yet B is better on each.
    assert hard.std() > 0.2
    assert found.low == pytest.approx(0.01)
    assert found.is_real


def test_the_interval_is_the_same_each_time():
    values = list(np.random.default_rng(1).random(50))
    assert compare("m", values, values[::-1]) == compare("m", values, values[::-1])


def test_it_covers_the_truth_as_often_as_it_says():
    random = np.random.default_rng(7)
    held = sum(
        (found := compare("m", [0.0] * 60, list(random.normal(0.3, 1.0, 60)), samples=1_000)).low
        <= 0.3
        <= found.high
        for _ in range(200)
    )
    assert 180 <= held <= 199


@pytest.mark.parametrize(("a", "b"), [([], []), ([1.0], [1.0, 0.0])])
def test_what_cannot_be_paired_is_an_error(a, b):
    with pytest.raises(ValueError, match="cannot be paired"):
        compare("m", a, b)
