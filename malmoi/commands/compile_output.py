"""`malmoi compile compare`, `publish` and `build-runtime`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal
from rich.markup import escape

from curation.errors import ConfigurationError
from malmoi import console
from malmoi.commands.options import AsJson

COMPARE_EXAMPLE = (
    "Example: malmoi compile compare bundle runs/instructions-qlora/merged --data releases/instructions"
)
PUBLISH_EXAMPLE = "Example: malmoi compile publish bundle --to site"
RUNTIME_EXAMPLE = "Example: malmoi compile build-runtime"


def compare(
    bundle: Annotated[Path, typer.Argument(help="Folder that `malmoi compile` made.", show_default=False)],
    model: Annotated[str, typer.Argument(help="The model that it was made from.", show_default=False)],
    *,
    data: Annotated[
        str,
        typer.Option("--data", help="Release whose rows are asked, or a file of rows.", show_default=False),
    ],
    split: Annotated[str, typer.Option("--split", help="Split of it. Default: test.")] = "",
    rows: Annotated[int | None, typer.Option("--rows", min=1, help="Rows at most. Default: 200.")] = None,
    name: Annotated[
        str, typer.Option("--name", help="Which model of the bundle, where it has several.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say what quantising cost: loss, perplexity and equal next tokens, beside the original model."""
    from compile.comparing import compare as measure
    from compile.model_input import model_named
    from malmoi.compile_tables import show_cost
    from training.config import Rows

    shown = console.progress()
    wanted = Rows(path=data, split=split, limit=rows or 0)
    cost = measure(bundle, model_named(model, shown), wanted, name=name, progress=shown)
    if as_json:
        console.print_json(cost.as_json())
    else:
        show_cost(cost)


def publish(
    bundle: Annotated[Path, typer.Argument(help="Folder that `malmoi compile` made.", show_default=False)],
    *,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Write the whole bundle for a static host into this folder."),
    ] = None,
    repo: Annotated[
        str, typer.Option("--repo", help="Send the model to the Hugging Face hub: owner/name.")
    ] = "",
    name: Annotated[
        str, typer.Option("--name", help="Which model of the bundle, where it has several.")
    ] = "",
    licence: Annotated[
        str, typer.Option("--licence", help="The model's licence, where the bundle does not know it.")
    ] = "",
    public: Annotated[bool, typer.Option("--public", help="On the hub: for everyone, not for you.")] = False,
    share_passages: Annotated[
        bool, typer.Option("--share-passages", help="You looked at the passages: all may read them.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Really publish; without it, what would go where is listed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Publish a bundle to a static host's folder or the Hub; without --yes, only show what would go."""
    from compile.publishing import origin_of, publish_to_folder, publish_to_hub
    from malmoi.compile_tables import show_published

    if (to is None) == (not repo):
        raise ConfigurationError(
            "It is not said where to publish.",
            fix="Give --to FOLDER for a static host, or --repo owner/name.",
        )
    shown = console.progress()
    origin = origin_of(bundle, name, licence)
    if to is None:
        plan = publish_to_hub(bundle, repo, origin, name=name, private=not public, really=yes, progress=shown)
    else:
        plan = publish_to_folder(
            bundle, to, origin, share_passages=share_passages, really=yes, progress=shown
        )
    if as_json:
        console.print_json(plan.as_json())
    else:
        show_published(plan)
    if not plan.allowed:
        raise typer.Exit(1)


def build_runtime(as_json: AsJson = False) -> None:
    """Compile TVM's runtime to WebAssembly, once on a machine; builds do it by themselves.

    It takes emscripten and about a minute, and is kept in the cache (MALMOI_CACHE) for these versions of
    TVM and emscripten.
    """
    from compile.runtime import runtime_home
    from compile.runtime.tools import versions

    made_with = versions()
    home = runtime_home(console.progress())
    size = sum(file.stat().st_size for file in home.rglob("*.bc"))
    if as_json:
        console.print_json({"runtime": str(home), "bytes": size, "versions": made_with})
        return
    told = ", ".join(f"{tool} {version}" for tool, version in made_with.items())
    console.out.print(f"{escape(str(home))}: {decimal(size)} of {told}", soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add the commands to `malmoi compile`."""
    app.command("compare", epilog=COMPARE_EXAMPLE)(compare)
    app.command("publish", epilog=PUBLISH_EXAMPLE)(publish)
    app.command("build-runtime", epilog=RUNTIME_EXAMPLE)(build_runtime)
