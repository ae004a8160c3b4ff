"""Runs laid end to end, and where equal values begin and repeat."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.dedup.runs import begins, blocks, list_array, offsets_of, ranges, repeated


@given(st.lists(st.integers(0, 50), max_size=30), st.integers(1, 60))
def test_blocks_cover_everything_once(sizes: list[int], size: int) -> None:
    offsets = np.append(0, np.cumsum(np.array(sizes, dtype=np.int64)))
    spans = list(blocks(offsets, size))
    assert [start for start, _ in spans] == [0, *(end for _, end in spans)][: len(spans)]
    assert not sizes or spans[-1][1] == len(sizes)
    assert all(offsets[end] - offsets[start] <= size or end == start + 1 for start, end in spans)


def test_ranges() -> None:
    found = ranges(np.array([5, 0, 7]), np.array([0, 2, 2, 5]))
    assert found.tolist() == [5, 6, 7, 8, 9]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=12))
def test_a_member_begins_a_run_when_some_key_changes(pairs: list[tuple[int, int]]) -> None:
    keys = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    changes = [True, *(one != other for one, other in itertools.pairwise(pairs))][: len(pairs)]
    assert begins(*keys).tolist() == changes


@given(st.lists(st.integers(0, 9), max_size=12).map(sorted))
def test_what_occurs_more_than_once(values: list[int]) -> None:
    found = repeated(np.array(values, dtype=np.int64))
    assert found.tolist() == [values.count(value) > 1 for value in values]


def test_runs_as_lists() -> None:
    lists = list_array(np.array([1, 2, 3]), offsets_of(np.array([2, 0, 1])))
    assert lists.to_pylist() == [[1, 2], [], [3]]
    with pytest.raises(ValueError, match="not in range"):
        list_array(np.array([1]), np.array([0, 1 << 31]))
