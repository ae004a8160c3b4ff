"""MinHash: bands meet as often as the theory says."""

import numpy as np
import pytest

from curation.dedup.hashing import name_hash
from curation.dedup.minhash import signatures
from curation.dedup.runs import offsets_of
from curation.dedup.shingles import Shingles, word_shingles
from curation.steps.near_dedup import chance_to_compare

SCOPE = name_hash("release")


def sets_of(rows: list[np.ndarray]) -> Shingles:
    return Shingles(
        offsets_of([len(np.unique(row)) for row in rows]), np.concatenate([np.unique(row) for row in rows])
    )


def pairs(similarity: float, count: int, size: int = 120) -> tuple[Shingles, Shingles]:
    """Give ``count`` pairs of random sets with a Jaccard similarity of about ``similarity``."""
    draw = np.random.default_rng(int(similarity * 100))
    shared = round(2 * size * similarity / (1 + similarity))
    values = draw.integers(0, 1 << 32, (count, 2 * size - shared), dtype=np.uint32)
    return sets_of(list(values[:, :size])), sets_of(list(values[:, size - shared :]))


@pytest.mark.parametrize("similarity", [0.3, 0.5, 0.6, 0.7, 0.8, 0.9])
def test_pairs_share_a_band_as_often_as_expected(similarity: float) -> None:
    left, right = pairs(similarity, 3000)
    exact = round(240 * similarity / (1 + similarity)) / (240 - round(240 * similarity / (1 + similarity)))
    mine, theirs = signatures(left, 30, 6, SCOPE), signatures(right, 30, 6, SCOPE)
    met = (mine[:, 1:] == theirs[:, 1:]).any(axis=1).mean()
    expected = chance_to_compare(exact, 30, 6)
    assert met == pytest.approx(expected, abs=4 * (expected * (1 - expected) / 3000) ** 0.5 + 0.002)


def test_each_band_meets_equally_often() -> None:
    left, right = pairs(0.8, 4000)
    met = (signatures(left, 30, 6, SCOPE) == signatures(right, 30, 6, SCOPE))[:, 1:].mean(axis=0)
    assert met == pytest.approx(0.8**6, abs=0.04)


def test_the_chance_curve_of_the_default() -> None:
    # What docs/deduplication.md and the defaults rely on.
    assert chance_to_compare(0.9, 30, 6) > 0.999999
    assert chance_to_compare(0.8, 30, 6) > 0.999
    assert chance_to_compare(0.7, 30, 6) > 0.97
    assert chance_to_compare(0.2, 30, 6) < 0.002


def test_signatures_do_not_depend_on_the_batch() -> None:
    draw = np.random.default_rng(1)
    rows = [draw.integers(0, 1 << 32, size, dtype=np.uint32) for size in (1, 3, 100_000, 1, 40, 7)]
    together = signatures(sets_of(rows), 5, 3, SCOPE)
    for number, row in enumerate(rows):
        assert signatures(sets_of([row]), 5, 3, SCOPE).tolist() == [together[number].tolist()]


def test_equal_sets_only_share_the_first_hash() -> None:
    draw = np.random.default_rng(2)
    row = draw.integers(0, 1 << 32, 200, dtype=np.uint32)
    one_off = row.copy()
    one_off[0] ^= 1
    first = signatures(sets_of([row, row[::-1], one_off]), 4, 2, SCOPE)[:, 0]
    assert first[0] == first[1] != first[2]


def test_scopes_and_bands_never_meet() -> None:
    sets = sets_of([np.array([7], dtype=np.uint32)])
    one, other = signatures(sets, 10, 2, SCOPE), signatures(sets, 10, 2, name_hash("source a"))
    assert len(np.unique(np.concatenate([one, other]))) == 2 * 11


def test_signatures_of_a_known_text_never_change() -> None:
    # An index that was saved last year must still be comparable.
    sets = word_shingles(["말모이는 낱말을 모은다는 뜻이다. 첫 Korean 사전이 될 뻔했다."], 5)
    assert sets.hashes.tolist() == [517567433, 1160670460, 1296197403, 1619991453, 4268128007]
    assert signatures(sets, 2, 3, SCOPE).tolist() == [
        [4682369819824921594, 17142922627257433659, 344925315984515387]
    ]
