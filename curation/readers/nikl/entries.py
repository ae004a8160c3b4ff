"""What documents and sentences of the institute hold: lists that may be null, numbers, places in a text."""

from collections.abc import Iterable, Mapping
from typing import Any

from curation.readers.json_file import required_text
from curation.readers.quoting import shown

REPAIRED = "offsets that did not match the form"
# Longer ones are no expressions, and looking for all of their places takes the square of their length.
_LONGEST_FORM = 1000


def entries(value: object, key: str) -> list[dict[str, Any]]:
    """The objects in the list under ``key``; null stands for an empty list.

    Raises
    ------
    ValueError
        When there is no such list or an item is no object; the message is the reason for quarantine.
    """
    if not isinstance(value, dict):
        raise ValueError("no object")
    if key not in value:
        raise ValueError(f"no {key!r}")
    held = value[key]
    if held is None:
        return []
    if not isinstance(held, list):
        raise ValueError(f"{key!r} is no list")
    for one in held:
        if not isinstance(one, dict):
            raise ValueError(f"an item of {key!r} is no object")
    return held


def whole_number(values: Mapping[str, object], key: str) -> int:
    """The whole number under ``key``.

    Raises
    ------
    ValueError
        When it is absent or something else.
    """
    value = values.get(key)
    if type(value) is not int:
        raise ValueError(f"{key!r} is no whole number")
    return value


def located(entry: Mapping[str, Any], text: str) -> tuple[int, int]:
    """Where an entry's form stands in ``text``: at its offsets, or where it is nearest to them.

    ``end`` is exclusive. An entry without a form must lie within the text.

    Raises
    ------
    ValueError
        When the form does not occur, or two places are equally near.

    Examples
    --------
    >>> located({"form": "강", "begin": 1, "end": 2}, "저 강과 산")
    (2, 3)
    """
    begin, end, form = entry.get("begin"), entry.get("end"), entry.get("form")
    if type(begin) is int and type(end) is int and begin >= 0 and form and text[begin:end] == form:
        return begin, end
    begin, end = whole_number(entry, "begin"), whole_number(entry, "end")
    if form is None:
        if 0 <= begin < end <= len(text):
            return begin, end
        raise ValueError(f"{begin}–{end} does not lie within the text")
    form = required_text(entry, "form")
    places = _places(form, text)
    places.sort(key=lambda place: abs(place - begin))
    if not places or (len(places) > 1 and abs(places[0] - begin) == abs(places[1] - begin)):
        raise ValueError(f"{shown(form)!r} does not stand at {begin}–{end}")
    return places[0], places[0] + len(form)


def mend(held: Iterable[dict[str, Any]], places: Iterable[tuple[int, int]]) -> str:
    """Write the places that were found into the entries, and name the recovery if that changed any."""
    recovery = ""
    for entry, (begin, end) in zip(held, places, strict=True):
        if (entry["begin"], entry["end"]) != (begin, end):
            entry["begin"], entry["end"] = begin, end
            recovery = REPAIRED
    return recovery


def _places(form: str, text: str) -> list[int]:
    places: list[int] = []
    place = text.find(form) if 0 < len(form) <= _LONGEST_FORM else -1
    while place >= 0:
        places.append(place)
        place = text.find(form, place + 1)
    return places
