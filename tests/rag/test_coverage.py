import pytest

from rag.coverage import coverage, inverse_frequency


@pytest.mark.parametrize(
    ("present", "share"),
    [(["휴가", "연차"], 1.0), (["휴가"], 0.25), (["연차"], 0.75), (["출장"], 0.0), ([], 0.0)],
)
def test_a_rare_term_weighs_more(present, share):
    assert coverage(["휴가", "연차"], present, {"휴가": 1.0, "연차": 3.0}) == share


def test_a_question_without_terms_is_covered_by_nothing():
    assert coverage([], ["휴가"], {}) == 0.0


@pytest.mark.parametrize("passages", [1, 10, 100_000])
def test_weights_are_positive_and_fall_with_frequency(passages):
    weights = [inverse_frequency(count, passages) for count in (0, 1, passages)]

    assert weights == sorted(weights, reverse=True)
    assert weights[-1] > 0
