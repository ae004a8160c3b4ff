"""Which instances of a corpus a task takes, and in what order: the first 100 are the evaluation.

Like the published test tasks, those have as many of each label as there are.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from itertools import chain, zip_longest

from curation.superni.splits import EVALUATION_INSTANCES


def digest(text: str) -> str:
    """Hash a text: 32 hexadecimal digits, as published ids have them."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def chosen(inputs: Sequence[str], labels: Sequence[str], seed: int, most: int) -> list[str]:
    """Take at most ``most`` inputs, of each label as many as of the others while it has any.

    Parameters
    ----------
    inputs, labels
        The inputs, each with its label; one label for all where there is nothing to balance.
    seed
        Another seed gives another choice. The same one gives the same, in whatever order the inputs
        come.

    Returns
    -------
    list
        First 100 inputs whose labels take turns, then the others in chance order.
    """
    ranks = {number: digest(f"{seed}\0{text}") for number, text in enumerate(inputs)}
    by_label: dict[str, list[int]] = defaultdict(list)
    for number in sorted(ranks, key=ranks.__getitem__):
        by_label[labels[number]].append(number)
    rounds = zip_longest(*(by_label[label] for label in sorted(by_label)))
    turns = [number for number in chain.from_iterable(rounds) if number is not None][:most]
    first, rest = turns[:EVALUATION_INSTANCES], turns[EVALUATION_INSTANCES:]
    return [inputs[number] for number in (*first, *sorted(rest, key=ranks.__getitem__))]
