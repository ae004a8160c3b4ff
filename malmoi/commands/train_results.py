"""`malmoi train eval` and `compare`: what a run gained, and what it cost."""

from pathlib import Path
from typing import Annotated

import typer

from malmoi import console
from malmoi.commands.options import AsJson
from malmoi.train_options import Config, Out, started

EVAL_EXAMPLE = "Example: malmoi train eval runs/instructions-qlora"
COMPARE_EXAMPLE = "Example: malmoi train compare runs/first runs/second --out comparison.html"


def evaluate(config: Config, out: Out = None, *, as_json: AsJson = False) -> None:
    """Measure before and after: the task, general Korean, held-out tasks, and a Korean red team."""
    read, folder = started(config, out)
    from malmoi.train_tables import show_evaluation
    from training.evaluation.evaluate import evaluate as measure

    report = measure(read, folder, console.progress())
    if as_json:
        console.print_json(report.as_json())
    else:
        show_evaluation(report, folder)
    if not report.gate.passed:
        raise typer.Exit(1)


def compare(
    runs: Annotated[list[Path], typer.Argument(help="Folders of two or more runs.", show_default=False)],
    *,
    out: Annotated[Path, typer.Option("--out", help="Page to write.")] = Path("comparison.html"),
    as_json: AsJson = False,
) -> None:
    """Set runs side by side: figures where they measured the same, and their answers."""
    folders = [started(run)[1] for run in runs]
    from malmoi.train_tables import show_comparison
    from training.evaluation.compare import compare as set_side_by_side

    compared = set_side_by_side(folders, out, console.progress())
    if as_json:
        console.print_json(compared.as_json())
    else:
        show_comparison(compared, out)


def register(app: typer.Typer) -> None:
    """Add the commands to `malmoi train`."""
    app.command("eval", epilog=EVAL_EXAMPLE)(evaluate)
    app.command("compare", epilog=COMPARE_EXAMPLE)(compare)
