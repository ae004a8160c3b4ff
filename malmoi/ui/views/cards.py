"""The catalogue of corpora: a list to search, and a page for each card."""

import functools
from collections.abc import Mapping
from typing import Any, get_args

from starlette.requests import Request

from curation.errors import ConfigurationError
from datacards.catalogue import TASK_TYPES, UNKNOWN, AccessKind, CatalogueCard, load
from datacards.choosing import choose
from malmoi.ui.markdown import to_html

_CLAUSES = ("commercial", "redistribution", "modification")


def cards(request: Request) -> Mapping[str, Any]:
    """Cards that answer to what is asked for."""
    asked = {name: request.query_params.get(name, "").strip() for name in ("q", "task", "licence", "access")}
    found = choose(_catalogue(), task=asked["task"], licence=asked["licence"], access=asked["access"])
    words = asked["q"].casefold().split()
    return {
        "asked": asked,
        "cards": [card for card in found if all(word in _text_of(card) for word in words)],
        "whole": len(_catalogue()),
        "tasks": TASK_TYPES,
        "clauses": _CLAUSES,
        "accesses": get_args(AccessKind),
    }


def card(request: Request) -> Mapping[str, Any]:
    """One card.

    Raises
    ------
    ConfigurationError
        There is none of that id.
    """
    name = request.query_params.get("id", "")
    for found in _catalogue():
        if found.id == name:
            # The heading of the body is the name, which the page has above.
            return {"card": found, "body": to_html(found.body.partition("\n")[2]), "unknown": UNKNOWN}
    raise ConfigurationError("There is no such card.", where=name, fix="All cards: malmoi cards list")


@functools.cache
def _catalogue() -> tuple[CatalogueCard, ...]:
    return tuple(load())


@functools.cache
def _text_of(card: CatalogueCard) -> str:
    parts = (card.id, card.name, card.korean_name, card.summary_ko, card.use, card.task_type, card.body)
    return "\n".join(parts).casefold()
