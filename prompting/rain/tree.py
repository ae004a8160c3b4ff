"""The tree of token groups: which is looked at next, and what a value says about the others. Pure.

Numbers and rules are those of RAIN's published code (github.com/SafeAILab/RAIN); values are between
-1, harmful, and 1, harmless.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from prompting.rain.constants import Constants

Vectors = npt.NDArray[np.floating[Any]]


@dataclass(eq=False, slots=True)
class Node:
    """A group of tokens that may come next.

    ``weight`` is the group's probability as it was drawn, ``prior`` its share among its siblings.
    ``visits`` has, beside the node's ``own_visits``, what similar siblings gave; ``value`` is the mean
    over both, ``embedding`` the mean over its own. The root of the first search has depth 0 and no tokens.
    """

    tokens: tuple[int, ...] = ()
    weight: float = 1.0
    prior: float = 1.0
    depth: int = 0
    children: list["Node"] = field(default_factory=list)
    visits: float = 0.0
    own_visits: int = 0
    value: float = 0.0
    embedding: Vectors | None = None


def puct(child: Node, parent_visits: float, constants: Constants) -> float:
    """Value of the child, scaled to 0 … 1, and what its prior promises while it is little visited.

    A child without visits counts as one of value -1. Values stay between -1 and 1, so the published
    code's running minimum and maximum are these two.
    """
    scaled = (child.value + 1) / (2 + constants.epsilon) if child.visits else 0.0
    return scaled + constants.exploration * child.prior * sqrt(parent_visits) / (1 + child.visits)


def select(node: Node, constants: Constants) -> Node:
    """Give the child to look at next; of equals the first."""
    return max(node.children, key=lambda child: puct(child, node.visits, constants))


def attach(node: Node, groups: Sequence[tuple[tuple[int, ...], float]], *, uniform: float = 0.0) -> None:
    """Give a leaf its children: groups of tokens with the probability of each."""
    node.children = [Node(tokens, weight, weight, node.depth + 1) for tokens, weight in groups]
    blend(node, uniform)


def add(node: Node, tokens: tuple[int, ...], weight: float, *, uniform: float = 0.0) -> bool:
    """Give a node one more child; the others keep their priors. Whether it was none of them yet."""
    if any(child.tokens == tokens for child in node.children):
        return False
    whole = weight + sum(child.weight for child in node.children)
    share = weight / whole if whole else 0.0
    prior = (1 - uniform) * share + uniform / (len(node.children) + 1)
    node.children.append(Node(tokens, weight, prior, node.depth + 1))
    return True


def blend(node: Node, uniform: float) -> None:
    """Let the children's priors add up to 1, and mix them with a uniform distribution of this share."""
    whole, even = sum(child.prior for child in node.children), 1 / len(node.children)
    for child in node.children:
        share = child.prior / whole if whole else even
        child.prior = (1 - uniform) * share + uniform * even


def wants_another(node: Node, constants: Constants) -> bool:
    """Whether every child was looked at, they say much the same, and none of it is good."""
    seen = [child.embedding for child in node.children if child.embedding is not None]
    count = len(node.children)
    if not 2 <= count < constants.most_children or len(seen) < count:
        return False
    norm = float(np.linalg.norm(np.var(np.stack(seen), axis=0, ddof=1)))
    best = max(child.value for child in node.children)
    return norm < constants.spread * len(node.children[0].tokens) and best < constants.worse_than


def back_up(path: Sequence[Node], value: float, embeddings: Vectors | None, constants: Constants) -> None:
    """Tell every node of a path what its end is worth, and their siblings that are similar.

    Parameters
    ----------
    path
        From the root to the leaf.
    value
        What the leaf's text was judged to be.
    embeddings
        Shape (len(path) - 1, dimensions): for each node below the root, the embedding of the text from
        it to the end that was judged. Without them no sibling learns anything.
    """
    for node in path:
        node.visits += 1
        node.own_visits += 1
        node.value += (value - node.value) / node.visits
    if embeddings is None:
        return
    for parent, node, embedding in zip(path, path[1:], embeddings, strict=False):
        before = np.zeros_like(embedding) if node.embedding is None else node.embedding
        node.embedding = before + (embedding - before) / node.own_visits
        for sibling in parent.children:
            if sibling is not node and sibling.embedding is not None:
                _tell(sibling, value, cosine(node.embedding, sibling.embedding), constants)


def cosine(one: Vectors, other: Vectors) -> float:
    """Cosine of two vectors; 0 where one is zero."""
    lengths = float(np.linalg.norm(one)) * float(np.linalg.norm(other))
    return float(one @ other) / lengths if lengths else 0.0


def favourite(node: Node) -> Node | None:
    """The most visited child, of equals the one of higher value; ``None`` without children."""
    return max(node.children, key=lambda child: (child.visits, child.value), default=None)


def is_settled(node: Node, constants: Constants) -> bool:
    """Whether the most visited child is good enough to stop."""
    child = favourite(node)
    return (
        child is not None
        and child.own_visits > constants.settled_visits
        and child.value > constants.settled_value
    )


def _tell(sibling: Node, value: float, similarity: float, constants: Constants) -> None:
    if similarity < constants.similar:
        return
    weight = constants.similarity_weight * similarity
    sibling.visits += weight
    sibling.value += (value - sibling.value) * weight / sibling.visits
