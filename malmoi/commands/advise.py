"""`malmoi advise`: prompt, retrieval or fine-tuning, from what is wrong and what was measured."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from malmoi import console
from malmoi.commands.options import AsJson

if TYPE_CHECKING:
    from malmoi.advise_interview import Question
    from rag.advice import Advice, State

EXAMPLE = (
    "Examples: malmoi advise\n\n"
    "malmoi advise --set problems=made-up,style --set prompt_tried=yes --retrieval retrieval.json "
    "--answers answers.json"
)


def advise(
    state: Annotated[
        Path | None,
        typer.Option("--state", help="What is known, as YAML or JSON. Default: asked at the terminal."),
    ] = None,
    retrieval: Annotated[
        Path | None, typer.Option("--retrieval", help="What `malmoi eval retrieval --json` printed.")
    ] = None,
    answers: Annotated[
        Path | None, typer.Option("--answers", help="What `malmoi eval answers --json` printed.")
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", help="One thing that is known, KEY=VALUE; repeatable, above the files."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether to work on the prompt, on RAG or on fine-tuning, why, and what to measure next."""
    from malmoi.advise_state import gather
    from rag.advice import advise as advise_on

    if state or retrieval or answers or sets:
        known = gather(state, retrieval, answers, sets or [])
    else:
        known = _asked(as_json)
    advice = advise_on(known)
    if as_json:
        console.print_json(advice.as_json())
    else:
        _show(advice)


def _asked(as_json: bool) -> "State":
    from curation.errors import ConfigurationError
    from malmoi.advise_interview import interview
    from malmoi.curate_tables import say

    if as_json or not sys.stdin.isatty():
        raise ConfigurationError(
            "there is no terminal to ask at" if not as_json else "with --json nothing is asked",
            where="--state",
            fix="say what is known: --state FILE, --retrieval, --answers, or --set KEY=VALUE",
        )
    say("Answer, or leave the line empty for what is not known; Ctrl-D ends the questions.")
    return interview(_ask, lambda fault: console.out.print(f"  {fault}", markup=False, soft_wrap=True))


def _ask(question: "Question") -> str | None:
    from malmoi.advise_interview import numbered

    console.out.print(f"\n[bold]{question.ko}[/] {question.en}", soft_wrap=True)
    for line in numbered(question):
        console.out.print(line, markup=False, soft_wrap=True)
    try:
        return input("> ")
    except EOFError:
        return None


def _show(advice: "Advice") -> None:
    """Print the advice, a line for each sentence."""
    what = ", then ".join(advice.what) or "nothing"
    console.out.print(f"[bold]Work on {what}[/] (what already works stays)", soft_wrap=True)
    for reason in advice.reasons:
        _line(f"{reason.step or 'why'}: {reason.text}")
    if advice.against:
        console.out.print("[bold]Not[/]")
    for reason in advice.against:
        _line(f"{reason.step}: {reason.text}")
    console.out.print("[bold]Measure next, and ask again[/]")
    for measurement in advice.next_measurements:
        _line(f"{measurement.measure}: {measurement.command}")
        _line(f"  {measurement.threshold}")


def _line(text: str) -> None:
    console.out.print(f"  {text}", markup=False, soft_wrap=True)
