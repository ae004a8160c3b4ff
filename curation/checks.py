"""What must hold of the sources and the outcome of a run; each fault is said to the person."""

from collections.abc import Iterable

from curation.checkpoints import Checkpoint
from curation.errors import ConfigurationError, UserError
from curation.inputs import SourceInput
from curation.recipe import Recipe
from curation.records import Kind

# A row's order is one number: its source, its unit within the source, its place in the unit.
UNIT_BITS, ROW_BITS = 20, 32
_MOST_SOURCES = 1 << (63 - UNIT_BITS - ROW_BITS)


def kinds_of(inputs: list[SourceInput]) -> dict[str, Kind]:
    """Give the kind of record of each configuration.

    Raises
    ------
    ConfigurationError
        When its sources hold different kinds.
    """
    kinds: dict[str, Kind] = {}
    for given in inputs:
        source, kind = given.source, given.reader.kind(given.options)
        if kinds.setdefault(source.config, kind) != kind:
            raise ConfigurationError(
                f"the configuration '{source.config}' would hold {kinds[source.config]} records and, from "
                f"source '{source.name}', {kind} records",
                where=f"source {source.name}, key config",
                fix="give the source a configuration of its own",
            )
    return kinds


def check_numbers(inputs: list[SourceInput]) -> None:
    """Refuse more sources or units than a row's order has room for."""
    if len(inputs) > _MOST_SOURCES or any(len(given.units) > 1 << UNIT_BITS for given in inputs):
        raise ConfigurationError(
            f"more than {_MOST_SOURCES} sources, or {1 << UNIT_BITS} groups of files in one source",
            fix="split the recipe",
        )


def check_not_empty(given: SourceInput, units: list[Checkpoint]) -> None:
    """Raise when a source gave no record at all."""
    if any(unit.facts["records"] for unit in units):
        return
    bad = sum(unit.facts["quarantined"] for unit in units)
    first = next((unit.facts["first_error"] for unit in units if unit.facts["first_error"]), "")
    raise UserError(
        f"empty corpus: none of the {bad} rows of source '{given.source.name}' could be read; {first}"
        if bad
        else f"empty corpus: source '{given.source.name}' has no rows",
        where=", ".join(given.source.path),
        fix=f"check that the files are what the reader '{given.reader.name}' reads",
    )


def check_something_kept(recipe: Recipe, written: Iterable[Checkpoint]) -> None:
    """Raise when the steps dropped every row."""
    facts = [fact for one in written for fact in one.facts["sources"].values()]
    if not any(fact["kept"] for fact in facts):
        reasons = sorted({label for fact in facts for label in fact["samples"]})
        raise UserError(
            f"empty corpus: the steps dropped every row ({', '.join(reasons)})",
            where=f"recipe {recipe.name}",
            fix="loosen the steps' limits",
        )
