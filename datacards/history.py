"""What the catalogue says of the field: which corpora there are, since when, and who may use them.

Counts over years are of the survey's corpora alone (``listed``): one criterion chose them, so they can
be compared; the others are here because malmoi reads them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from datacards.catalogue import TASK_TYPES, UNKNOWN, CatalogueCard

Key = Callable[[CatalogueCard], str]
PARSING_AND_PARALLEL = ("Parsing and tagging", "Summarization, Translation, and Transliteration")
HATE_AND_OTHER = ("Offensive language detection, fairness and bias", "Other topics")
EVALUATION = "Evaluation sets"
GROUPS = ("Parsing and parallel corpora", "Hate speech and other topics", EVALUATION, "The rest")
ERAS = ("2015-2019", "2020-2023", "2024-")


@dataclass(frozen=True, slots=True)
class CrossTable:
    """Numbers of cards by two properties; ``counts`` has a row for each of ``rows``."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    def as_json(self) -> dict[str, Any]:
        """Give the table as ``{row: {column: count}}``."""
        return {
            row: dict(zip(self.columns, counts, strict=True))
            for row, counts in zip(self.rows, self.counts, strict=True)
        }


def cross(
    cards: Iterable[CatalogueCard], row: Key, column: Key, rows: Sequence[str], columns: Sequence[str]
) -> CrossTable:
    """Count cards by two properties, in the order given; columns that no card has are left out."""
    counted = Counter((row(card), column(card)) for card in cards)
    held = tuple(other for other in columns if any(counted[one, other] for one in rows))
    return CrossTable(tuple(rows), held, tuple(tuple(counted[one, other] for other in held) for one in rows))


def listed(cards: Iterable[CatalogueCard]) -> list[CatalogueCard]:
    """Give the survey's corpora."""
    return [card for card in cards if card.listed is not None]


def group_of(card: CatalogueCard) -> str:
    """Give the part that a corpus plays in the field's history.

    Parsing and parallel corpora come first, then hate speech and topics of their own, whatever they
    are for; of the others, what is meant for evaluation.
    """
    if card.task_type in PARSING_AND_PARALLEL:
        return GROUPS[0]
    if card.task_type in HATE_AND_OTHER:
        return GROUPS[1]
    return EVALUATION if card.evaluation else GROUPS[3]


def era_of(card: CatalogueCard) -> str:
    """Give the years that a corpus belongs to, or ``unknown``."""
    year = card.year
    if not isinstance(year, int):
        return UNKNOWN
    return ERAS[0] if year < 2020 else ERAS[1] if year < 2024 else ERAS[2]


def years_of(cards: Iterable[CatalogueCard]) -> list[str]:
    """Give the years of cards from the first to the last, as text."""
    years = [int(card.year) for card in cards if card.year != UNKNOWN]
    return [str(year) for year in range(min(years), max(years) + 1)] if years else []


def history(cards: Sequence[CatalogueCard]) -> dict[str, CrossTable]:
    """Give the tables of the field's history by name, of the survey's corpora among ``cards``.

    ``groups``: the parts of the field by year; ``types``: task types by era; ``licences``: whether
    commerce is allowed, by year; ``providers``: task types by provider; ``access``: task types by
    access, of all cards.
    """
    chosen = listed(cards)
    years = years_of(chosen)
    types: list[str] = [name for name in TASK_TYPES if any(card.task_type == name for card in chosen)]
    providers = sorted({card.provider for card in cards}, key=lambda name: (name == UNKNOWN, name))
    return {
        "groups": cross(chosen, lambda card: str(card.year), group_of, years, GROUPS),
        "types": cross(chosen, lambda card: card.task_type, era_of, types, (*ERAS, UNKNOWN)),
        "licences": cross(
            chosen,
            lambda card: str(card.year),
            lambda card: card.allows.commercial,
            years,
            ("allowed", "forbidden", UNKNOWN),
        ),
        "providers": cross(chosen, lambda card: card.task_type, lambda card: card.provider, types, providers),
        "access": access_map(cards, lambda card: card.task_type),
    }


def access_map(cards: Sequence[CatalogueCard], row: Key) -> CrossTable:
    """Count cards by a property and by how one gets them: task types in their order, else largest first."""
    order = Counter(map(row, cards))
    rows: list[str] = [name for name in TASK_TYPES if name in order]
    rows += [name for name, _ in order.most_common() if name not in rows]
    return cross(cards, row, lambda card: card.access.kind, rows, ("open", "sign-in", "application", UNKNOWN))
