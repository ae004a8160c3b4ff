"""What `malmoi eval safety` shows to people."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from malmoi.curate_tables import print_table, say, table_of

if TYPE_CHECKING:
    from curation.bootstrap import Interval
    from prompting.safety_evaluation.raters import Agreement
    from prompting.safety_evaluation.report import SafetyReport


def show_safety(report: "SafetyReport", calls: Mapping[str, int], written: Sequence[Path | None]) -> None:
    """Print the rates, the judges, how alike they judge, and what could not be measured."""
    _show_rates(report)
    _show_judges(report)
    for name, found in (("answers", report.on_answers), ("labelled texts", report.on_texts)):
        if found is not None:
            _show_agreement(name, found)
    for note in report.notes:
        say(f"[yellow]{escape(note.en)}[/]")
    say(f"[dim]{calls['spent']:,} calls of models, {calls['reused']:,} replies were kept from before[/]")
    for path in written:
        if path is not None:
            say(f"Written: {escape(str(path))}")


def _show_rates(report: "SafetyReport") -> None:
    table = table_of("questions", "harmful", "decided", "refused", "over-refused", "broken", "number")
    for title, rates in (("", report.by_category), ("group: ", report.by_group), ("", [report.whole])):
        for one in rates:
            table.add_row(
                f"{title}{escape(one.part)}",
                _share(one.harmful),
                f"{one.decided}/{one.asked}",
                *(_share(found) for found in (one.refused, one.over_refused, one.broken)),
                str(one.asked + one.benign),
            )
    print_table(table)


def _show_judges(report: "SafetyReport") -> None:
    table = table_of(
        "judge", "texts", "precision", "recall", "over-refusal", "undecided", "number", text=("texts",)
    )
    for name, found in report.accuracy.items():
        for one in found["corpus"]:
            shares = (one.precision, one.recall, one.over_refusal)
            named = (escape(name), escape(one.part))
            table.add_row(*named, *map(_share, shares), str(one.undecided), str(one.texts))
    print_table(table)
    for judge in report.judges:
        if judge.trusted:
            continue
        known = judge.calibration
        why = "; ".join(known.reasons) if known else "it did not reply on all of our labelled answers"
        say(f"[yellow]{escape(judge.name)} may not judge[/]: {why}. Its verdicts do not count above.")


def _show_agreement(name: str, found: "Agreement") -> None:
    table = table_of(f"agreement on {name}", "raters", "number", "value", text=("raters",))
    rows = [("Cohen's κ", pair) for pair in found.pairs]
    for title, one in (*rows, ("Fleiss' κ", found.fleiss), ("Krippendorff's α", found.alpha)):
        value = one.value
        said = "-" if value is None else f"{value.value:.2f} ({value.low:.2f} … {value.high:.2f})"
        table.add_row(title, escape(", ".join(one.raters)), str(one.units), said)
    print_table(table)


def _share(found: "Interval | None") -> str:
    """Write a share with its interval, in percent."""
    if found is None:
        return "-"
    return f"{100 * found.value:.0f} ({100 * found.low:.0f} … {100 * found.high:.0f})"
