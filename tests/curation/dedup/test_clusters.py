"""Union-find over many pairs at once, and the promise that one row of a cluster stays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.dedup.clusters import Clusters, assert_one_survivor

PAIRS = st.lists(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=15), max_size=4)


def lowest_of_each(count: int, pairs: list[tuple[int, int]]) -> list[int]:
    found = list(range(count))
    changed = True
    while changed:
        changed = False
        for left, right in pairs:
            low = min(found[left], found[right])
            changed = changed or found[left] != low or found[right] != low
            found[left] = found[right] = low
    return found


@given(PAIRS)
def test_sets_are_named_by_their_lowest_row(batches: list[list[tuple[int, int]]]) -> None:
    clusters = Clusters(20)
    for pairs in batches:
        clusters.join(
            np.array([left for left, _ in pairs], int), np.array([right for _, right in pairs], int)
        )
    expected = lowest_of_each(20, [pair for pairs in batches for pair in pairs])
    assert clusters.find(np.arange(20)).tolist() == expected
    assert clusters.roots().tolist() == expected


def test_a_long_chain_is_one_set() -> None:
    clusters = Clusters(100_000)
    clusters.join(np.arange(1, 100_000), np.arange(99_999))
    assert not clusters.roots().any()


@pytest.mark.parametrize(
    ("roots", "dropped"),
    [
        ([0, 0, 2], [True, True, False]),  # a cluster loses all its rows
        ([0, 0, 2], [False, False, False]),  # a cluster keeps two
        ([0, 0, 2], [True, False, False]),  # the second stays instead of the first
        ([0, 1, 2], [False, True, False]),  # a row of its own is dropped
    ],
)
def test_other_than_one_survivor_is_a_fault(roots: list[int], dropped: list[bool]) -> None:
    with pytest.raises(RuntimeError, match="exactly its first row"):
        assert_one_survivor(np.array(roots), np.array(dropped))


def test_one_survivor_of_each_cluster_is_fine() -> None:
    assert_one_survivor(np.array([0, 0, 2, 0]), np.array([False, True, False, True]))
