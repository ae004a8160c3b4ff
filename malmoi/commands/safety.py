"""`malmoi safety`: train the classifier of harmful text, and say how well it judges."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from malmoi import console
from malmoi.bundled import bundled
from malmoi.commands.options import AsJson

TRAIN_EXAMPLE = (
    "Example: malmoi safety train --data corpora --out models/safety.npz\n\n"
    "Then, in a recipe: {step: safety, model: models/safety.npz}, with the model below the data folder."
)
EVALUATE_EXAMPLE = "Example: malmoi safety evaluate models/safety.npz --data corpora"

Data = Annotated[Path, typer.Option("--data", help="Folder that the training recipe's paths start from.")]
RecipeFile = Annotated[
    Path | None,
    typer.Option("--recipe", help="Training recipe (YAML). Default: the one that comes with malmoi."),
]

app = typer.Typer(help="The classifier of harmful text: hate, offence and bias.", no_args_is_help=True)


@app.command("train", epilog=TRAIN_EXAMPLE)
def train(
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="Model file to write.")] = Path("models/safety.npz"),
    recipe: RecipeFile = None,
    as_json: AsJson = False,
) -> None:
    """Train a model from labelled corpora, about a minute; the same corpora give the same file."""
    from curation.safety.model import load, save
    from curation.safety.training import train as train_model
    from curation.safety.training_recipe import load_training_recipe

    trained = train_model(load_training_recipe(_recipe(recipe)), data, console.progress())
    save(trained, out)
    _show(load(out).sha256, str(out), trained.thresholds, trained.metadata.report["categories"], as_json)


@app.command("evaluate", epilog=EVALUATE_EXAMPLE)
def evaluate(
    model: Annotated[Path, typer.Argument(help="Model file.", show_default=False)],
    data: Data,
    recipe: RecipeFile = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a model on the test parts of a training recipe's corpora."""
    from curation.safety.evaluation import evaluate as evaluate_model
    from curation.safety.material import gather
    from curation.safety.model import load
    from curation.safety.training_recipe import load_training_recipe

    loaded = load(model)
    report = evaluate_model(loaded, gather(load_training_recipe(_recipe(recipe)), data))
    _show(loaded.sha256, str(model), loaded.thresholds, report, as_json)


def _recipe(given: Path | None) -> Path:
    return given or bundled("recipes") / "safety.yaml"


def _show(sha256: str, path: str, thresholds: Mapping[str, float], categories: Any, as_json: bool) -> None:
    if as_json:
        console.print_json(
            {"model": path, "sha256": sha256, "thresholds": dict(thresholds), "categories": categories}
        )
        return
    console.out.print(_scores(thresholds, categories))
    console.out.print(_false_alarms(categories))
    console.out.print(
        "[dim]other corpus: one that does not label the category; any harm that it labels counts.[/]",
        soft_wrap=True,
    )
    console.out.print(f"{path} · sha256 {sha256[:16]}…", soft_wrap=True)


def _scores(thresholds: Mapping[str, float], categories: Mapping[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("category", "corpus", "precision", "recall", "F1", "true", "rows", "threshold"):
        table.add_column(column, justify="left" if column in ("category", "corpus") else "right")
    for category, measured in categories.items():
        named = [(corpus, figures) for corpus, figures in measured["test"].items()]
        named += [
            (f"[dim]other corpus: {corpus}[/]", figures) for corpus, figures in measured["cross"].items()
        ]
        for corpus, figures in named:
            table.add_row(
                category,
                corpus,
                *(f"{figures[key]:.3f}" for key in ("precision", "recall", "f1")),
                *(f"{figures[key]:,}" for key in ("support", "rows")),
                f"{thresholds[category]:.3f}" if category in thresholds else "",
            )
    return table


def _false_alarms(categories: Mapping[str, Any]) -> Table:
    names = list(dict.fromkeys(name for one in categories.values() for name in one["false_alarms"]))
    table = Table(box=None, pad_edge=False, title="harmless texts that are flagged, %", title_justify="left")
    table.add_column("texts")
    for category in categories:
        table.add_column(category, justify="right")
    for name in names:
        shares = (one["false_alarms"].get(name) for one in categories.values())
        table.add_row(name, *("" if share is None else f"{100 * share:.1f}" for share in shares))
    return table
