"""Exact copies: the first row stays, whatever fits into memory."""

import random
from pathlib import Path

import pytest

from curation.comparisons import exact_dedup
from curation.comparisons.exact_dedup import EXACT_DEDUP
from curation.steps.exact_dedup import ExactDedupParams
from tests.curation.comparisons.batches import batch_of, decide

PARAMS = ExactDedupParams()


def test_the_first_row_stays_and_is_named(tmp_path: Path) -> None:
    batches = [batch_of(["가", "나", "가"]), batch_of([], 3), batch_of(["다", "나", "가"], 3)]
    found = decide(EXACT_DEDUP, PARAMS, batches, tmp_path)
    assert [(row["_order"], row["reason"], row["duplicate_of"]) for row in found] == [
        (2, "duplicate", "id0"),
        (4, "duplicate", "id1"),
        (5, "duplicate", "id0"),
    ]


def test_nothing_is_compared_across_scopes(tmp_path: Path) -> None:
    batches = [
        batch_of(["가", "나"], scope="text/source/a"),
        batch_of(["가", "나"], 2, scope="text/source/b"),
    ]
    assert decide(EXACT_DEDUP, PARAMS, batches, tmp_path) == []


def test_no_rows_at_all(tmp_path: Path) -> None:
    assert decide(EXACT_DEDUP, PARAMS, [], tmp_path) == []
    assert decide(EXACT_DEDUP, PARAMS, [batch_of([])], tmp_path) == []


@pytest.mark.parametrize("at_once", [1_000_000, 100, 7])
def test_the_same_answer_part_by_part(tmp_path: Path, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact_dedup, "COMPARED_AT_ONCE", at_once)
    choose = random.Random(1)
    texts = [str(choose.randrange(150)) for _ in range(400)]
    first: dict[str, int] = {}
    expected = {
        order: first[text] for order, text in enumerate(texts) if first.setdefault(text, order) != order
    }
    batches = [batch_of(texts[start : start + 90], start) for start in range(0, 400, 90)]
    found = decide(EXACT_DEDUP, PARAMS, batches, tmp_path)
    assert {row["_order"]: row["duplicate_of"] for row in found} == {
        order: f"id{kept}" for order, kept in expected.items()
    }
    assert len(found) > 100
