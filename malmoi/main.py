"""The `malmoi` command: assembles the groups and turns errors into messages and exit codes."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from curation.errors import ConfigurationError, UserError
from curation.installing import installing
from malmoi import console
from malmoi.commands import (
    advise,
    ask,
    cards,
    clean,
    compile,
    curate,
    demo,
    doctor,
    evaluate,
    init,
    init_corpus,
    prompt,
    rag,
    safety,
    slack,
    status,
    superni,
    tables,
    train,
    ui,
)

INTERRUPTED = 130

app = typer.Typer(
    name="malmoi",
    help=(
        "Korean corpora and your own documents → curated datasets → cited answers, on your own machine.\n\n"
        "말모이: 한국어 말뭉치와 내 문서를 데이터셋으로 다듬고, 근거를 밝히는 답으로 잇습니다."
    ),
    epilog="Start with: malmoi demo",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals may hold the user's text
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(cards.app, name="cards")
app.add_typer(compile.app, name="compile")
app.add_typer(curate.app, name="curate")
app.add_typer(evaluate.app, name="eval")
app.add_typer(prompt.app, name="prompt")
app.add_typer(rag.app, name="rag")
app.add_typer(safety.app, name="safety")
app.add_typer(slack.app, name="slack")
app.add_typer(superni.app, name="superni")
app.add_typer(tables.app, name="tables")
app.add_typer(train.app, name="train")
app.command("advise", epilog=advise.EXAMPLE)(advise.advise)
app.command("ask", epilog=ask.EXAMPLE)(ask.ask)
app.command("clean", epilog=clean.EXAMPLE)(clean.clean)
app.command("demo", epilog=demo.EXAMPLE)(demo.demo)
app.command("doctor", epilog=doctor.EXAMPLE)(doctor.doctor)
app.command("init", epilog=init.EXAMPLE)(init.init)
app.command("init-corpus", epilog=init_corpus.EXAMPLE)(init_corpus.init_corpus)
app.command("status", epilog=status.EXAMPLE)(status.status)
app.command("ui", epilog=ui.EXAMPLE)(ui.ui)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"malmoi {version('malmoi')}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Hold the options that stand before any command."""


def main() -> None:
    """Run the command line; exit 0 done, 1 the work failed, 2 wrong usage or configuration."""
    as_json = "--json" in sys.argv
    try:
        app()
    except UserError as error:
        console.print_error(error, as_json=as_json)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        if (missing := _not_installed(error)) is None:
            raise
        console.print_error(missing, as_json=as_json)
        sys.exit(missing.exit_code)
    except SystemExit as end:
        if as_json:
            _tell_programs(end.__context__)
        # typer turns Ctrl-C into this exit without a word.
        if end.code == INTERRUPTED:
            console.err.print("Stopped. What was finished is kept: run the same command again to go on.")
        raise


def _not_installed(error: ModuleNotFoundError) -> UserError | None:
    """The message for a package that an extra would bring; ``None``: it is our own fault."""
    from malmoi.inventory import extra_of

    command = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    extra = extra_of(error.name or "", command)
    if not extra:
        return None
    return ConfigurationError(
        f"This needs a package that is not installed: {error.name}.",
        where=f"malmoi {command}",
        fix=installing(extra),
    )


def _tell_programs(fault: BaseException | None) -> None:
    """Say wrong usage in JSON as well: typer told the person of ``fault``, and ends because of it."""
    message = getattr(fault, "format_message", None)
    if message is not None:
        context = getattr(fault, "ctx", None)
        command = context.command_path if context is not None else "malmoi"
        console.print_error_object(message(), where=command, fix=f"see: {command} --help")
