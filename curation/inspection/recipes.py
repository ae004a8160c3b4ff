"""Two recipes side by side: steps against steps and sources against sources, key by key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

How = Literal["changed", "added", "removed", "moved"]
Data = Mapping[str, Any]

_LISTS = ("steps", "sources", "evaluation_sets")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: a step, a source, an evaluation set, or a key of the recipe itself.

    ``part``
        ``step``, ``source``, ``evaluation set`` or ``recipe``;
    ``places``
        the places of a step in both recipes, from 1; ``None`` where it is not there;
    ``keys``
        by key (``params`` of a step spelled out, ``sources`` and the like), its value in both;
        of a part that is in one recipe only, all its values.
    """

    part: Literal["step", "source", "evaluation set", "recipe"]
    name: str
    how: How
    keys: Mapping[str, tuple[Any, Any]]
    places: tuple[int | None, int | None] | None = None

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        return {
            "part": self.part,
            "name": self.name,
            "how": self.how,
            "keys": {key: list(pair) for key, pair in self.keys.items()},
            "places": list(self.places) if self.places is not None else None,
        }


def recipe_differences(a: Data, b: Data) -> list[Difference]:
    """Compare two recipes, as manifests hold them: what they are called, what they read, what they do."""
    own = _keys(
        {key: value for key, value in a.items() if key not in _LISTS},
        {key: value for key, value in b.items() if key not in _LISTS},
    )
    found = [Difference("recipe", "", "changed", own)] if own else []
    found += _named("source", a.get("sources", ()), b.get("sources", ()))
    found += _named("evaluation set", a.get("evaluation_sets", ()), b.get("evaluation_sets", ()))
    return [*found, *_steps(a.get("steps", ()), b.get("steps", ()))]


def _named(
    part: Literal["source", "evaluation set"], a: Sequence[Data], b: Sequence[Data]
) -> Iterable[Difference]:
    left, right = ({one["name"]: _flat(one, "options") for one in listed} for listed in (a, b))
    for name in dict.fromkeys([*left, *right]):
        keys = _keys(left.get(name, {}), right.get(name, {}))
        keys.pop("name", None)
        if name not in right or name not in left:
            yield Difference(part, name, "removed" if name in left else "added", keys)
        elif keys:
            yield Difference(part, name, "changed", keys)
    both = [[name for name in one if name in left and name in right] for one in (left, right)]
    for name in _moved(*both):
        yield Difference(part, name, "moved", {})


def _steps(a: Sequence[Data], b: Sequence[Data]) -> Iterable[Difference]:
    """Align steps by name; one that is gone here and new there has moved."""
    names = [[use["step"] for use in uses] for uses in (a, b)]
    gone: list[int] = []
    new: list[int] = []
    pairs: list[tuple[int | None, int | None, How]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, names[0], names[1], autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += [(i, j, "changed") for i, j in zip(range(i1, i2), range(j1, j2), strict=True)]
        else:
            gone += range(i1, i2)
            new += range(j1, j2)
    for place in gone:
        there = next((one for one in new if names[1][one] == names[0][place]), None)
        if there is not None:
            new.remove(there)
        pairs.append((place, there, "removed" if there is None else "moved"))
    pairs += [(None, place, "added") for place in new]
    pairs.sort(key=lambda pair: (pair[0] if pair[1] is None else pair[1]) or 0)
    for i, j, how in pairs:
        left = _flat(a[i], "params") if i is not None else {}
        right = _flat(b[j], "params") if j is not None else {}
        keys = _keys(left, right)
        keys.pop("step", None)
        if keys or how != "changed":
            places = (i + 1 if i is not None else None, j + 1 if j is not None else None)
            yield Difference("step", str((left or right)["step"]), how, keys, places)


def _moved(a: Sequence[str], b: Sequence[str]) -> list[str]:
    """Give the names that must move to turn one order into the other."""
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return [name for tag, i1, i2, *_ in matcher.get_opcodes() if tag != "equal" for name in a[i1:i2]]


def _flat(entry: Data, nested: str) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != nested} | dict(entry.get(nested, {}))


def _keys(a: Data, b: Data) -> dict[str, tuple[Any, Any]]:
    return {key: (a.get(key), b.get(key)) for key in dict.fromkeys([*a, *b]) if a.get(key) != b.get(key)}
