import pytest

from rag.fusion import fuse


def ranking(*arguments, **options):
    return [item.passage_id for item in fuse(*arguments, **options)]


def test_scores_are_min_max_over_each_route_and_weighted():
    a, b, c = fuse({"a": 30.0, "b": 10.0}, {"b": 0.9, "c": 0.8}, lexical_weight=0.7)

    assert (a.passage_id, a.lexical, a.dense, a.score) == ("a", 1.0, 0.0, pytest.approx(0.7))
    assert (b.passage_id, b.lexical, b.dense, b.score) == ("b", 0.0, 1.0, pytest.approx(0.3))
    assert (c.passage_id, c.score) == ("c", 0.0)


def test_a_weak_dense_winner_does_not_beat_a_clear_lexical_one():
    # Equal-weight reciprocal ranks would tie a and b here; measured, that was worse than either route.
    assert ranking({"a": 20.0, "b": 5.0}, {"b": 0.9, "a": 0.89, "c": 0.5})[0] == "a"


@pytest.mark.parametrize(
    ("lexical", "dense"),
    [({"a": 2.0, "b": 1.0}, {}), ({}, {"a": 0.9, "b": 0.8}), ({"a": -0.8, "b": -2.2}, {})],
)
def test_one_route_alone_carries_the_whole_weight_whatever_its_range(lexical, dense):
    first, second = fuse(lexical, dense)

    assert (first.passage_id, first.score) == ("a", 1.0)
    assert (second.passage_id, second.score) == ("b", 0.0)


def test_equal_scores_come_in_the_order_of_ids():
    assert ranking({"b": 1.0, "a": 1.0}, {}) == ["a", "b"]
    assert fuse({"a": 3.0}, {})[0].score == 1.0
    assert fuse({}, {}) == []
