"""`malmoi train merge`, `export`, `card` and `push`: from an adapter to a model that others can have."""

from typing import Annotated

import typer

from malmoi import console
from malmoi.commands.options import AsJson
from malmoi.train_options import Config, Out, started

MERGE_EXAMPLE = "Example: malmoi train merge runs/instructions-qlora"
EXPORT_EXAMPLE = "Example: malmoi train export runs/instructions-qlora"
CARD_EXAMPLE = "Example: malmoi train card runs/instructions-qlora"
PUSH_EXAMPLE = (
    "Example: malmoi train push runs/instructions-qlora, then, when the list is right: "
    "malmoi train push runs/instructions-qlora --yes"
)


def merge(config: Config, out: Out = None, *, as_json: AsJson = False) -> None:
    """Merge the adapter into its base, both ways; the better model is kept, with the reason."""
    read, folder = started(config, out)
    from malmoi.train_tables import show_merge
    from training.merging import merge as merge_adapter

    merged = merge_adapter(read, folder, console.progress())
    if as_json:
        console.print_json(merged.as_json())
    else:
        show_merge(merged)


def export(config: Config, out: Out = None, *, as_json: AsJson = False) -> None:
    """Write the same data as OpenAI's fine-tuning JSONL, and a GGUF file where a converter is named."""
    read, folder = started(config, out)
    from malmoi.train_tables import show_export
    from training.merging import export as export_model

    exported = export_model(read, folder, console.progress())
    if as_json:
        console.print_json(exported.as_json())
    else:
        show_export(exported)


def card(config: Config, out: Out = None, *, as_json: AsJson = False) -> None:
    """Write the model card from what the run recorded: lineage, licences, figures, limits."""
    read, folder = started(config, out)
    from malmoi.train_tables import show_card
    from training.publishing import write_card

    written = write_card(read, folder)
    if as_json:
        console.print_json(written.as_json())
    else:
        show_card(written)


def push(
    config: Config,
    out: Out = None,
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Really publish; without it, what would go where is listed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Publish the model on the Hugging Face hub; without --yes, only show what would be published."""
    read, folder = started(config, out)
    from malmoi.train_tables import show_push
    from training.publishing import push as push_model

    pushed = push_model(read, folder, really=yes, progress=console.progress())
    if as_json:
        console.print_json(pushed.as_json())
    else:
        show_push(pushed)
    if pushed.refusals:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the commands to `malmoi train`."""
    app.command("merge", epilog=MERGE_EXAMPLE)(merge)
    app.command("export", epilog=EXPORT_EXAMPLE)(export)
    app.command("card", epilog=CARD_EXAMPLE)(card)
    app.command("push", epilog=PUSH_EXAMPLE)(push)
