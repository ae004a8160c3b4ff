"""The page as releases have it until they give a whole :class:`~curation.report.ReleaseReport`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from curation.ledger import Entry
from curation.lengths import Lengths
from curation.recipe import Recipe
from curation.steps import STEPS


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What the page shows of one source."""

    name: str
    licence: str
    url: str
    entry: Entry
    lengths: Lengths
    samples: Mapping[str, list[dict[str, Any]]]
    quarantine: list[dict[str, Any]]


def render_report(recipe: Recipe, sources: list[SourceReport]) -> str:
    """Render the page: no script, nothing loaded from elsewhere, every value escaped."""
    environment = Environment(
        loader=PackageLoader("curation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.filters["percent"] = lambda part, whole: f"{100 * part / whole:.1f}" if whole else "0.0"
    # In the order of the steps: the page shows the way that rows went.
    places = {use.step: place for place, use in enumerate(recipe.steps)}
    environment.filters["in_step_order"] = lambda items: sorted(
        items, key=lambda item: (places[item[0].split("/")[0]], item[0])
    )
    summaries = {name: step.summary for name, step in STEPS.items()}
    return environment.get_template("report.html.j2").render(
        recipe=recipe, sources=sources, summaries=summaries
    )
