"""What `malmoi compile` prints."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.filesize import decimal
from rich.markup import escape
from rich.table import Table

from malmoi import console
from malmoi.curate_tables import print_table

if TYPE_CHECKING:
    from compile.building import Built
    from compile.check import Fault
    from compile.comparing import Cost
    from compile.machine import Report
    from compile.machine.build import Finding
    from compile.publishing import Plan
    from compile.verifying import Verified


def show_faults(faults: Sequence["Fault"]) -> None:
    """Print what is wrong with a bundle, and how to mend it."""
    if not faults:
        console.out.print("no faults")
        return
    table = Table(box=None, pad_edge=False)
    for column in ("file", "field", "fault", "fix"):
        table.add_column(column, overflow="fold")
    for fault in faults:
        table.add_row(*map(escape, (fault.file, fault.field, fault.fault, fault.fix)))
    print_table(table)
    console.out.print("1 fault" if len(faults) == 1 else f"{len(faults):,} faults")


def show_plan(report: "Report") -> None:
    """Print what a build will take, and warnings."""
    browser = report.browser
    console.out.print(
        f"{browser.parameters / 1e6:,.1f} M weights, download {decimal(report.download)}; in the browser "
        f"{decimal(browser.whole)}; here {decimal(report.disk)} of disk, {decimal(report.memory)} of memory, "
        f"about {_duration(report.seconds)}",
        soft_wrap=True,
    )
    show_findings(report.warnings, "yellow")


def show_findings(findings: Sequence["Finding"], colour: str = "red") -> None:
    """Print what stands against a build, or speaks against it."""
    for one in findings:
        console.err.print(f"[{colour}]{escape(one.what)}[/] {escape(one.fix)}", soft_wrap=True)


def show_built(made: "Built") -> None:
    """Print what was built, whether it says what the model says, and what to do next."""
    passages = "" if made.search is None else f", {made.search.passages:,} passages"
    console.out.print(
        f"{escape(str(made.bundle))}: {escape(made.model_id)}, {made.prepared.bits:.2f} bits a weight, "
        f"library {decimal(made.library_bytes)}{passages}; {decimal(made.bytes)} in "
        f"{_duration(made.seconds)}",
        soft_wrap=True,
    )
    if made.search is not None and made.search.left_out:
        console.out.print(
            f"{made.search.left_out:,} passages stayed behind: they are for certain groups only"
        )
    if made.tried is not None:
        _show_tried(made.tried)
    console.out.print(f"Open it: malmoi compile serve {escape(str(made.bundle))}", soft_wrap=True)


def _show_tried(tried: "Verified") -> None:
    console.out.print(
        f"In the browser ({escape(tried.adapter)}): {tried.equal} of {tried.of} tokens as the model's, "
        f"{len(tried.outside)} requests to others",
        soft_wrap=True,
    )
    if tried.first_difference:
        console.err.print(f"[red]They part at: {escape(tried.first_difference)}[/]", soft_wrap=True)
    for address in tried.outside:
        console.err.print(f"[red]The page asked for {escape(address)}[/]", soft_wrap=True)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def show_cost(cost: "Cost") -> None:
    """Print what quantising cost."""
    table = Table(box=None, pad_edge=False)
    for column in (f"{cost.rows:,} rows, {cost.tokens:,} tokens", "original", "quantised", "change (95 %)"):
        table.add_column(column, justify="left" if not table.columns else "right")
    for row in cost.table():
        table.add_row(*row)
    print_table(table)
    if cost.left_out:
        console.out.print(f"{cost.left_out:,} rows do not fit the page's context and were left out")
    console.out.print(cost.answer, soft_wrap=True)


def show_published(plan: "Plan") -> None:
    """List what would be, or was, published, and what speaks against it."""
    table = Table(box=None, pad_edge=False)
    table.add_column("file", overflow="fold")
    table.add_column("size", justify="right")
    for file in plan.files:
        table.add_row(escape(file.name), decimal(file.bytes))
    print_table(table)
    seen = "for you alone" if plan.private else "for everyone"
    console.out.print(f"{decimal(plan.bytes)} to {escape(plan.target)}, {seen}", soft_wrap=True)
    for one in plan.public:
        console.out.print(f"public: {escape(one)}", soft_wrap=True)
    for refusal in plan.refusals:
        console.out.print(f"[red]{escape(refusal)}[/]", soft_wrap=True)
    if plan.done:
        console.out.print(f"[green]Published[/]: {len(plan.sent):,} files, the rest was there already.")
    elif plan.refusals:
        console.out.print("Nothing was published, and nothing can be before this is mended.")
    else:
        console.out.print("Nothing was published. [dim]Publish with --yes[/]")
