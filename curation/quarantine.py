"""How many unusable rows a run bears before it stops: a wrong reader should not cost a night."""

from collections import Counter
from collections.abc import Mapping, Sequence

from curation.checkpoints import Checkpoint
from curation.errors import UserError
from curation.inputs import SourceInput
from curation.recipe import Recipe

# Fewer unusable rows than this never stop a run, whatever their share.
FEW = 20
# Before all units of a source are in, so many stop it: the rest of it may be better.
_MANY = 1_000


class QuarantineWatch:
    """Looks at the units of each source as they come in."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.units: dict[str, list[Checkpoint]] = {}

    def look(self, given: SourceInput, unit: Checkpoint) -> None:
        """Take one more unit of a source into account.

        Raises
        ------
        UserError
            When too large a share of the source's rows is unusable; it sums the reasons up.
        """
        units = self.units.setdefault(given.source.name, [])
        units.append(unit)
        if not any(one.facts["records"] for one in units):
            return  # an empty corpus is said better at the end
        bad = sum(one.facts["quarantined"] + one.facts["raised"] for one in units)
        read = sum(one.facts["records"] + one.facts["quarantined"] for one in units)
        errors: Counter[str] = Counter()
        for one in units:
            errors.update(one.facts["errors"])
            errors.update(one.facts["raised_errors"])
        told = (one.facts[fact] for fact in ("first_error", "first_raised") for one in units)
        first = next(filter(None, told), "")
        if len(units) == len(given.units) or bad >= _MANY:
            _check(self.recipe, given, (bad, read), errors, first)


def check_raised(recipe: Recipe, given: SourceInput, units: Sequence[Checkpoint]) -> None:
    """Stop when the steps of a later phase could not work on too large a share of the rows."""
    errors: Counter[str] = Counter()
    for unit in units:
        errors.update(unit.facts["raised_errors"])
    bad = sum(unit.facts["raised"] for unit in units)
    first = next(filter(None, (unit.facts["first_raised"] for unit in units)), "")
    _check(recipe, given, (bad, sum(unit.facts["rows"] for unit in units)), errors, first)


def _check(
    recipe: Recipe, given: SourceInput, counts: tuple[int, int], errors: Mapping[str, int], first: str
) -> None:
    bad, read = counts
    limit = recipe.max_quarantined
    if bad < FEW or bad <= limit * read:
        return
    most = sorted(errors.items(), key=lambda item: (-item[1], item[0]))[:3]
    summary = "; ".join(f"{number:,} times: {error}" for error, number in most)
    raise UserError(
        f"{bad:,} of {read:,} rows of source '{given.source.name}' cannot be used, more than the "
        f"{limit:.0%} that the recipe allows ({summary}{'; first: ' if first else ''}{first})",
        where=", ".join(given.source.path),
        fix=f"check that the reader '{given.reader.name}' fits, or raise 'max_quarantined' in the recipe",
    )
