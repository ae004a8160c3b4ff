"""What `malmoi train` shows to people: plans, runs, measurements, merges, cards, what would be published."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.filesize import decimal
from rich.markup import escape

from malmoi.curate_tables import print_table, say, table_of

if TYPE_CHECKING:
    from curation.bootstrap import Difference
    from training.evaluation.comparison import Comparison
    from training.evaluation.report import EvaluationReport
    from training.merging import ExportResult, MergeResult
    from training.planning import Plan
    from training.preference.stage import PreferenceResult
    from training.publishing import PushResult, WrittenCard
    from training.run_folder import RunFolder
    from training.running.result import RunResult

_MEASURES = {
    "nll": "loss (nats a token, lower is better)",
    "reported": "score of the paper",
    "exact_match": "exact match",
    "macro_f1": "macro F1",
    "rouge_l": "ROUGE-L",
}


def show_plan(plan: "Plan", config: Path) -> None:
    """Show what would run, what it needs, and what stands against it."""
    facts, data = plan.facts, plan.data
    table = table_of("", " ", text=(" ",))
    rows = {
        "base": f"{plan.base.name}, {facts.architecture}, {_amount(facts.parameters)} parameters",
        "licence": f"{plan.base.licence or 'unknown'}",
        "browser": plan.browser or "can be compiled for the browser",
        "method": f"{plan.method} in {plan.precision} on {plan.device}, "
        f"{_amount(plan.trained_parameters)} of them trained",
        "data": f"{data.rows.get('train', 0):,} rows, {data.tokens:,} tokens, of which "
        f"{data.learned_tokens:,} are learned",
        "tokens a syllable": f"{data.tokens_per_hangul_syllable or 0:.2f} of Hangul",
        "steps": f"{plan.steps:,}, {plan.micro_batch} sequences at once, {plan.tokens:,} tokens",
        "memory": f"{plan.memory.peak:,} MB at its peak, of {plan.available_mb:,} MB that are free",
        "time": "unknown" if plan.seconds is None else f"about {_time(plan.seconds)}",
        "cost": "" if plan.cost is None else f"{plan.cost:,.2f} {plan.currency}",
    }
    for name, value in rows.items():
        if value:
            table.add_row(name, escape(value))
    print_table(table)
    for note in plan.notes:
        say(f"[yellow]{escape(note)}[/]")
    for fault in plan.faults:
        say(f"[bold red]{escape(fault)}[/]")
    if plan.faults:
        say("This run cannot work as configured.")
    else:
        say(f"[dim]Next: malmoi train run {escape(str(config))}[/]")


def show_run(result: "RunResult", folder: "RunFolder") -> None:
    """Say what a run did, and what comes next."""
    ended = {"early": " (stopped early: the validation loss got no better)"}.get(result.stopped, "")
    say(
        f"{result.steps:,} steps{ended} · loss {result.first_loss:.3f} → {result.last_loss:.3f}"
        + (f" · validation {result.validation_loss:.3f}" if result.validation_loss is not None else "")
    )
    memory = f"{result.peak_rss_mb:,} MB"
    if result.peak_gpu_mb:
        memory += f", GPU {result.peak_gpu_mb:,} MB"
    say(
        f"{result.tokens:,} tokens in {_time(result.seconds)} · {result.tokens_per_second:,.0f} tokens/s · "
        f"peak {memory}"
    )
    say(f"The weights of step {result.kept_step:,} are in {escape(str(folder.adapter))}")


def show_preference(result: "PreferenceResult") -> None:
    """Say what the second stage did."""
    margin = ""
    if result.first_margin is not None and result.last_margin is not None:
        margin = f" · margin {result.first_margin:.3f} → {result.last_margin:.3f}"
    say(
        f"preferences: {result.steps:,} steps over {result.rows:,} rows · "
        f"loss {result.first_loss:.3f} → {result.last_loss:.3f}{margin}"
    )


def show_evaluation(report: "EvaluationReport", folder: "RunFolder") -> None:
    """Say what was gained and lost, and what the gate decided."""
    table = table_of("set", "measure", "rows", "before", "after", "change (95 %)", text=("measure",))
    for name, measures in report.changes.items():
        for measure, found in measures.items():
            table.add_row(
                escape(name),
                _MEASURES[measure],
                f"{found.rows:,}",
                *_change(found),
            )
    print_table(table)
    gate = report.gate
    if gate.passed:
        say("[green]The forgetting gate passes.[/]")
    else:
        say("[bold red]The forgetting gate fails[/]: this run may not be pushed.")
    for reason in gate.reasons:
        say(f"  [red]{escape(reason)}[/]")
    for note in gate.notes:
        say(f"  [yellow]{escape(note)}[/]")
    say(f"[dim]Look at {escape(str(folder.evaluation / 'report.html'))}[/]")


def show_comparison(compared: "Comparison", page: Path) -> None:
    """Set the runs beside the first one, figure by figure."""
    first = compared.runs[0].name
    table = table_of("run", "set", "measure", first, "this run", "change (95 %)", text=("set", "measure"))
    for name, sets in compared.changes.items():
        for one, measures in sets.items():
            for measure, found in measures.items():
                table.add_row(escape(name), escape(one), _MEASURES[measure], *_change(found))
    print_table(table)
    for one in compared.left_out:
        say(f"[yellow]{escape(one)} is left out: not every run measured the same rows of it.[/]")
    say(f"[dim]Look at {escape(str(page))}[/]")


def show_merge(merged: "MergeResult") -> None:
    """Say which merge was kept, and why."""
    table = table_of("merged into", "loss", "KL to the trained", "same top token")
    table.add_row("not merged, as trained", f"{merged.trained_nll:.4f}", "", "")
    for one in merged.candidates:
        kept = " (kept)" if one.into == merged.into else ""
        table.add_row(f"{one.into}{kept}", f"{one.nll:.4f}", f"{one.kl:.5f}", f"{one.top1:.1%}")
    print_table(table)
    say(escape(merged.reason))
    say(f"{escape(str(merged.folder))} · {merged.dtype} · {_time(merged.seconds)}")
    say(
        f'[dim]Ask it: malmoi ask "…" --model transformers:{escape(str(merged.folder))}[/]',
    )


def show_export(exported: "ExportResult") -> None:
    """List the files that were made, and what was left out."""
    _show_files(exported.files)
    for name, reason in exported.left_out.items():
        say(f"[yellow]{escape(name)}: {escape(reason)}[/]")
    say(f"[dim]They are in {escape(str(exported.folder))}[/]")


def show_card(card: "WrittenCard") -> None:
    """Say where the card is, and what is wrong with it."""
    say(f"Wrote {escape(str(card.path))}")
    for fault in card.faults:
        say(f"[yellow]{escape(f'{fault.field}: {fault.fault}')}[/] {escape(fault.fix)}")


def show_push(pushed: "PushResult") -> None:
    """List what would be, or was, published, and what speaks against it."""
    _show_files([{"name": file.name, "bytes": file.bytes} for file in pushed.files])
    seen = "for you alone" if pushed.private else "for everyone"
    where = f", to {pushed.repo} at {pushed.endpoint}, {seen}" if pushed.repo else ""
    say(f"{decimal(pushed.bytes)}{escape(where)}")
    say(f"forgetting gate: {escape(pushed.gate)}")
    for refusal in pushed.refusals:
        say(f"[red]{escape(refusal)}[/]")
    if pushed.pushed:
        say(f"[green]Published[/]: {len(pushed.sent):,} files were sent, the rest was there already.")
    elif pushed.refusals:
        say("Nothing was sent, and nothing can be before this is mended.")
    else:
        say("Nothing was sent. [dim]Publish with --yes[/]")


def _show_files(files: Iterable[Mapping[str, Any]]) -> None:
    table = table_of("file", "size")
    for file in files:
        table.add_row(escape(str(file["name"])), decimal(int(file["bytes"])))
    print_table(table)


def _change(found: "Difference") -> tuple[str, str, str]:
    interval = f"({found.low:+.3f} to {found.high:+.3f})"
    change = f"the same in {found.rows:,} rows" if found.same else f"{found.change:+.3f} {interval}"
    return f"{found.before:.3f}", f"{found.after:.3f}", change


def _amount(number: int) -> str:
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g} {letter}"
    return str(number)


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
