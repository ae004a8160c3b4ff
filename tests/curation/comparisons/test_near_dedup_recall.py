"""What the benchmark promises, on a small set: pairs that are found, and nothing else dropped."""

import importlib
from pathlib import Path

import pytest

from curation.comparisons.near_dedup import NEAR_DEDUP
from curation.steps.near_dedup import NearDedupParams
from tests.curation.comparisons.batches import batch_of, decide

PROJECT = Path(__file__).parents[3]
CORPORA = PROJECT.parent / "shared" / "corpora"


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the public corpora are not beside the clone")
def test_recall_and_precision_on_planted_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PROJECT / "benchmarks"))
    monkeypatch.syspath_prepend(str(PROJECT / "benchmarks" / "curation"))
    planted = importlib.import_module("planted")
    documents, families = planted.plant(3000, CORPORA, seed=11)
    names = [name for name, _ in documents]
    found = decide(
        NEAR_DEDUP, NearDedupParams(), [batch_of([text for _, text in documents], ids=names)], tmp_path
    )
    kept = set(names) - {names[row["_order"]] for row in found}
    for low, high, least in ((0.9, 1.01, 0.99), (0.8, 0.9, 0.97)):
        pairs = [
            (first, second)
            for family in families
            for first, second, similarity in family.pairs
            if low <= similarity < high
        ]
        assert len(pairs) > 60
        assert sum(not (first in kept and second in kept) for first, second in pairs) / len(pairs) >= least
    similar = {
        name
        for family in families
        for *pair, similarity in family.pairs
        if similarity >= 0.7
        for name in pair
    }
    assert len(found) > 500
    assert sum(names[row["_order"]] in similar for row in found) / len(found) >= 0.99
    assert all(kept.intersection(family.ids) for family in families)
    exact = {frozenset(pair): similarity for family in families for *pair, similarity in family.pairs}
    for row in found:
        pair = frozenset([names[row["_order"]], row["duplicate_of"]])
        assert row["score"] == pytest.approx(exact[pair], abs=0.02)
