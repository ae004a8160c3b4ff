"""Which pairs are compared: all of them in small buckets, a bounded number in large ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.dedup.bands import Buckets
from curation.dedup.clusters import Clusters
from curation.dedup.leaders import ROUNDS, compare_buckets

NEAR = st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)))


def run(
    count: int, near: set[tuple[int, int]], first_new: int = 0
) -> tuple[list[int], list[tuple[int, int]], int]:
    clusters, compared = Clusters(count), []

    def compare(left: np.ndarray, right: np.ndarray) -> None:
        pairs = list(zip(left.tolist(), right.tolist(), strict=True))
        compared.extend(pairs)
        joined = [pair for pair in pairs if pair in near or pair[::-1] in near]
        clusters.join(np.array([a for a, _ in joined], int), np.array([b for _, b in joined], int))

    bucket = Buckets(np.array([0, count]), np.arange(count))
    unfinished = compare_buckets(bucket, clusters, compare, first_new)
    return clusters.roots().tolist(), compared, unfinished


@given(NEAR)
def test_small_buckets_are_compared_completely(near: set[tuple[int, int]]) -> None:
    roots, compared, unfinished = run(12, near)
    expected = Clusters(12)
    expected.join(np.array([a for a, _ in near], int), np.array([b for _, b in near], int))
    assert roots == expected.roots().tolist()
    assert unfinished == 0
    assert len({frozenset(pair) for pair in compared}) == len(compared)


def test_copies_of_one_text_take_one_turn() -> None:
    count = 5000
    _, compared, unfinished = run(count, {(0, other) for other in range(count)})
    assert len(compared) == count - 1
    assert unfinished == 0


def test_a_large_bucket_of_different_texts_is_left_after_a_bounded_number_of_turns() -> None:
    count = 40 * ROUNDS
    _, compared, unfinished = run(count, set())
    assert unfinished == 1
    assert len(compared) <= ROUNDS * count


def test_a_large_bucket_of_few_clusters_is_finished() -> None:
    count = 10 * ROUNDS
    roots, compared, unfinished = run(count, {(other % 7, other) for other in range(count)})
    assert roots == [row % 7 for row in range(count)]
    assert unfinished == 0
    assert len(compared) <= 7 * count


@pytest.mark.parametrize("count", [10, 2 * ROUNDS])
def test_older_rows_are_not_compared_with_each_other(count: int) -> None:
    _, compared, _ = run(count, set(), first_new=count - 2)
    assert all(max(pair) >= count - 2 for pair in compared)
    assert (0, count - 1) in compared
    _, compared, unfinished = run(count, set(), first_new=count)
    assert (compared, unfinished) == ([], 0)
