"""`malmoi compile`: from a model to a page that answers in the browser, offline."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.filesize import decimal
from rich.markup import escape

from malmoi import console
from malmoi.commands import compile_output
from malmoi.commands.default_command import BuildByDefault
from malmoi.commands.options import AsJson
from malmoi.compile_tables import show_built, show_faults, show_findings, show_plan

if TYPE_CHECKING:
    from compile.building import Trial, Wish
    from compile.machine import Report
    from curation.progress import Progress

BUILD_EXAMPLE = (
    "Example: malmoi compile smollm2 --index indexes/samples --out bundle\n\n"
    "Then: malmoi compile serve bundle. Stopped half-way? The same command goes on where it was."
)
CONVERT_EXAMPLE = "Example: malmoi compile convert runs/instructions-qlora/merged --out weights"
CHECK_EXAMPLE = "Example: malmoi compile check bundle"
SERVE_EXAMPLE = "Example: malmoi compile serve bundle"
DEFAULT_PORT = 8719

Model = Annotated[
    str,
    typer.Argument(
        help="Folder of a model, a GGUF, a hub id that is on this machine, smollm2 or tiny.",
        show_default=False,
    ),
]
Quantization = Annotated[str, typer.Option("--quantization", help="q4f32_1, q4f16_1, q0f32 or q0f16.")]
Context = Annotated[
    int | None,
    typer.Option("--context", min=1, help="Tokens of a conversation. Default: the model's, at most 4,096."),
]
Bundle = Annotated[Path, typer.Argument(help="Folder that `malmoi compile` made.", show_default=False)]

app = typer.Typer(
    cls=BuildByDefault,
    help="The model in a browser. `malmoi compile MODEL …` is short for `malmoi compile build`.",
    epilog=BUILD_EXAMPLE,
    no_args_is_help=True,
)


@app.command("build", epilog=BUILD_EXAMPLE)
def build(
    model: Model,
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder to write; an earlier bundle is replaced.")],
    index: Annotated[
        Path | None,
        typer.Option("--index", help="Retrieval index or release whose public passages go along."),
    ] = None,
    quantization: Quantization = "q4f32_1",
    context: Context = None,
    prefill_chunk: Annotated[
        int | None,
        typer.Option("--prefill-chunk", min=1, help="Tokens read at once. Default: at most 1,024."),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What the page calls the model.")] = "",
    title: Annotated[str, typer.Option("--title", help="What the page calls itself.")] = "",
    gguf: Annotated[
        Path | None,
        typer.Option("--with-gguf", help="The same model as GGUF, for browsers without WebGPU."),
    ] = None,
    backend: Annotated[
        Literal["tvm", "mlc"], typer.Option("--backend", help="Our compiler, or the installed mlc_llm.")
    ] = "tvm",
    adapter: Annotated[
        Literal["gpu", "software"],
        typer.Option("--adapter", help="What it is made fast for: graphics cards, or browsers without one."),
    ] = "gpu",
    quick: Annotated[
        bool, typer.Option("--quick", help="Link fast: for a trial, the library is twice as large.")
    ] = False,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify/--no-verify", help="Compare first tokens with the model's, in a real browser."
        ),
    ] = True,
    plan_only: Annotated[
        bool, typer.Option("--plan", help="Say what it takes and what is missing; build nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build a complete private assistant: model, passages and page in one folder, tried in a browser."""
    from compile import machine
    from compile.building import Wish, describe
    from compile.building import build as build_bundle
    from compile.conversation import ChatSettings

    shown = console.progress()
    wish = Wish(
        model=model,
        chat=ChatSettings(quantization, context, prefill_chunk),
        name=name,
        title=title,
        index=index,
        gguf=gguf,
        backend=backend,
        optimise=not quick,
        adapter=adapter,
        verify=verify,
    )
    wanted = describe(wish, out, shown)
    if plan_only:
        _plan(machine.report(wanted), as_json=as_json)
        return
    report = machine.require(wanted)
    if not as_json:
        show_plan(report)
    made = build_bundle(wish, out, shown, trial=_trial(wish, shown) if verify else None)
    if as_json:
        console.print_json(made.as_json())
    else:
        show_built(made)
    if made.tried is not None and not made.tried.passed:
        raise typer.Exit(1)


@app.command("convert", epilog=CONVERT_EXAMPLE)
def convert(
    model: Model,
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder to write; earlier weights are replaced.")],
    quantization: Quantization = "q4f32_1",
    context: Context = None,
    as_json: AsJson = False,
) -> None:
    """Write quantised weights, the configuration of the chat and the tokenizer alone, without a library."""
    from compile.conversation import ChatSettings
    from compile.preparing import prepare

    shown = console.progress()
    made = prepare(model, out, ChatSettings(quantization, context), shown)
    if as_json:
        console.print_json(made.as_json())
        return
    console.out.print(
        f"{escape(str(made.folder))}: {made.parameters / 1e6:,.1f} M parameters of {made.bits:.2f} bits, "
        f"{decimal(made.bytes)}",
        soft_wrap=True,
    )


@app.command("check", epilog=CHECK_EXAMPLE)
def check(
    bundle: Annotated[
        Path, typer.Argument(help="A bundle, or the folder of one model in it.", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Find what is wrong with a browser bundle before it is uploaded. Exit 1 on faults."""
    from compile.check import check_bundle

    faults = check_bundle(bundle, console.progress())
    if as_json:
        console.print_json({"faults": [fault.as_json() for fault in faults]})
    else:
        show_faults(faults)
    if faults:
        raise typer.Exit(1)


@app.command("serve", epilog=SERVE_EXAMPLE)
def serve(
    bundle: Bundle,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port on this machine; 0 takes a free one.")
    ] = DEFAULT_PORT,
) -> None:
    """Serve a bundle to the browsers of this machine, until Ctrl-C."""
    from compile.serving import run

    run(bundle, port, lambda address: console.out.print(f"{address} (Ctrl-C ends)", soft_wrap=True))


def _plan(report: "Report", *, as_json: bool) -> None:
    if as_json:
        console.print_json(report.as_json())
    else:
        show_plan(report)
        show_findings(report.faults)
    if report.faults:
        raise typer.Exit(1)


def _trial(wish: "Wish", progress: "Progress") -> "Trial | None":
    from compile.records import required_features
    from compile.trying import try_in_browser

    missing = required_features(wish.chat.quantisation)
    if missing:
        console.err.print(
            f"[yellow]Not tried in a browser: this needs {missing[0]}, which the browser here does not have."
        )
        return None
    return lambda bundle, model_id: try_in_browser(wish.model, bundle, model_id, progress=progress)


compile_output.register(app)
