"""What `malmoi curate` shows to people: the ledger of a run, and its plan."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.table import Table

from malmoi import console

if TYPE_CHECKING:
    from curation.estimates import Plan, StepCost
    from curation.run import RunReport

_WIDE = 10_000
_MOST_FILES = 5


def table_of(*columns: str, text: Sequence[str] = ()) -> Table:
    """Make a table without lines: numbers to the right, the first column and `text` to the left."""
    table = Table(box=None, pad_edge=False)
    for number, column in enumerate(columns):
        left = number == 0 or column in text
        # Names stay whole; a last column of text takes what is left and is folded.
        last = number == len(columns) - 1 and column in text
        table.add_column(
            column,
            justify="left" if left else "right",
            no_wrap=not last,
            overflow="fold" if last else "ellipsis",
        )
    return table


def print_table(table: Table) -> None:
    """Print a table: as wide as the terminal, or, into a file or a pipe, as wide as it has to be."""
    if console.out.is_terminal:
        console.out.print(table)
        return
    wide = Console(width=_WIDE, color_system=None, highlight=False)
    with wide.capture() as captured:
        wide.print(table)
    for line in captured.get().splitlines():
        console.out.print(line.rstrip(), soft_wrap=True, markup=False)


def some_of(files: Sequence[str]) -> str:
    """Name some files, and say how many more there are."""
    more = f" and {len(files) - _MOST_FILES:,} more" if len(files) > _MOST_FILES else ""
    return ", ".join(files[:_MOST_FILES]) + more


def say(text: str) -> None:
    """Print a sentence that a terminal breaks where it is narrow."""
    console.out.print(text, soft_wrap=True)


def show_report(report: "RunReport", done: str = "was up to date: nothing was done") -> None:
    """Print the ledger, why rows were dropped, and where to look next.

    ``done`` is what to say of a release that was there already.
    """
    result = report.as_json()
    release = escape(_from_here(report.release).as_posix())
    table = table_of("source", "read", "kept", "dropped", "quarantined")
    why: dict[str, dict[str, int]] = {}
    for name, counts in result["sources"].items():
        dropped = sum(counts["dropped"].values())
        table.add_row(
            name,
            *(f"{number:,}" for number in (counts["read"], counts["kept"], dropped, counts["quarantined"])),
        )
        for label, number in counts["dropped"].items():
            why.setdefault(label, {})[name] = number
    print_table(table)
    if why:
        console.out.print()
        print_table(_reasons(why))
    console.out.print()
    repeated = sum(counts.get("repeated", 0) for counts in result["sources"].values())
    if repeated:
        say(f"The data holds {repeated:,} further copies of kept rows.")
    _say_what_was_done(report, release, done)
    quarantined = sum(counts["quarantined"] for counts in result["sources"].values())
    if quarantined:
        say(f"[dim]Rows that could not be used: malmoi curate sample {release} --quarantined[/]")
    say(f"[dim]Look at {release}/report.html; next: malmoi rag index {release}[/]")


def _reasons(why: dict[str, dict[str, int]]) -> Table:
    table = table_of("why dropped", "rows", "of which", text=("of which",))
    for label, counts in sorted(why.items(), key=lambda item: (-sum(item[1].values()), item[0])):
        of_which = ", ".join(f"{name} {number:,}" for name, number in counts.items())
        table.add_row(label, f"{sum(counts.values()):,}", of_which)
    return table


def _say_what_was_done(report: "RunReport", release: str, done: str) -> None:
    if report.reused:
        say(f"{release} {done}.")
        return
    if report.resumed:
        say("Went on with what an interrupted run had finished.")
    if report.changed_files:
        say(
            "[yellow]Changed since that run began, so read anew:[/] "
            f"{escape(some_of(report.changed_files))}; the release is of the files as they are now."
        )
    say(f"{release} · {report.seconds:.1f} s · peak {report.peak_rss_mb:,} MB")


def show_plan(plan: "Plan") -> None:
    """Print sources, steps and the estimates."""
    bad = any(source.unreadable for source in plan.sources)
    columns = ["source", "reader", "files", "size", "rows", *(["unreadable"] if bad else [])]
    sources = table_of(*columns, text=("reader",))
    for source in plan.sources:
        rows = f"{source.rows:,}" if source.counted else f"about {_rounded(source.rows):,}"
        unreadable = f"{source.unreadable:,} of {source.seen:,}" if source.unreadable else ""
        cells = [source.name, source.reader, f"{source.files:,}", decimal(source.bytes), rows, unreadable]
        sources.add_row(*cells[: len(columns)])
    print_table(sources)
    console.out.print()
    steps = table_of(
        "step", "CPU ms a row", "CPU for all", "dropped of the sample", text=("dropped of the sample",)
    )
    steps.add_row(
        "read", f"{plan.reading_seconds * 1000 / max(1, plan.rows):.3f}", _duration(plan.reading_seconds), ""
    )
    for step in plan.steps:
        steps.add_row(step.step, f"{step.milliseconds_a_row:.3f}", _duration(step.seconds), _dropped(step))
    print_table(steps)
    console.out.print()
    say(
        f"About {_rounded(plan.rows):,} rows: {_duration(plan.cpu_seconds)} of CPU time, "
        f"{plan.peak_mb:,} MB of memory, {decimal(plan.work_bytes)} of disk while it runs and "
        f"{decimal(plan.release_bytes)} for the release ({decimal(plan.free_bytes)} are free)."
    )
    say(f"[dim]Estimated from {plan.sampled:,} rows. Nothing was written.[/]")
    for note in plan.notes:
        say(f"[yellow]Note:[/] {escape(note)}")


def _dropped(step: "StepCost") -> str:
    if step.fault:
        return "not tried"
    if not step.rows:
        return "no row reached it"
    # Among a few rows there are few copies: in the whole there will be more.
    least = " or more" if step.step.endswith("_dedup") and step.dropped else ""
    return f"{step.dropped:,} of {step.rows:,}{least}"


def _rounded(number: int) -> int:
    """Keep three digits of an estimate.

    Examples
    --------
    >>> _rounded(197_629), _rounded(512)
    (198000, 512)
    """
    digits = max(0, len(str(number)) - 3)
    return round(number, -digits)


def _duration(seconds: float) -> str:
    """Say how long something takes, as roughly as an estimate should.

    Examples
    --------
    >>> [_duration(seconds) for seconds in (0.2, 42, 600, 7200 * 4)]
    ['< 1 s', '42 s', '10 minutes', '8.0 hours']
    """
    if seconds < 1:
        return "< 1 s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:,.1f} hours"


def _from_here(path: Path) -> Path:
    """The path as a person would type it: relative where it lies below the current folder."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
