import pytest

from rag.fusion import dense_weight, fuse
from rag.settings import Ranking


def ranking(*arguments):
    return [item.passage_id for item in fuse(*arguments)]


def test_scores_are_min_max_over_each_route_and_weighted():
    a, b, c = fuse({"a": 30.0, "b": 10.0, "c": 5.0}, {"a": 0.8, "b": 0.9, "c": 0.8}, 0.3)

    assert (a.passage_id, a.lexical, a.dense, a.score) == ("a", 1.0, 0.0, pytest.approx(0.7))
    assert (b.passage_id, b.lexical, b.dense, b.score) == ("b", 0.2, 1.0, pytest.approx(0.44))
    assert (c.passage_id, c.lexical, c.dense, c.score) == ("c", 0.0, 0.0, 0.0)


def test_a_weak_dense_winner_does_not_beat_a_clear_lexical_one():
    # Equal-weight reciprocal ranks would tie a and b here; measured, that was worse than either route.
    assert ranking({"a": 20.0, "b": 5.0, "c": 1.0}, {"b": 0.9, "a": 0.89, "c": 0.5}, 0.3)[0] == "a"
    assert ranking({"a": 20.0, "b": 5.0, "c": 1.0}, {"b": 0.9, "a": 0.89, "c": 0.5}, 0.99)[0] == "b"


@pytest.mark.parametrize(
    ("lexical", "dense"),
    [({"a": 2.0, "b": 1.0}, {}), ({}, {"a": 0.9, "b": 0.8}), ({"a": -0.8, "b": -2.2}, {})],
)
def test_one_route_alone_carries_the_whole_weight_whatever_its_range(lexical, dense):
    first, second = fuse(lexical, dense, 0.3)

    assert (first.passage_id, first.score) == ("a", 1.0)
    assert (second.passage_id, second.score) == ("b", 0.0)


def test_a_passage_without_a_vector_is_ranked_by_its_words():
    first, *others = fuse({"new": 9.0, "a": 3.0, "b": 1.0}, {"a": 0.9, "b": 0.8}, 0.3)

    assert (first.passage_id, first.score, first.lexical, first.dense) == ("new", 1.0, 1.0, 0.0)
    assert [item.passage_id for item in others] == ["a", "b"]


def test_equal_scores_come_in_the_order_of_ids():
    assert ranking({"b": 1.0, "a": 1.0}, {}, 0.3) == ["a", "b"]
    assert fuse({"a": 3.0}, {}, 0.3)[0].score == 1.0
    assert fuse({}, {}, 0.3) == []


@pytest.mark.parametrize(
    ("coverage", "weight"), [(0, 0.9), (0.2, 0.9), (0.3, 0.75), (0.4, 0.6), (0.6, 0.3), (1, 0.3)]
)
def test_meaning_counts_less_the_more_of_a_question_was_found_in_words(coverage, weight):
    settings = Ranking(coverage_low=0.2, coverage_high=0.6, dense_least=0.3, dense_most=0.9)

    assert dense_weight(coverage, settings) == pytest.approx(weight)


def test_a_step_between_the_two_weights_is_no_division_by_zero():
    settings = Ranking(coverage_low=0.5, coverage_high=0.5, dense_least=0.1, dense_most=0.8)

    assert (dense_weight(0.49, settings), dense_weight(0.51, settings)) == (0.8, 0.1)
