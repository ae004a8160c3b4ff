"""The page: everything a release's report says, put together to one HTML file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from curation.ledger import Entry
from curation.report import changes, distributions, funnel, mix, reasons, safety
from curation.report.charts import Chart
from curation.report.data import ReleaseReport, SourceReport
from curation.report.html import render_page
from curation.report.words import Both


@dataclass(frozen=True, slots=True)
class SourcePart:
    """What the page says of one source: its facts and its own funnel."""

    report: SourceReport
    dropped: int
    funnel: Chart


def render_report(report: ReleaseReport) -> str:
    """Render the page.

    Equal reports give equal pages, byte for byte; :mod:`curation.report.html` says what a page may load.

    Raises
    ------
    curation.errors.ConfigurationError
        When Plotly's script cannot be found.
    """
    parts = _parts(report)
    return render_page("page.html.j2", parts.pop("drawn"), report=report, **parts)


def _parts(report: ReleaseReport) -> dict[str, Any]:
    """Work out all that the template puts in its place, by the names it uses."""
    entry = funnel.total(source.entry for source in report.sources)
    dropped = sum(entry.dropped.values())
    found = reasons.reasons(report.recipe, report.sources, entry)
    charts = {
        **_charts_of_rows(report, entry),
        **_charts_of_texts(report),
        "reason_chart": reasons.reason_chart(found, dropped) if found else None,
    }
    about = sorted(report.about.items())
    return {
        **charts,
        "drawn": _drawn(charts),
        "entry": entry,
        "dropped": dropped,
        "characters": sum(source.kept_lengths.total() for source in report.sources),
        "reasons": found,
        "quantiles": distributions.quantiles(report.sources),
        "groups": changes.groups(report.clusters),
        "changes": changes.change_pairs(report.sources),
        "metrics": {step: table for step, facts in about if (table := safety.metrics_table(facts))},
        "facts_of": {step: rest for step, facts in about if (rest := safety.unmeasured(facts))},
    }


def _charts_of_rows(report: ReleaseReport, entry: Entry) -> dict[str, Any]:
    """Draw where rows come from, where they went, and what they are made of."""
    way = funnel.stages(report.recipe, entry)
    by_part: list[tuple[str, Both, Callable[[SourceReport], str]]] = [
        ("mix-source", Both("출처", "Source"), lambda source: source.name),
        ("mix-licence", Both("사용 조건", "Licence"), lambda source: source.licence),
        ("mix-language", Both("언어", "Language"), lambda source: source.language),
    ]
    return {
        "way": funnel.funnel("funnel", Both("단계마다 남은 행", "Rows left after each step"), way),
        "mixes": [mix.mix(name, title, report.sources, part) for name, title, part in by_part],
        "splits": mix.splits(report.splits) if any(report.splits.values()) else None,
        "sources": [_source_part(report, source) for source in report.sources],
    }


def _charts_of_texts(report: ReleaseReport) -> dict[str, Any]:
    """Draw what was measured, found and changed in texts."""
    scores = [
        distributions.scores(step, report.scores[step], report.recipe)
        for step in funnel.steps_in_order(report.recipe, report.scores)
        if step in report.scores
    ]
    return {
        "lengths": distributions.lengths(report.sources),
        "scores": [chart for chart in scores if chart is not None],
        "cluster_sizes": changes.size_chart(report.cluster_sizes),
        "rules": changes.rule_chart(report.recipe, report.counts),
        "personal_data": changes.personal_data_chart(report.counts),
        "safety": safety.safety_charts(report.tags),
        "tags": _tag_charts(report),
    }


def _tag_charts(report: ReleaseReport) -> list[Chart]:
    return [
        mix.tag(f"tag-{place}", name, values)
        for place, (name, values) in enumerate(sorted(report.tags.items()))
        if values and not name.startswith(safety.PREFIX)
    ]


def _source_part(report: ReleaseReport, source: SourceReport) -> SourcePart:
    way = funnel.stages(report.recipe, source.entry, source.name)
    title = Both("이 출처에서 남은 행", "Rows left of this source")
    return SourcePart(
        source, sum(source.entry.dropped.values()), funnel.funnel(f"funnel-{source.name}", title, way)
    )


def _drawn(value: Any) -> dict[str, Any]:
    """Collect the figures of all charts in ``value`` by their names."""
    if isinstance(value, Chart):
        return {value.name: value.figure}
    if isinstance(value, SourcePart):
        return _drawn(value.funnel)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {name: figure for one in inner for name, figure in _drawn(one).items()}
