"""Places in nested JSON, written as keys with dots: `data[].body.dialogue[].utterance`.

``[]`` after a key goes through a list, and through lists in that list; `[]` alone through a list that has no
key.
"""

from collections.abc import Iterator, Sequence
from functools import cache

Objects = tuple[dict[str, object], ...]
_Steps = tuple[tuple[str, bool], ...]


def items(value: object, path: str) -> Iterator[tuple[object, Objects]]:
    """Yield what stands at ``path``, each with the objects that it stands in, the innermost first.

    An empty path is the value itself. What is missing on the way is passed over.

    Examples
    --------
    >>> [one for one, _ in items({"data": [{"qas": [1]}, {"qas": [2, 3]}]}, "data[].qas[]")]
    [1, 2, 3]
    """
    yield from _items(value, _steps(path), ())


def found(objects: Sequence[dict[str, object]], path: str) -> list[object]:
    """The values at ``path`` in the first of the objects that has its first key; none are an empty list.

    Examples
    --------
    >>> found(({"q": "누구?"}, {"context": "글", "q": "밖"}), "context")
    ['글']
    >>> found(({"text": [[{"s": "하나"}], [{"s": "둘"}]]},), "text[].s")
    ['하나', '둘']
    """
    steps = _steps(path)
    holder = next((one for one in objects if steps and steps[0][0] in one), None)
    values: list[object] = [holder]
    for key, listed in steps:
        values = [one[key] for one in values if isinstance(one, dict) and key in one]
        if listed:
            values = [one for value in values for one in _flat(value)]
    return [one for one in values if one is not None]


def _items(value: object, steps: _Steps, within: Objects) -> Iterator[tuple[object, Objects]]:
    if not steps:
        yield value, within
        return
    (key, listed), rest = steps[0], steps[1:]
    if key:
        if not isinstance(value, dict) or key not in value:
            return
        within = (value, *within)
        value = value[key]
    for one in _flat(value) if listed else (value,):
        yield from _items(one, rest, within)


def _flat(value: object) -> Iterator[object]:
    if not isinstance(value, list):
        return
    for one in value:
        if isinstance(one, list):
            yield from _flat(one)
        else:
            yield one


@cache
def _steps(path: str) -> _Steps:
    parts = path.split(".") if path else []
    return tuple((part.removesuffix("[]"), part.endswith("[]")) for part in parts)
