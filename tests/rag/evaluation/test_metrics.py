import math

import pytest

from rag.evaluation.metrics import ndcg_at, percentile, recall_at, reciprocal_rank_at

# By hand: discounts are 1/log2(rank + 1), so 1, .6309, .5, .4307, …
_SECOND, _THIRD = 1 / math.log2(3), 0.5


@pytest.mark.parametrize(
    ("ranking", "relevant", "recall", "reciprocal", "ndcg"),
    [
        (["a", "b", "c"], {"a"}, 1.0, 1.0, 1.0),
        (["a", "b", "c"], {"b"}, 1.0, 0.5, _SECOND),
        (["a", "b", "c"], {"a", "c"}, 1.0, 1.0, (1 + _THIRD) / (1 + _SECOND)),
        (["a", "b", "c"], {"c", "z"}, 0.5, 1 / 3, _THIRD / (1 + _SECOND)),
        (["a", "b", "c", "d"], {"d"}, 0.0, 0.0, 0.0),  # beyond the third place
        ([], {"a"}, 0.0, 0.0, 0.0),
        (["a"], {"a", "b", "c", "d"}, 0.25, 1.0, 1 / (1 + _SECOND + _THIRD)),
    ],
)
def test_measures_of_the_first_three(ranking, relevant, recall, reciprocal, ndcg):
    assert recall_at(ranking, relevant, 3) == pytest.approx(recall)
    assert reciprocal_rank_at(ranking, relevant, 3) == pytest.approx(reciprocal)
    assert ndcg_at(ranking, relevant, 3) == pytest.approx(ndcg)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 50), (0.99, 99), (0.01, 1), (1.0, 100), (0.0, 1), (0.991, 100)]
)
def test_a_percentile_is_one_of_the_values(share, expected):
    assert percentile(list(range(100, 0, -1)), share) == expected
