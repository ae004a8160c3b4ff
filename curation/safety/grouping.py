"""Which labelled rows belong together, so that no copy or near-copy stands on both sides of a split."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from curation.safety.features import FeatureSettings, buckets

NEAR = 0.7
"""Jaccard index of two texts' character trigrams from which they are near-copies."""

_TRIGRAMS = FeatureSettings(bits=24, shortest=3, longest=3, morphemes=False)
_COMMON = 60  # a trigram of more texts than this tells nothing about two of them
_SIGNS = re.compile(r"[\W_]+")


def components(texts: Sequence[str], groups: Sequence[str]) -> npt.NDArray[np.int64]:
    """Give each row the number of its component: rows of one group, copies and near-copies.

    Near-copies are found among texts that share a trigram which few texts have, and confirmed by
    their Jaccard index. An empty group is none.
    """
    from scipy.sparse import coo_matrix  # noqa: PLC0415 - comes with scikit-learn, for training only
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    bare = [_SIGNS.sub("", text) for text in texts]
    pairs = [*_same(bare), *_same(groups), *_near(bare)]
    first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    links = coo_matrix((np.ones(len(pairs), np.bool_), (first, second)), shape=(len(texts), len(texts)))
    numbers: npt.NDArray[np.int64] = connected_components(links, directed=False)[1].astype(np.int64)
    return numbers


def _same(keys: Sequence[str]) -> Iterable[tuple[int, int]]:
    rows: dict[str, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        if key:
            rows[key].append(row)
    return [pair for members in rows.values() for pair in pairwise(members)]


def _near(texts: Sequence[str]) -> Iterable[tuple[int, int]]:
    from scipy.sparse import csr_matrix  # noqa: PLC0415

    rows, columns = buckets(texts, _TRIGRAMS)
    present = csr_matrix(
        (np.ones(rows.size, np.int32), (rows, columns)), shape=(len(texts), 1 << _TRIGRAMS.bits)
    )
    present = present[:, np.flatnonzero(np.bincount(columns) > 1)]
    sizes = np.bincount(rows, minlength=len(texts))
    rare = present[:, np.flatnonzero(np.diff(present.tocsc().indptr) <= _COMMON)]
    candidates = (rare @ rare.T).tocoo()
    first, second = candidates.row, candidates.col
    # Near-copies share most of their trigrams, hence also several of the rare ones.
    likely = (first < second) & (candidates.data * 4 >= np.minimum(sizes[first], sizes[second]))
    first, second = first[likely], second[likely]
    shared = np.asarray(present[first].multiply(present[second]).sum(axis=1)).ravel()
    near = shared >= NEAR * (sizes[first] + sizes[second] - shared)
    return zip(first[near].tolist(), second[near].tolist(), strict=True)
