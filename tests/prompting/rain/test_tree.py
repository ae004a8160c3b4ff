from math import sqrt

import numpy as np
import pytest

from prompting.rain.constants import Constants
from prompting.rain.tree import (
    Node,
    add,
    attach,
    back_up,
    blend,
    favourite,
    is_settled,
    puct,
    select,
    wants_another,
)

CONSTANTS = Constants()


def close(found, expected):
    assert found == pytest.approx(expected, abs=1e-9, rel=0)


def family(*weights, uniform=0.0):
    root = Node()
    attach(root, [((at,), weight) for at, weight in enumerate(weights)], uniform=uniform)
    return root


@pytest.mark.parametrize(
    ("value", "visits", "prior", "parent_visits", "expected"),
    [
        # Not visited: as if it were worth -1, so its prior alone speaks. 2 · 0.5 · √9 / 1
        (0.0, 0, 0.5, 9, 3.0),
        # (0.5 + 1) / 2.00001 + 2 · 0.25 · √16 / (1 + 3)
        (0.5, 3, 0.25, 16, 1.5 / 2.00001 + 0.5),
        # Visits that similar siblings gave count by their weight.
        (-1.0, 1.2, 0.1, 2, 0.2 * sqrt(2) / 2.2),
        (1.0, 1, 0.0, 4, 2 / 2.00001),
    ],
)
def test_puct_as_computed_by_hand(value, visits, prior, parent_visits, expected):
    child = Node(value=value, visits=visits, prior=prior)
    close(puct(child, parent_visits, CONSTANTS), expected)


def test_priors_are_shares_and_those_below_the_root_are_a_quarter_uniform():
    close([child.prior for child in family(0.3, 0.1).children], [0.75, 0.25])
    mixed = family(0.3, 0.1, uniform=0.25)
    close([child.prior for child in mixed.children], [0.75 * 0.75 + 0.125, 0.75 * 0.25 + 0.125])
    assert [child.depth for child in mixed.children] == [1, 1]


def test_priors_of_nothing_are_even():
    close([child.prior for child in family(0.0, 0.0).children], [0.5, 0.5])


def test_a_node_that_becomes_the_root_has_its_priors_mixed():
    root = family(0.9, 0.1)
    blend(root, 0.25)
    close([child.prior for child in root.children], [0.75 * 0.9 + 0.125, 0.75 * 0.1 + 0.125])


def test_selection_follows_the_prior_first_and_the_value_later():
    root = family(0.6, 0.4)
    root.visits = 1
    first, second = root.children
    assert select(root, CONSTANTS) is first
    back_up([root, first], -1, None, CONSTANTS)
    assert select(root, CONSTANTS) is second
    back_up([root, second], 1, None, CONSTANTS)
    assert select(root, CONSTANTS) is second


def test_values_are_means_along_the_path():
    root = family(0.5, 0.5)
    first, second = root.children
    attach(first, [((7, 8), 1.0)])
    (grandchild,) = first.children
    for path, value in (([root, first], 1), ([root, first, grandchild], -1), ([root, second], 1)):
        back_up(path, value, None, CONSTANTS)
    close([root.value, first.value, second.value, grandchild.value], [1 / 3, 0.0, 1.0, -1.0])
    assert [root.visits, first.visits, second.visits] == [3, 2, 1]
    assert grandchild.depth == 2


def test_a_similar_sibling_learns_in_proportion_and_others_do_not():
    root = family(0.4, 0.3, 0.3)
    first, second, third = root.children
    near = np.array([0.96, 0.28])  # its cosine with (1, 0) is 0.96
    back_up([root, first], 1, np.array([[1.0, 0.0]]), CONSTANTS)
    back_up([root, third], -1, np.array([[0.0, 1.0]]), CONSTANTS)
    back_up([root, second], -1, near[None], CONSTANTS)
    weight = 0.2 * 0.96
    close([first.visits, first.value], [1 + weight, (1 - weight) / (1 + weight)])
    close([second.visits, second.value, third.visits, third.value], [1, -1, 1, -1])
    # The value that it was given counts in the mean as much as its visits.
    back_up([root, first], 1, np.array([[1.0, 0.0]]), CONSTANTS)
    close([first.visits, first.value], [2 + weight, (2 - weight) / (2 + weight)])
    close([second.visits, second.value], [1 + weight, (weight - 1) / (1 + weight)])
    assert [first.own_visits, root.visits] == [2, 4]


def test_an_embedding_is_the_mean_of_the_texts_that_went_through():
    root = family(1.0)
    (child,) = root.children
    for vector in ([1.0, 0.0], [0.0, 1.0], [0.0, 1.0]):
        back_up([root, child], 1, np.array([vector]), CONSTANTS)
    close(child.embedding.tolist(), [1 / 3, 2 / 3])


def test_a_sibling_that_was_never_looked_at_learns_nothing():
    root = family(0.5, 0.5)
    back_up([root, root.children[0]], -1, np.array([[1.0, 0.0]]), CONSTANTS)
    assert root.children[1].visits == 0


@pytest.mark.parametrize(
    ("vectors", "values", "wanted"),
    [
        # Variances 0.01 and 0: their norm is below 0.03 for one token.
        ([[1.0, 0.0], [0.8586, 0.0]], [-1, -1], True),
        ([[1.0, 0.0], [0.0, 1.0]], [-1, -1], False),  # they say different things
        ([[1.0, 0.0], [0.8586, 0.0]], [-1, 0.0], False),  # one is not harmful
        ([[1.0, 0.0], None], [-1, 0.0], False),  # one was not looked at
    ],
)
def test_a_child_is_added_where_all_say_the_same_harm(vectors, values, wanted):
    root = family(0.5, 0.5)
    for child, vector, value in zip(root.children, vectors, values, strict=True):
        child.value = value
        child.embedding = None if vector is None else np.array(vector)
    assert wants_another(root, CONSTANTS) is wanted


def test_no_child_is_added_beyond_the_most():
    root = family(*[0.05] * 20)
    for child in root.children:
        child.embedding, child.value = np.array([1.0]), -1.0
    assert not wants_another(root, CONSTANTS)
    root.children.pop()
    assert wants_another(root, CONSTANTS)


def test_an_added_child_has_its_share_and_is_added_once():
    root = family(0.3, 0.1)
    assert add(root, (9,), 0.1)
    close([child.prior for child in root.children], [0.75, 0.25, 0.2])
    assert not add(root, (9,), 0.4)
    assert len(root.children) == 3


def test_a_search_ends_with_seven_visits_of_a_good_child():
    root = family(0.5, 0.5)
    assert favourite(Node()) is None
    assert not is_settled(root, CONSTANTS)
    child = root.children[1]
    for visits in range(1, 8):
        back_up([root, child], 1, None, CONSTANTS)
        assert is_settled(root, CONSTANTS) is (visits > 6)
    assert favourite(root) is child
    back_up([root, child], -1, None, CONSTANTS)  # (7 - 1) / 8 is less than 0.8
    assert not is_settled(root, CONSTANTS)


def test_group_lengths_by_depth():
    assert [CONSTANTS.group_length(depth) for depth in range(1, 7)] == [1, 2, 4, 10, 10, 10]
