"""Cards chosen by task, licence, year and access."""

import re
from collections.abc import Iterable

from datacards.catalogue import UNKNOWN, CatalogueCard

_YEARS = re.compile(r"(\d{4})?(-)?(\d{4})?")
_CLAUSES = ("commercial", "redistribution", "modification")


def choose(
    cards: Iterable[CatalogueCard], *, task: str = "", licence: str = "", year: str = "", access: str = ""
) -> list[CatalogueCard]:
    """Give the cards that satisfy all that is asked for.

    Parameters
    ----------
    task
        Part of a use or of a task type, in any case.
    licence
        Part of a licence (``cc-by-sa``), or what it must allow: ``commercial``, ``redistribution``,
        ``modification``.
    year
        A year or a range: ``2020``, ``2018-2020``, ``-2019``, ``2020-``, or ``unknown``.
    access
        ``open``, ``sign-in``, ``application`` or ``unknown``.

    Raises
    ------
    ValueError
        When ``year`` is none of these.
    """
    years = _years(year)
    return [
        card
        for card in cards
        if task.casefold() in f"{card.use}\n{card.task_type}".casefold()
        and (not licence or _has_licence(card, licence))
        and (not year or _in_years(card, years))
        and (not access or card.access.kind == access)
    ]


def _has_licence(card: CatalogueCard, wanted: str) -> bool:
    if wanted in _CLAUSES:
        return bool(getattr(card.allows, wanted) == "allowed")
    return _plain(wanted) in _plain(card.licence)


def _plain(licence: str) -> str:
    return re.sub(r"[\s_-]+", "-", licence.casefold())


def _years(year: str) -> tuple[int, int] | None:
    """Give the first and the last year; ``None`` for cards whose year is not known."""
    if year in ("", UNKNOWN):
        return None
    found = _YEARS.fullmatch(year)
    if found is None or not (found[1] or found[3]) or (found[3] and not found[2]):
        raise ValueError(f"'{year}' is no year and no range of years")
    first = int(found[1] or 0)
    last = int(found[3] or (9999 if found[2] else first))
    return first, last


def _in_years(card: CatalogueCard, years: tuple[int, int] | None) -> bool:
    if card.year == "unknown" or years is None:
        return card.year == UNKNOWN and years is None
    return years[0] <= card.year <= years[1]
