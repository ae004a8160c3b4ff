"""Where the rows of an unknown JSON value stand, and which of their places hold texts."""

from collections.abc import Iterator, Mapping, Sequence

from curation.guessing.column_roles import Roles, roles_of

_ROWS = 200
_DEEPEST = 6


def roles_in(value: object) -> Roles | None:
    """Name the items of a JSON value and the places of their texts, as the reader `aihub` takes them.

    Of all lists of objects, the one whose texts are longest together is taken.

    Examples
    --------
    >>> found = roles_in({"version": 1, "data": [{"meta": {"no": 1}, "body": {"글": "눈이 온다"}}]})
    >>> found.options
    {'items': 'data[]', 'text': 'body.글'}
    """
    best: tuple[int, Roles] | None = None
    for path, objects in _lists(value, "", 0):
        rows = [dict(_places(one, "")) for one in objects[:_ROWS]]
        roles = roles_of(rows)
        if roles is None:
            continue
        amount = sum(len(text) for row in rows for text in _texts(row, roles))
        if best is None or amount > best[0]:
            options = {"items": path, **roles.options}
            best = amount, Roles(options, roles.labels, f"{roles.evidence} of each item at {path}")
    return None if best is None else best[1]


def _texts(row: Mapping[str, object], roles: Roles) -> Iterator[str]:
    return (text for place in roles.options.values() if isinstance(text := row.get(str(place)), str))


def _lists(value: object, path: str, depth: int) -> Iterator[tuple[str, Sequence[Mapping[str, object]]]]:
    """Give every list of objects with its path; of alike objects, the first stands for all."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for key, one in value.items():
            # These signs part the keys of a path.
            if not {".", "["} & set(key):
                yield from _lists(one, f"{path}.{key}" if path else key, depth + 1)
    elif isinstance(value, list):
        objects = [one for one in value if isinstance(one, dict)]
        if objects:
            yield f"{path}[]", objects
            yield from _lists(objects[0], f"{path}[]", depth + 1)


def _places(value: Mapping[str, object], path: str) -> Iterator[tuple[str, object]]:
    for key, one in value.items():
        place = f"{path}.{key}" if path else key
        if {".", "["} & set(key):
            continue
        if isinstance(one, dict):
            yield from _places(one, place)
        else:
            yield place, one
