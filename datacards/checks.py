"""What is wrong with a card of the catalogue, and what counts as a fault in any card."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import ValidationError

from datacards.catalogue import UNKNOWN, CatalogueCard, data_of, in_tuples
from datacards.terms import terms_of


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the file, the field by its dotted name, what is wrong, and what to do about it."""

    card: str
    field: str
    fault: str
    fix: str

    def as_json(self) -> dict[str, str]:
        """Give the fault as JSON data."""
        return asdict(self)


# Text that stands where a fact should. "-" and "?" count when they are all there is.
PLACEHOLDER = re.compile(
    r"\[?more information needed\]?|(?-i:\b(?:TODO|TBD|TBA|FIXME)\b)|\blorem ipsum\b"
    r"|\{\{.*?\}\}|<(?:insert|your|fill)\b[^>]*>|\[(?:insert|your|fill)\b[^\]]*\](?!\()"
    r"|(?:추후|나중에) ?(?:작성|추가|입력)|작성 ?(?:예정|필요)|\A\s*(?:-+|\?+|\.{2,}|…|n/?a|미정|없음)\s*\Z",
    re.IGNORECASE,
)


def check_card(text: str, name: str) -> list[Fault]:
    """Check a card of the catalogue; ``name`` is its file."""
    return checked(text, name)[1]


def checked(text: str, name: str) -> tuple[CatalogueCard | None, list[Fault]]:
    """Read a card of the catalogue, and check it; without a fault there is a card."""
    try:
        data = data_of(text, name)
    except ValueError as error:
        fault = Fault(name, "front matter", f"malformed: {error}", "write it as the other cards have it")
        return None, [fault]
    found = [*_gaps(data, name)]
    try:
        card = CatalogueCard.model_validate(in_tuples(data))
    except ValidationError as error:
        told = {fault.field for fault in found}
        for fault in _malformed(error, name):
            if not covered(fault.field, told):  # members of a union all say what they expected
                told.add(fault.field)
                found.append(fault)
        return None, found
    return card, found or [*_contradictions(card, name)]


def _gaps(data: Mapping[str, Any], name: str) -> Iterator[Fault]:
    """Find fields that are not there, hold nothing, or hold a placeholder."""
    for field, wanted in CatalogueCard.model_fields.items():
        if field in data:
            may_be_empty = field in ("units", "readers", "problems")
            yield from hollow(data[field], name, field, may_be_empty=may_be_empty)
        elif wanted.is_required():
            yield Fault(name, field, "missing", f"state it, or write '{UNKNOWN}' where the field allows that")


def hollow(value: Any, name: str, field: str, *, may_be_empty: bool = False) -> Iterator[Fault]:
    """Find what holds nothing or a placeholder in a value, however deep."""
    if value is None or value == "" or (value in ([], {}) and not may_be_empty):
        yield Fault(name, field, "empty", f"state it, or write '{UNKNOWN}' where the field allows that")
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from hollow(one, name, f"{field}.{key}")
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from hollow(one, name, f"{field}.{place}")
    elif isinstance(value, str) and (placeholder := PLACEHOLDER.search(value)):
        yield Fault(
            name,
            field,
            f"placeholder: '{placeholder[0].strip()}'",
            f"replace it by the fact, or by '{UNKNOWN}'",
        )


def _malformed(error: ValidationError, name: str) -> Iterator[Fault]:
    for one in error.errors():
        # Members of a union stand at the end of a place; the field is what a person knows.
        place = [
            str(part) for part in one["loc"] if not re.search(r"[\[\](]|^literal|^constrained", str(part))
        ]
        field = ".".join(place)
        if one["type"] == "extra_forbidden":
            yield Fault(name, field, "malformed: no such field", "remove it or spell it as other cards do")
        else:
            yield Fault(name, field, f"malformed: {one['msg']}", "write it as the other cards have it")


def covered(field: str, told: Iterable[str]) -> bool:
    """Tell whether a fault of the field, of a part of it or of what it is part of was told already."""
    return any(field == one or field.startswith(f"{one}.") or one.startswith(f"{field}.") for one in told)


def _contradictions(card: CatalogueCard, name: str) -> Iterator[Fault]:
    """Compare what the card says is allowed with what its licence allows."""
    terms = terms_of(card.licence)
    for clause in ("commercial", "redistribution", "modification"):
        said, stands = getattr(card.allows, clause), getattr(terms, clause)
        if card.allows.by == "licence" and said != stands:
            yield Fault(
                name,
                f"allows.{clause}",
                f"contradiction: the card says {said}, its licence {card.licence} says {stands}",
                f"write {stands}, or correct the licence, or say by whose terms",
            )
    if card.allows.by == "unknown" and {card.allows.commercial, card.allows.redistribution} != {UNKNOWN}:
        yield Fault(name, "allows.by", "contradiction: nobody is named who allows it", "name who says so")
    if card.evaluation and card.task_type == "Raw text":
        yield Fault(name, "evaluation", "contradiction: raw text is nothing to evaluate with", "write false")
