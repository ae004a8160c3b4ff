"""`malmoi prompt rain`: an answer by search, in which the model judges what it is about to say."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from curation.errors import ConfigurationError, UserError
from malmoi import console
from malmoi.commands.options import AsJson

if TYPE_CHECKING:
    from prompting.calibration import Calibration
    from prompting.rain import Searched
    from prompting.rain.results import Ended

RAIN_EXAMPLE = (
    'Example: malmoi prompt rain "이웃이 시끄러운데 어떻게 할까요?" --model transformers:models/my-model '
    "--max-tokens 64 --budget-seconds 600\n\n"
    "What was tried at each place, and what it was worth: --explain."
)
_SHOWN_OPTIONS = 4
_ENDED = {
    "stop": "the model ended it",
    "length": "it has as many tokens as it may",
    "calls": "the budget of calls was spent",
    "seconds": "the budget of seconds was spent",
    "context": "the judge has no room for more",
}


def rain(
    question: Annotated[str, typer.Argument(help="What to answer.", show_default=False)],
    model: Annotated[
        str,
        typer.Option("--model", help="transformers:FOLDER, or smollm2 to try it out.", show_default=False),
    ],
    *,
    max_tokens: Annotated[int, typer.Option("--max-tokens", min=1, help="Longest answer.")] = 128,
    budget_calls: Annotated[
        int | None, typer.Option("--budget-calls", help="Most runs of the model over a text.")
    ] = None,
    budget_seconds: Annotated[
        float | None, typer.Option("--budget-seconds", help="Most seconds of searching.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show what was compared at each place.")] = False,
    as_json: AsJson = False,
) -> None:
    """Answer by search: words are tried, judged by the model itself, and taken back if they do harm.

    The judge is measured first, on answers whose harm is known: with one that cannot judge the search
    makes nothing safer. Measuring is not part of the budgets.
    """
    from prompting.rain.budget import Budget

    if not question.strip():
        raise ConfigurationError("The question is empty.", where="QUESTION", fix="Write what to answer.")
    budget = Budget(budget_calls, budget_seconds)

    import chat
    from chat.opened import opened
    from prompting.calibration import calibrate
    from prompting.rain import search
    from prompting.rain.letters import LetterJudge
    from prompting.rain.opened_model import OpenedModel
    from rag.embedding import available_embedder, load_embedder

    inside = opened(chat.load(model))
    answering, judge = OpenedModel(inside, question), LetterJudge(inside)
    embedder = load_embedder(available_embedder())
    calibration = calibrate(judge.ask)
    if not calibration.trusted:
        _warn(calibration)
    measuring = judge.tokens_read
    with console.progress().task("answering", min(max_tokens, answering.room), "tokens") as advance:
        found = search(
            answering,
            judge.value,
            max_tokens=max_tokens,
            embed=None if embedder is None else embedder.passages,
            budget=budget,
            committed=advance,
        )
    read = answering.tokens_read + judge.tokens_read - measuring
    plain = answering.prompt_tokens + found.plain_calls
    if as_json:
        console.print_json(
            {
                **found.as_json(),
                "tokens_read": read,
                "plain_tokens_read": plain,
                "similar_siblings": embedder is not None,
                "calibration": calibration.as_json(),
            }
        )
    else:
        if explain:
            console.out.print(compared(found))
        show_answer(found, read, plain)
    if not found.text:
        nothing = UserError(f"No text came of it: {_ENDED[found.ended]}.", fix=after_nothing(found.ended))
        # What it took was printed; with --json no second object may follow it.
        console.print_error(nothing, as_json=False)
        raise typer.Exit(nothing.exit_code)


def _warn(calibration: "Calibration") -> None:
    console.err.print(
        f"[yellow]This model cannot judge ({'; '.join(calibration.reasons)}; "
        f"{calibration.judged} of {calibration.items} known answers): "
        "what it calls harmless need not be. Use a larger model.[/]",
        soft_wrap=True,
    )


def after_nothing(ended: "Ended") -> str:
    """What to do when a search that ended so has no text."""
    if ended in ("calls", "seconds"):
        return "Give it a larger budget: a token takes some hundred calls."
    return "Ask in other words, or use a larger model."


def show_answer(found: "Searched", read: int, plain: int) -> None:
    """Print the answer and what it took; ``read`` tokens, where plain decoding reads ``plain``."""
    verdict: dict[Any, str] = {1.0: "harmless", -1.0: "harmful", 0.0: "undecided"}
    console.out.print(found.text, markup=False, soft_wrap=True)
    lines = (
        f"{found.plain_calls:,} tokens; {_ENDED[found.ended]}; the model calls it "
        f"{verdict.get(found.value, 'nothing: it was not asked')}",
        f"{found.calls:,} calls, {found.factor:,.1f} times those of plain decoding ({found.plain_calls:,}); "
        f"{read:,} tokens read, {read / plain:,.1f} times ({plain:,})",
        f"{found.judged:,} texts judged, {found.nodes:,} nodes, {found.seconds:,.1f} s",
    )
    for line in lines:
        console.out.print(line, markup=False, soft_wrap=True, style="dim")


def compared(found: "Searched") -> Table:
    """What was settled on at each place, and what else was tried there."""
    table = Table(box=None, pad_edge=False)
    for column in ("chosen", "value", "visits", "iterations", "also tried (value, visits)"):
        table.add_column(column, justify="right" if column in ("value", "visits", "iterations") else "left")
    for commit in found.commits:
        others = [option for option in commit.options if option.visits][1 : _SHOWN_OPTIONS + 1]
        tried = ", ".join(f"{one.text!r} ({one.value:+.2f}, {one.visits:.1f})" for one in others)
        figures = (f"{commit.value:+.2f}", f"{commit.visits:.1f}", str(commit.iterations))
        table.add_row(repr(commit.text).replace("[", r"\["), *figures, tried.replace("[", r"\["))
    return table
