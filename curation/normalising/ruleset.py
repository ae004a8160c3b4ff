"""Rules put in order: which sign calls for which rule, and when a text is done."""

import functools
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from curation.normalising.suspicion import ALL, Sign, is_plain, signs

Change = Callable[[str], tuple[str, int]]
"""A text in, the text and the number of changes out; 0 means that it came back as it was."""

_MOST_ROUNDS = 16


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by the name that it is counted under, and the signs without which it finds nothing."""

    name: str
    signs: Sign
    change: Change


def changes(texts: Sequence[str], rules: Sequence[Rule]) -> Iterator[tuple[int, str, dict[str, int]]]:
    """Bring ``texts`` into the form that none of ``rules`` changes.

    Yields place, new text and changes by rule of each text that was not in that form. One rule's
    work may be another's start (``&lt;br&gt;`` becomes a tag), so the rules run again until nothing
    changes. Applying them to the outcome therefore gives the outcome.
    """
    wanted = functools.reduce(operator.or_, (rule.signs for rule in rules), 0)
    found = signs(texts, wanted)
    for place in np.flatnonzero(found).tolist():
        text, counts = _settled(texts[place], int(found[place]), rules)
        if counts:
            yield place, text, counts


def _settled(text: str, found: int, rules: Sequence[Rule]) -> tuple[str, dict[str, int]]:
    counts: dict[str, int] = {}
    repeats = any(rule.signs & Sign.REPEATED for rule in rules)
    for _ in range(_MOST_ROUNDS):
        before = text
        for rule in rules:
            if rule.signs & found:
                text, count = rule.change(text)
                if count:
                    counts[rule.name] = counts.get(rule.name, 0) + count
                    found = ALL  # what a rule makes, no sign has announced
        if text == before or (is_plain(text) and not repeats):
            break
    return text, counts
