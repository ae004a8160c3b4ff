"""What `malmoi eval superni` and `malmoi superni translate` show to people."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from malmoi.curate_tables import print_table, say, table_of
from malmoi.superni_tables import say_faults

if TYPE_CHECKING:
    from prompting.superni.report import Figure, SuperniReport

_METRICS = {"exact_match": "exact match", "rouge_l": "ROUGE-L"}


def show_measured(report: "SuperniReport", calls: Mapping[str, Any], faults_of_files: int) -> None:
    """Print the scores by category beside the baselines, the published figures, and what differs."""
    table = table_of(
        *("category", "measure", "instances", "score", "95 % interval", "copy-input", "copy-demo"),
        *("more than copy-demo", "no answers"),
        text=("measure",),
    )
    for name, figure in (*report.categories.items(), ("all", report.overall)):
        table.add_row(escape(name), *_figure(figure))
    print_table(table)
    if report.faults:
        from prompting.superni.page import FAULTS

        named = (f"{FAULTS[fault].en} {count:,}" for fault, count in report.faults.most_common())
        say(f"[yellow]No answers:[/] {' · '.join(named)}")
    failed = [row.error for row in report.rows if row.error]
    if failed:
        say(f"The model failed: {escape(failed[-1])}")
    _show_published(report)
    say_faults(faults_of_files)
    say(f"Calls: {calls['spent']:,} made, {calls['reused']:,} from {escape(calls['journal'])}")


def show_translated(result: Mapping[str, Any]) -> None:
    """Print what became of each task, why texts were left out, and what to read next."""
    table = table_of(
        "task", "written", "instances", "left out", "merged", "why not", text=("written", "why not")
    )
    for one in result["tasks"]:
        counts = (f"{one[key]:,}" for key in ("instances", "left_out", "merged"))
        table.add_row(escape(one["task"]), escape(one["written"] or ""), *counts, escape(one["reason"]))
    print_table(table)
    score = "" if result["score"] is None else f" · back-translation {result['score']:.1f} chrF"
    say(f"{result['kept']:,} of {result['texts']:,} texts kept{score}")
    if result["faults"]:
        named = (f"{fault} {count:,}" for fault, count in result["faults"].items())
        say(f"[yellow]Left out:[/] {' · '.join(named)}")
    if result["kept_in_review"] or result["dropped_in_review"]:
        say(f"By the review: {result['kept_in_review']:,} kept, {result['dropped_in_review']:,} dropped.")
    if result["unknown_in_review"]:
        say(f"[yellow]{result['unknown_in_review']:,} rows of the review are of no text here.[/]")
    if result["doubtful"]:
        say(f"{result['doubtful']:,} kept texts came back quite different: look at them first.")
    for name in result["stale"]:
        say(f"[yellow]{escape(name)} is of an earlier run: remove it, unless it should be kept.[/]")
    say_faults(result["faults_of_files"])
    calls = result["calls"]
    say(f"Calls: {calls['spent']:,} made, {calls['reused']:,} kept ones used.")
    review = escape(result["review"])
    say(
        f"Now read {review}: correct the translation, or write keep or drop under decision; "
        f"then run this again with --review {review}"
    )


def _figure(one: "Figure") -> tuple[str, ...]:
    gain = one.copied["copy-demo"]
    return (
        _METRICS[one.metric],
        f"{one.instances:,}",
        f"{one.ours.after:.2f}",
        f"{one.ours.low:.2f} … {one.ours.high:.2f}",
        f"{one.copied['copy-input'].before:.2f}",
        f"{gain.before:.2f}",
        f"{gain.change:+.2f} ({gain.low:+.2f} … {gain.high:+.2f})",
        f"{one.faults:,}",
    )


def _show_published(report: "SuperniReport") -> None:
    from prompting.superni.published import PUBLISHED, SOURCE

    track = report.protocol.track
    listed = ", ".join(
        f"{one.system} {figure:.2f}" for one in PUBLISHED if (figure := one.of(track)) is not None
    )
    say(f"Published, ROUGE-L over all test tasks of the track {track}: {listed}. Source: {SOURCE}")
    if report.differences:
        say("[yellow]Not to be held directly against these:[/]")
        for one in report.differences:
            say(f"  {escape(one.en)}")
