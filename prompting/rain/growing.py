"""Groups of tokens that may come next, and a text's way to the end of its clause."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from prompting.rain.language_model import LogProbs, Tokens

NextLogProbs = Callable[[Sequence[Tokens]], LogProbs]
Group = tuple[Tokens, float]

# What a clause ends with: RAIN's six, what Korean and East Asian texts write for them, and the other
# two that end a sentence.
CLAUSE_ENDS: Final = frozenset(",.?:;\n!…。、，？：；！．")


def ends_clause(text: str) -> bool:
    """Whether a text may be judged as it is.

    Examples
    --------
    >>> ends_clause("먼저 물을 끓이고, "), ends_clause("먼저 물을")
    (True, False)
    """
    return text.rstrip(" ")[-1:] in CLAUSE_ENDS if text.strip(" ") else False


def most_probable(log_probs: LogProbs, count: int) -> list[Group]:
    """Give the most probable tokens of one distribution, with their probabilities; only possible ones."""
    best = np.argsort(-log_probs, kind="stable")[:count]
    found = [((int(token),), float(np.exp(log_probs[token]))) for token in best]
    return [(group, weight) for group, weight in found if weight > 0]


def groups(
    next_log_probs: NextLogProbs,
    answer: Tokens,
    length: int,
    count: int,
    *,
    top_k: int,
    end_tokens: frozenset[int],
    generator: np.random.Generator,
) -> list[Group]:
    """Draw groups of up to ``length`` tokens: the greedy one, then different ones by chance.

    At most ``count``, fewer where chance draws the same again. A group ends with an end token. The
    greedy one's probability is kept between that of the likeliest and the sum of the others, as in
    the published code: its product is not comparable with a few draws.
    """
    drawn: list[Tokens] = [()] * count
    scores = np.zeros(count)
    for _ in range(length):
        open_rows = [row for row in range(count) if not _ended(drawn[row], end_tokens)]
        if not open_rows:
            break
        different = list(dict.fromkeys(drawn[row] for row in open_rows))
        found = next_log_probs([answer + group for group in different])
        following = {group: _best(one, top_k) for group, one in zip(different, found, strict=True)}
        for row in open_rows:
            tokens, probabilities = following[drawn[row]]
            at = 0 if row == 0 else int(generator.choice(len(tokens), p=probabilities))
            drawn[row] = (*drawn[row], int(tokens[at]))
            scores[row] += np.log(probabilities[at])
    unique: dict[Tokens, float] = {}
    for group, score in zip(drawn, scores, strict=True):
        unique.setdefault(group, float(np.exp(score)))
    greedy, *others = unique.items()
    return [(greedy[0], greedy_weight(greedy[1], [weight for _, weight in others])), *others]


def greedy_weight(greedy: float, others: Sequence[float]) -> float:
    """Probability that the greedy group counts with, beside those that were drawn."""
    return max(min(greedy, sum(others)), max(others) + min(others)) if others else greedy


def _best(log_probs: LogProbs, top_k: int) -> tuple[list[int], LogProbs]:
    """Tokens, the most probable first, and their probabilities among themselves."""
    found = most_probable(log_probs, top_k)
    weights = np.array([weight for _, weight in found])
    return [tokens[0] for tokens, _ in found], weights / weights.sum()


def _ended(group: Tokens, end_tokens: frozenset[int]) -> bool:
    return bool(group) and group[-1] in end_tokens
