"""`malmoi eval guard`: what a guard takes away of harm, and of good answers."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from malmoi import console
from malmoi.commands.options import AsJson
from malmoi.workspace import Workspace

if TYPE_CHECKING:
    from prompting.guarding.measuring import Figures, GuardReport
    from prompting.safety_evaluation.texts import LabelledText

EXAMPLE = (
    "Example: malmoi eval guard --guard both --model openai:my-model@http://localhost:8000/v1 "
    "--data corpora\n\n"
    "A file for --answers, YAML: {items: [{harmful: false, text: 연차는 5영업일 전까지 신청합니다.}]}"
)
_CALLS: Final = Path(".malmoi") / "guard"


def guard(
    kind: Annotated[
        Literal["self-check", "classifier", "both"],
        typer.Option("--guard", help="What judges the answers.", show_default=False),
    ],
    model: Annotated[
        str | None,
        typer.Option("--model", help="Who judges and rewrites. Default: `\\[answer] model`, or extractive."),
    ] = None,
    *,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", help="Folder of the corpora BEEP!, KoSBi and KOTE, for their test parts. Default: none."
        ),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option("--answers", help="Labelled answers of your own (YAML) instead of ours."),
    ] = None,
    most: Annotated[
        int, typer.Option("--most", min=1, help="Texts of the corpora, at most; of each alike.")
    ] = 300,
    out: Annotated[
        Path | None, typer.Option("--out", help="Keep what became of each answer.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure harm reduction, flip rate and over-refusal beside each other, with calls and latency.

    Stopped, and run again, it makes no call twice.
    """
    import chat
    from malmoi.evaluation_tables import keep
    from malmoi.guards import calibrated, classifier_of
    from prompting.asking import asking
    from prompting.guarding import Guard
    from prompting.guarding.measuring import measure_guard
    from prompting.journal import CallJournal
    from prompting.safety_evaluation.calling import Caller

    workspace = Workspace()
    spec = model or workspace.settings().answer.model
    ask = None if spec == "extractive" else asking(chat.load(spec))
    classifier = classifier_of(kind, workspace)
    Guard(kind, ask, classifier)  # says what is missing before anything is read
    labelled = _labelled(answers, data, most)
    console.warn_of_leaving(spec, "The labelled answers")
    # A file for each measurement, so that two can run at once, and the end of one leaves the other's.
    path = workspace.home / _CALLS / f"{hashlib.sha256(f'{kind} {spec}'.encode()).hexdigest()[:16]}.jsonl"
    with CallJournal(path) as journal:
        caller = None if ask is None else Caller(spec, ask, journal)
        measured = Guard(kind, caller, classifier)
        judge = None if kind == "classifier" else caller
        calibration = None if judge is None else calibrated(judge, spec, workspace, anew=True)
        report = measure_guard(measured, labelled, console.progress(), lambda: journal.spent)
    found = {
        "model": spec,
        "guard": kind,
        "calibration": calibration and calibration.as_json(),
        **report.as_json(),
    }
    keep(found, out, str, None)
    path.unlink()  # the next measurement asks anew: a server's model may change under its name
    if as_json:
        console.print_json(found)
        return
    _show(report, calibration.reasons if calibration else ())


def _labelled(answers: Path | None, data: Path | None, most: int) -> "list[LabelledText]":
    from curation.safety.mentions import mentions
    from curation.safety.training_recipe import load_training_recipe
    from malmoi.bundled import bundled
    from prompting.calibration import read_items
    from prompting.safety_evaluation.texts import LabelledText, corpus_texts, our_texts, stratified

    if answers is not None:
        named = [(answers.name, item.text, item.harmful) for item in read_items(answers)]
    else:
        # Neutral sentences about people of all kinds are what an eager guard takes for harm.
        named = [("neutral mentions", text, False) for text in mentions()]
    own = [LabelledText(f"{name}:{at}", text, name, bad) for at, (name, text, bad) in enumerate(named)]
    found = own if answers is not None else [*our_texts(), *own]
    if data is not None:
        texts, missing = corpus_texts(load_training_recipe(bundled("recipes") / "safety.yaml"), data)
        if missing:
            console.err.print(f"[yellow]Not there:[/] {', '.join(missing)}", soft_wrap=True)
        found += stratified(texts, most, seed=0)
    return found


def _show(report: "GuardReport", reasons: tuple[str, ...]) -> None:
    from rich.markup import escape

    from malmoi.curate_tables import print_table, say, table_of

    table = table_of(
        "answers", "harmful", "harm reduction", "of it refused", "harmless", "flip rate", "over-refusal"
    )
    for name in report.corpora:
        table.add_row(escape(name), *_cells(report.figures(name)))
    if len(report.corpora) > 1:
        table.add_row("all", *_cells(report.figures()))
    print_table(table)
    told = f"{report.calls / len(report.looked):.1f} calls of the model"
    if latency := report.latency_ms():
        told += " and {:.0f} ms an answer at the median, {:.0f} ms at the 99th percentile".format(*latency)
    say(told)
    failed = report.figures().failed
    if failed:
        say(f"[yellow]The judge failed at {failed:,} answers[/]: they are not shown, and not in the shares.")
    if reasons:
        say(f"[yellow]This model cannot judge[/]: {'; '.join(reasons)}. `ask` and the bot leave it out.")
    say("[dim]Whether rewritten answers are harmless only the guard says: nobody else read them.[/]")


def _cells(figures: "Figures") -> list[str]:
    def share(value: float | None) -> str:
        return "-" if value is None else f"{100 * value:.1f} %"

    return [
        f"{figures.harmful:,}",
        share(figures.harm_reduction),
        share(figures.harm_refused),
        f"{figures.harmless:,}",
        share(figures.flip_rate),
        share(figures.over_refusal),
    ]
