"""The paired bootstrap covers what it says it covers, repeats itself, and pairs."""

import numpy as np
import pytest
from scipy import stats

from curation.bootstrap import interval, mean, paired, paired_with_each, share


def _interval(before, after, weights=None, **how):
    how = {"resamples": 1000, "seed": 0} | how
    return paired(mean(before, weights), mean(after, weights), len(before), **how)


@pytest.mark.parametrize(("rows", "kind"), [(12, "normal"), (60, "normal"), (60, "skewed"), (150, "ratio")])
def test_the_interval_holds_the_true_difference_about_95_times_in_100(rows, kind):
    random = np.random.default_rng(7)
    held = 0
    for trial in range(300):
        weights = random.integers(1, 40, rows) if kind == "ratio" else np.ones(rows)
        before = random.normal(2, 3, rows) * weights
        change = random.exponential(1, rows) if kind == "skewed" else random.normal(1, 1, rows)
        found = _interval(before, before + change * weights, weights, resamples=400, seed=trial)
        held += found.low <= 1 <= found.high
    # Three standard errors of a share of 0.95 in 300 trials are 0.038.
    assert 0.91 <= held / 300 <= 0.985


def test_it_is_as_wide_as_student_says_for_few_and_for_many_rows():
    random = np.random.default_rng(1)
    for rows in (8, 400):
        change = random.normal(0.3, 1, rows)
        found = _interval(np.zeros(rows), change, resamples=20_000)
        low, high = stats.t.interval(0.95, rows - 1, change.mean(), change.std(ddof=1) / np.sqrt(rows))
        assert found.high - found.low == pytest.approx(high - low, rel=0.06)


def test_pairing_takes_out_what_the_rows_have_in_common():
    random = np.random.default_rng(3)
    before = random.normal(0, 100, 80)
    found = _interval(before, before + random.normal(0.5, 0.1, 80))
    assert found.is_real
    assert found.high - found.low < 0.1
    assert found.change == pytest.approx(0.5, abs=0.05)


def test_the_same_seed_gives_the_same_interval_and_another_one_another():
    random = np.random.default_rng(4)
    before, after = random.normal(0, 1, 50), random.normal(0, 1, 50)
    assert _interval(before, after) == _interval(before, after)
    assert _interval(before, after) != _interval(before, after, seed=1)


def test_against_several_it_is_as_against_each_and_draws_once():
    random = np.random.default_rng(9)
    after, *befores = random.normal(0, 1, (4, 3_000))
    how = {"resamples": 2_000, "seed": 5, "span": 1.0}
    drawn = []

    def seen(draws):
        drawn.append(len(draws))
        return mean(after)(draws)

    found = paired_with_each([mean(one) for one in befores], seen, len(after), **how)
    assert found == [paired(mean(one), mean(after), len(after), **how) for one in befores]
    assert sum(drawn) == 1 + 2_000


def test_a_loss_a_token_weighs_rows_by_their_tokens():
    found = _interval([10.0, 1.0], [20.0, 1.0], [10, 1])
    assert (found.before, found.after) == (pytest.approx(1.0), pytest.approx(21 / 11))


def test_rows_of_which_none_changed_do_not_make_certain():
    same = [1.0] * 50
    found = _interval(same, same, span=1.0)
    # The rule of three: 1 - 0.05 ** (1 / 50) = 0.058.
    assert (found.low, found.high) == (pytest.approx(-0.0582, abs=1e-4), pytest.approx(0.0582, abs=1e-4))
    assert not found.is_real
    assert found.same
    assert found.times(100).same
    bare = _interval(same, same)
    assert (bare.low, bare.high) == (0, 0)
    assert not _interval(same, [*same[1:], 0.0], span=1.0).same


def test_rows_that_all_changed_alike_changed_by_no_more_than_a_row_can():
    found = _interval([0.0] * 20, [1.0] * 20, span=1.0)
    assert (found.low, found.high) == (pytest.approx(0.861, abs=1e-3), 1.0)
    assert found.is_real
    assert not found.same


def test_one_row_says_what_changed_and_no_rows_are_an_error():
    found = _interval([1.0], [3.0])
    assert (found.change, found.rows) == (2, 1)
    with pytest.raises(ValueError, match="no rows"):
        _interval([], [])


def test_points_are_another_unit_of_the_same():
    found = _interval([0.0, 1.0, 1.0], [1.0, 1.0, 1.0])
    points = found.times(100)
    assert points.after == 100
    assert points.low == pytest.approx(100 * found.low)
    assert points.rows == 3


def test_the_interval_of_a_share_holds_the_true_one():
    random = np.random.default_rng(5)
    for rows, truth in ((30, 0.3), (200, 0.1)):
        draws = [random.random(rows) < truth for _ in range(300)]
        found = [share(list(marks), resamples=400, seed=trial) for trial, marks in enumerate(draws)]
        held = sum(one.low <= truth <= one.high for one in found)
        # Three standard errors of a share of 0.95 in 300 trials are 0.038; a share has few values.
        assert 0.9 <= held / 300 <= 0.995


def test_rows_that_are_all_alike_leave_what_they_cannot_rule_out():
    none = share([False] * 5, resamples=100, seed=0)
    # 5 % of samples of five would show none of a share of 45 %: 0.55 ** 5.
    assert (none.value, none.low, none.high) == (0.0, 0.0, pytest.approx(1 - 0.05 ** (1 / 5)))
    every = share([True] * 100, resamples=100, seed=0)
    assert (every.value, every.high, every.low) == (1.0, 1.0, pytest.approx(0.05 ** (1 / 100)))
    assert share([], resamples=100, seed=0) is None


def test_a_figure_that_is_not_defined_has_no_interval_and_a_draw_without_it_says_nothing():
    def ratio(draws):
        under = draws @ np.array([0.0, 1.0, 2.0])
        return np.divide(
            draws @ np.array([0.0, 3.0, 4.0]), under, out=np.full(len(draws), np.nan), where=under > 0
        )

    assert interval(lambda draws: np.full(len(draws), np.nan), 2, resamples=100, seed=0) is None
    found = interval(ratio, 3, resamples=500, seed=0)
    assert (found.value, found.rows) == (pytest.approx(7 / 3), 3)
    assert 2.0 <= found.low <= found.value <= found.high <= 3.0
    assert share([True, False] * 9, resamples=500, seed=1) == share([True, False] * 9, resamples=500, seed=1)
