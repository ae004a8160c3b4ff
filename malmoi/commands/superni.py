"""`malmoi superni`: Super-NaturalInstructions tasks counted, chosen, encoded, made and scored."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from malmoi import console
from malmoi.commands import superni_export, superni_translate
from malmoi.commands.options import AsJson
from malmoi.superni_options import (
    Categories,
    Kind,
    Languages,
    Licences,
    Merges,
    Names,
    PartOf,
    Paths,
    Splits,
    selection_of,
    tokens_of,
)

if TYPE_CHECKING:
    from curation.superni.schema import Fault, Task
    from curation.superni.scoring import Predict
    from curation.superni.selection import Selection

app = typer.Typer(
    help="Super-NaturalInstructions: statistics, selection, Tk-Instruct's encodings, tasks made of corpora.",
    no_args_is_help=True,
)


@app.command("stats", epilog="Example: malmoi superni stats tasks --language Korean")
def stats(
    paths: Paths,
    *,
    language: Languages = None,
    category: Categories = None,
    licence: Licences = None,
    name: Names = None,
    splits: Splits = None,
    part: PartOf = None,
    as_json: AsJson = False,
) -> None:
    """Count tasks, instances, languages, categories; name every fault of the files."""
    from dataclasses import asdict

    from curation.superni.statistics import Statistics
    from malmoi.superni_tables import show_statistics

    faults: list[Fault] = []
    counted = Statistics()
    for task in _tasks(paths, selection_of((language, category, licence, name), splits, part), faults):
        counted.add(task)
    figures = counted.as_json()
    if as_json:
        console.print_json({**figures, "faults": [asdict(fault) for fault in faults]})
    else:
        show_statistics(figures, faults)


@app.command("select", epilog="Example: malmoi superni select tasks --language ko --out korean.txt")
def select(
    paths: Paths,
    *,
    language: Languages = None,
    category: Categories = None,
    licence: Licences = None,
    name: Names = None,
    splits: Splits = None,
    part: PartOf = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the names to a file, a line each, as splits do.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the tasks in a language, of a category, under a licence, or of a part of a track."""
    from curation.atomic import write_text
    from malmoi.superni_tables import say_faults, show_tasks

    wanted = selection_of((language, category, licence, name), splits, part)
    faults: list[Fault] = []
    found = [
        {
            "name": task.name,
            "categories": task.categories,
            "input_language": task.input_language,
            "output_language": task.output_language,
            "licence": task.instance_licence,
            "instances": len(task.instances),
            "part": wanted.splits and wanted.splits.part(task.name),
        }
        for task in _tasks(paths, wanted, faults)
    ]
    if out is not None:
        write_text(out, "".join(f"{one['name']}\n" for one in found))
    if as_json:
        console.print_json({"tasks": found, "faults": len(faults)})
    else:
        show_tasks(found)
        say_faults(len(faults))


@app.command(
    "encode",
    epilog="Example: malmoi superni encode tasks --out korean.jsonl --language Korean\n\n"
    "For training: malmoi superni encode tasks --out train.jsonl --training --tokenizer google/mt5-base",
)
def encode(
    paths: Paths,
    *,
    out: Annotated[Path, typer.Option("--out", help="File to write, a JSON object a line.")],
    encoding: Annotated[
        str | None,
        typer.Option(
            "--encoding",
            help="definition, 2pos, definition+2pos (default), definition+2pos+2neg, "
            "definition+2pos+explanations; mixed draws one for each instance (default in training).",
        ),
    ] = None,
    training: Annotated[
        bool, typer.Option("--training", help="Draw instances and one output of each by chance.")
    ] = False,
    instances: Annotated[
        int, typer.Option("--instances", min=1, help="At most so many of a task; the first, or drawn.")
    ] = 100,
    tokenizer: Annotated[
        str,
        typer.Option(
            "--tokenizer", help="tokenizer.json, model folder or hub id; or count by whitespace or bytes."
        ),
    ] = "whitespace",
    tokens: Annotated[int, typer.Option("--tokens", min=1, help="Most tokens of an input.")] = 1024,
    seed: Annotated[int, typer.Option("--seed", help="For what is drawn.")] = 0,
    language: Languages = None,
    category: Categories = None,
    licence: Licences = None,
    name: Names = None,
    splits: Splits = None,
    part: PartOf = None,
    as_json: AsJson = False,
) -> None:
    """Write instances as Tk-Instruct and mTk-Instruct read them."""
    from curation.superni.counting import load_counter
    from curation.superni.encoded_file import Wanted, write_encoded
    from malmoi.superni_tables import say_faults, show_encoded

    wanted = Wanted.of(encoding, training=training, instances=instances, most=tokens, seed=seed)
    selection = selection_of((language, category, licence, name), splits, part)
    faults: list[Fault] = []
    written = write_encoded(_tasks(paths, selection, faults), out, wanted, load_counter(tokenizer))
    if as_json:
        console.print_json({**written, "faults": len(faults)})
    else:
        show_encoded(written)
        say_faults(len(faults))


@app.command(
    "score",
    epilog="Example: malmoi superni score tasks --predictions outputs.jsonl --tokens morphemes\n\n"
    "A baseline: malmoi superni score tasks --baseline copy-demo",
)
def score(
    paths: Paths,
    *,
    predictions: Annotated[
        Path | None, typer.Option("--predictions", help="Outputs: task, id and prediction, a line each.")
    ] = None,
    baseline: Annotated[
        Literal["copy-input", "copy-demo"] | None, typer.Option("--baseline", help="Score this instead.")
    ] = None,
    tokens: Annotated[
        Kind,
        typer.Option(
            "--tokens",
            help="What ROUGE-L compares: rouge (default track, no Hangul), gpt2 (xlingual track), "
            "or, for Korean, morphemes or characters.",
        ),
    ] = "rouge",
    gpt2_merges: Merges = None,
    language: Languages = None,
    category: Categories = None,
    licence: Licences = None,
    name: Names = None,
    splits: Splits = None,
    part: PartOf = None,
    as_json: AsJson = False,
) -> None:
    """Score outputs over the first 100 instances of each task: ROUGE-L and exact match."""
    from functools import partial

    from curation.superni.baselines import baseline as copied
    from curation.superni.scoring import Predictions, load_predictions
    from curation.superni.scoring import score as score_tasks
    from malmoi.superni_tables import say_faults, show_scores

    predict: Predict
    if baseline is not None and predictions is None:
        predict = partial(copied, baseline)
    elif predictions is not None and baseline is None:
        predict = load_predictions(predictions)
    else:
        raise typer.BadParameter("give either --predictions or --baseline")
    faults: list[Fault] = []
    selection = selection_of((language, category, licence, name), splits, part)
    report = score_tasks(_tasks(paths, selection, faults), predict, tokens_of(tokens, gpt2_merges))
    unused = predict.unused if isinstance(predict, Predictions) else 0
    result = {"tokens": tokens, **report.as_json(), "unused": unused, "faults": len(faults)}
    if as_json:
        console.print_json(result)
    else:
        show_scores(result)
        say_faults(len(faults))


app.command("export", epilog=superni_export.EXAMPLE)(superni_export.export)
app.command("translate", epilog=superni_translate.EXAMPLE)(superni_translate.translate)


def _tasks(paths: list[Path], selection: "Selection", faults: "list[Fault]") -> "Iterator[Task]":
    from curation.superni.files import selected_tasks

    return selected_tasks(paths, selection, faults, console.progress())
