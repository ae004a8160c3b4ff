"""The exact similarity of many pairs at once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curation.dedup.runs import offsets_of
from curation.dedup.shingles import Shingles
from curation.dedup.verification import jaccard

SETS = st.lists(st.tuples(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9))), max_size=8)


@given(SETS)
def test_shared_by_all(pairs: list[tuple[set[int], set[int]]]) -> None:
    found = jaccard(sets_of([left for left, _ in pairs]), sets_of([right for _, right in pairs]))
    expected = [len(left & right) / len(left | right) if left | right else 0 for left, right in pairs]
    assert found.tolist() == expected


def sets_of(sets: list[set[int]]) -> Shingles:
    """Give sets near the top of the range of hashes: none may spill into the next pair."""
    rows = [sorted(0xFFFFFFFF - value for value in one) for one in sets]
    hashes = np.array([value for row in rows for value in row], dtype=np.uint32)
    return Shingles(offsets_of(np.array([len(row) for row in rows], dtype=np.int64)), hashes)
