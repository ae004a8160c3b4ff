"""What `malmoi curate plan`, `explain`, `diff` and `sample` show to people."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from malmoi import console

if TYPE_CHECKING:
    from curation.inspection.diff import Difference
    from curation.inspection.explain import Story
    from curation.planning import Plan

_SHOWN_CHARACTERS = 600


def show_plan(plan: "Plan") -> None:
    """Print sources, steps and the estimates."""
    sources = _table("source", "reader", "files", "size", "rows, about", "units")
    for source in plan.sources:
        sources.add_row(
            source.name,
            source.reader,
            f"{source.files:,}",
            decimal(source.bytes),
            f"{source.rows:,}",
            f"{source.units:,}",
        )
    console.out.print(sources)
    steps = _table("step", "CPU ms a row", "dropped in the sample")
    steps.add_row("read", f"{plan.reading_ms_a_row:.3f}", "")
    for step in plan.steps:
        share = f"{step.dropped:,} of {step.rows:,}" if step.rows else "no row reached it"
        steps.add_row(step.step, f"{step.milliseconds_a_row:.3f}", share)
    console.out.print(steps)
    console.out.print(
        f"About {plan.rows:,} rows, {_duration(plan.cpu_seconds)} of CPU time, "
        f"{decimal(plan.work_bytes)} of disk while it runs and {decimal(plan.release_bytes)} for the release "
        f"(from {plan.sampled:,} rows).",
        soft_wrap=True,
    )
    for note in plan.notes:
        console.out.print(f"[yellow]Note:[/] {note}", soft_wrap=True)


def show_stories(stories: Sequence["Story"]) -> None:
    """Print each row: its fate, where it was read, what was done to it, what it stands for."""
    for story in stories:
        row = story.row
        console.out.print(Text(f"{story.fate}  {row.get('id', '')}", style="bold"))
        _fact("read from", f"{row['file']}:{row['line']}")
        _fact("source", row["source"])
        if story.fate == "dropped":
            score = f" ({row['score']:.4g})" if row["score"] is not None else ""
            _fact("dropped by", f"{row['step']}: {row['reason']}{score}")
            _fact("because of", row["detail"])
            _fact("same as", row["duplicate_of"])
        _fact("error", row.get("error"))
        _fact("tags", row.get("tags") if row.get("tags") != "{}" else None)
        _fact("attributes", row.get("attributes") if row.get("attributes") != "{}" else None)
        for change in story.changes:
            if "before" in change:
                _fact(change["step"], f"rewrote: {_short(change['before'])}")
                _fact("", f"     to: {_short(change['after'])}")
            else:
                _fact(change["step"], f"{change['rule']} × {change['count']}")
        for copy in story.stands_for:
            score = f" {copy['score']:.3f}" if copy["score"] is not None else ""
            _fact("stands for", f"{copy['id']} {copy['file']}:{copy['line']} ({copy['reason']}{score})")
        _fact("in", story.file)
        console.out.print(Text(_short(_text_of(row))))
        console.out.print()


def show_difference(difference: "Difference", a: Path, b: Path) -> None:
    """Print what differs."""
    rows = difference.rows
    console.out.print(
        f"{rows['in both']:,} rows are in both ({rows['changed']:,} of them changed); "
        f"{rows['only in a']:,} only in {a}; {rows['only in b']:,} only in {b}.",
        soft_wrap=True,
    )
    for title, fates in ((f"Rows of {a} that left", difference.left), (f"Rows new in {b}", difference.came)):
        if fates:
            table = _table(title, "rows")
            for fate, number in fates.items():
                table.add_row(fate, f"{number:,}")
            console.out.print(table)
    if difference.sources:
        table = _table("source", "what", "a", "b")
        for name, counts in difference.sources.items():
            for key, (left, right) in counts.items():
                table.add_row(name, key, f"{left:,}", f"{right:,}")
        console.out.print(table)
    for one in difference.recipe:
        console.out.print(Text(f"recipe, {one['key']}: {one['a']} → {one['b']}"), soft_wrap=True)
    for name, ids in difference.examples.items():
        console.out.print(Text(f"{name}, for example: {' '.join(ids)}"), soft_wrap=True)


def show_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Print rows one after the other."""
    for row in rows:
        why = f"  {row['step']}/{row['reason']}" if "step" in row else ""
        score = f" {row['score']:.4g}" if row.get("score") is not None else ""
        console.out.print(Text(f"{row['id']}  {row['file']}:{row['line']}{why}{score}", style="dim"))
        if row.get("detail"):
            console.out.print(Text(f"  {row['detail']}", style="yellow"))
        console.out.print(Text(_short(_text_of(row))))
        console.out.print()


def _text_of(row: dict[str, Any]) -> str:
    if "messages" in row:
        return "\n".join(f"{turn['role']}: {turn['content']}" for turn in row["messages"])
    return str(row.get("text", ""))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + " …"


def _fact(name: str, value: str | None) -> None:
    if value:
        console.out.print(Text.assemble((f"  {name:<12}", "dim"), value), soft_wrap=True)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for number, column in enumerate(columns):
        text = number == 0 or column in ("reader", "what")
        table.add_column(column, justify="left" if text else "right")
    return table


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"
