"""Every number of the method, by name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Constants:
    """Numbers of RAIN (arXiv 2309.07124, as its published code has them), and two of ours.

    Parameters
    ----------
    group_lengths
        Tokens of a node, by its depth from 1 on; deeper ones are as long as the last.
    children
        Children of a node that is expanded.
    top_k
        Most probable tokens that groups of several tokens are drawn from.
    exploration
        Weight c of the prior against the value in `tree.puct`.
    root_uniform
        Share of a uniform distribution in the priors below the root.
    similar, similarity_weight
        A sibling whose mean embedding has at least this cosine is given the value as well, with the
        cosine times this weight for a visit.
    spread, most_children, worse_than
        A node is given one more child while it has fewer than ``most_children``, none of them has a
        value of ``worse_than`` or more, and the variance of their embeddings (norm over the dimensions)
        is less than ``spread`` times the tokens of a child. For unit vectors of 384 dimensions that norm
        is never above 0.053, so from groups of two tokens on the value alone decides.
    settled_visits, settled_value
        A search ends early once its most visited child has more visits and a higher value than these.
    iterations, more_iterations
        Most iterations of one search, those that are reused counted; and how many it has at least.
    extension
        Ours: most tokens by which a text is extended to the end of its clause before it is judged.
    epsilon
        What keeps the scaled value below 1.
    """

    group_lengths: tuple[int, ...] = (1, 2, 4, 10)
    children: int = 10
    top_k: int = 15
    exploration: float = 2.0
    root_uniform: float = 0.25
    similar: float = 0.95
    similarity_weight: float = 0.2
    spread: float = 0.03
    most_children: int = 20
    worse_than: float = 0.0
    settled_visits: int = 6
    settled_value: float = 0.8
    iterations: int = 50
    more_iterations: int = 15
    extension: int = 32
    epsilon: float = 1e-5

    def group_length(self, depth: int) -> int:
        """Tokens of a node at that depth, 1 below the first root."""
        return self.group_lengths[min(depth, len(self.group_lengths)) - 1]
