"""Coefficients of agreement: the values that their authors and textbooks print, and what they must not do."""

from itertools import permutations

import numpy as np
import pytest

from curation.bootstrap import Statistic, interval
from prompting.safety_evaluation.agreement import cohens_kappa, fleiss_kappa, krippendorffs_alpha

# Fleiss 1971: 14 raters give each of 10 subjects one of 5 diagnoses; how many gave which.
FLEISS = [
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
]  # fmt: skip
# Krippendorff 2011, part C: four observers, twelve units, some missing.
KRIPPENDORFF = [
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
]


def value(of: Statistic, units: int) -> float:
    return float(of(np.ones((1, units)))[0])


def judged(both: int, first: int, second: int, none: int) -> list[tuple[bool, bool]]:
    """Pairs of two raters: how often both say yes, only one of them, or none."""
    return (
        [(True, True)] * both + [(True, False)] * first + [(False, True)] * second + [(False, False)] * none
    )


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [
        ((20, 5, 10, 15), 0.4),  # observed 0.7, chance 0.5
        ((45, 15, 25, 15), 0.1304),  # observed 0.6, chance 0.54
        ((25, 35, 5, 35), 0.2593),  # observed 0.6, chance 0.46
        ((10, 0, 0, 10), 1.0),
        ((0, 5, 5, 0), -1.0),
        ((25, 25, 25, 25), 0.0),
    ],
)
def test_cohens_kappa_is_the_printed_one(counts: tuple[int, ...], kappa: float) -> None:
    pairs = judged(*counts)
    assert value(cohens_kappa(pairs), len(pairs)) == pytest.approx(kappa, abs=5e-5)


def test_fleiss_kappa_is_that_of_his_paper() -> None:
    units = [[label for label, times in enumerate(row) for _ in range(times)] for row in FLEISS]
    assert value(fleiss_kappa(units), len(units)) == pytest.approx(0.20993, abs=5e-6)
    with pytest.raises(ValueError, match="as many ratings"):
        fleiss_kappa([[1, 2], [1]])
    with pytest.raises(ValueError, match="two of them"):
        fleiss_kappa([[1], [2]])


def test_krippendorffs_alpha_is_that_of_his_paper() -> None:
    raters = [[None if one == "." else int(one) for one in row.split()] for row in KRIPPENDORFF]
    units = list(zip(*raters, strict=True))
    assert value(krippendorffs_alpha(units), 12) == pytest.approx(0.743, abs=5e-4)
    # Part A: two observers, ten units, two labels.
    meg, owen = "0100000010", "1110010000"
    assert value(krippendorffs_alpha(list(zip(meg, owen, strict=True))), 10) == pytest.approx(0.095, abs=5e-4)


def test_who_is_called_first_and_what_labels_are_called_changes_nothing() -> None:
    rows = [(1, 1, 0), (0, 0, 0), (1, 0, 1), (1, 1, 1), (0, 1, 0), (0, 0, 1)]
    for order in permutations(range(3)):
        moved = [[("no", "yes")[row[at]] for at in order] for row in reversed(rows)]
        assert value(fleiss_kappa(moved), 6) == pytest.approx(value(fleiss_kappa(rows), 6))
        assert value(krippendorffs_alpha(moved), 6) == pytest.approx(value(krippendorffs_alpha(rows), 6))
    swapped = [(b, a) for a, b, _ in rows]
    assert value(cohens_kappa(swapped), 6) == value(cohens_kappa([(a, b) for a, b, _ in rows]), 6)


def test_units_that_one_rater_saw_count_for_nothing() -> None:
    rows: list[tuple[int | None, ...]] = [(1, 1), (0, 0), (1, 0), (0, 0)]
    alone: list[tuple[int | None, ...]] = [(1, None), (None, 1), (None, None)]
    assert value(krippendorffs_alpha([*rows, *alone]), 7) == value(krippendorffs_alpha(rows), 4)


@pytest.mark.parametrize("of", [cohens_kappa, fleiss_kappa, krippendorffs_alpha])
def test_raters_who_always_say_the_same_agree_no_more_than_by_chance(of) -> None:
    assert np.isnan(value(of([(True, True)] * 5), 5))
    assert interval(of([(True, True)] * 5), 5, resamples=100, seed=0) is None


def test_the_interval_holds_the_true_kappa_and_narrows() -> None:
    random = np.random.default_rng(3)
    widths, held = [], 0
    for trial in range(200):
        for units in (40, 400):
            truth = random.random(units) < 0.5
            # Either rater is right 9 times in 10: they agree 0.82 of the time, chance is a half.
            pairs = [
                (bool(one ^ a), bool(one ^ b))
                for one, a, b in zip(truth, *(random.random((2, units)) < 0.1), strict=True)
            ]
            found = interval(cohens_kappa(pairs), units, resamples=300, seed=trial)
            assert found is not None
            held += found.low <= 0.64 <= found.high
            widths.append(found.high - found.low)
    assert 0.91 <= held / 400 <= 0.985
    assert np.mean(widths[1::2]) < np.mean(widths[::2]) / 2.5
