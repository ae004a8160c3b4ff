"""One regular expression for thousands of words, which looks at most characters only once."""

import re
from collections.abc import Iterable

_END = ""


def alternatives(words: Iterable[str]) -> str:
    """Give a pattern that matches wherever one of ``words`` begins.

    The words become a tree of shared beginnings, so that the cost of a character does not grow with
    their number. The match may be shorter than the longest word at that place: where one word begins
    another, it ends with the shorter one.

    Examples
    --------
    >>> alternatives(["가나", "가다라", "바", "바사"])
    '(?:가(?:나|다라)|바)'
    """
    tree: dict[str, dict] = {}  # type: ignore[type-arg]  # it nests without end
    for word in sorted(set(words)):
        branch = tree
        for letter in word:
            if _END in branch:
                break
            branch = branch.setdefault(letter, {})
        else:
            branch[_END] = {}
    return _pattern(tree) if tree else "(?!)"


def _pattern(branch: dict[str, dict]) -> str:  # type: ignore[type-arg]  # the same
    if _END in branch:
        return ""
    options = [re.escape(letter) + _pattern(rest) for letter, rest in branch.items()]
    return options[0] if len(options) == 1 else f"(?:{'|'.join(options)})"
