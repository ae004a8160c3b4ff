"""`malmoi cards`: corpora that are known, cards that are checked, and the datasheet of a release."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from malmoi import console
from malmoi.commands.options import AsJson

if TYPE_CHECKING:
    from datacards.catalogue import CatalogueCard
    from datacards.datasheet import Question

Task = Annotated[str, typer.Option("--task", help="Part of a use or of a task type, such as hate.")]
Licence = Annotated[
    str,
    typer.Option(
        "--licence",
        help="Part of a licence, or what it must allow: commercial, redistribution, modification.",
    ),
]
Year = Annotated[str, typer.Option("--year", help="A year or a range: 2020, 2018-2020, -2019, 2020-.")]
AccessOption = Annotated[
    Literal["open", "sign-in", "application", "unknown"] | None,
    typer.Option("--access", help="How one gets the corpus.", show_default=False),
]

app = typer.Typer(help="Corpora that are known, and what is wrong with a card.", no_args_is_help=True)


@app.command("list", epilog="Example: malmoi cards list --task hate --licence commercial --year 2022-")
def list_cards(
    task: Task = "",
    licence: Licence = "",
    year: Year = "",
    access: AccessOption = None,
    as_json: AsJson = False,
) -> None:
    """List corpora by task, licence, year and access."""
    from malmoi.cards_tables import show_list

    chosen = _chosen(task, licence, year, access or "")
    if as_json:
        console.print_json({"cards": [card.as_json() for card in chosen]})
    else:
        show_list(chosen)


@app.command("show", epilog="Example: malmoi cards show nikl-messenger")
def show(
    card: Annotated[str, typer.Argument(help="Id of a card (or the corpus' name).", show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Show one card: what the corpus is, who may use it, how one gets it, what is wrong with it."""
    from malmoi.cards_checking import find_card
    from malmoi.cards_tables import show_card

    wanted = find_card(card)
    (found,) = [one for one in _all() if one.id == wanted]
    if as_json:
        console.print_json(found.as_json())
    else:
        show_card(found)


@app.command(
    "check",
    epilog="Example: malmoi cards check releases/samples\n\nThe whole catalogue: malmoi cards check --all",
)
def check(
    target: Annotated[
        str, typer.Argument(help="Release folder, card file, or id of a card.", show_default=False)
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Check every card of the catalogue.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a card: fields, and for a release what its card says against every row. Exit 1 on faults."""
    from curation.errors import ConfigurationError
    from malmoi.cards_checking import check_all, check_target
    from malmoi.cards_tables import show_faults

    if every == bool(target):
        raise ConfigurationError(
            "say which card" if not target else "one card and all cards are named at once",
            fix="give a release, a card's file or id, or --all",
        )
    cards, faults = check_all() if every else (1, check_target(target))
    if as_json:
        console.print_json({"cards": cards, "faults": [fault.as_json() for fault in faults]})
    else:
        show_faults(cards, faults)
    if faults:
        raise typer.Exit(1)


@app.command("stats", epilog="Example: malmoi cards stats --html cards.html")
def stats(
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write charts and all cards as one page.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the field's history: task types by year and provider, and who may use what."""
    from datacards.history import history
    from malmoi.cards_tables import show_cross
    from malmoi.curate_tables import say

    cards = _all()
    tables = history(cards)
    if html is not None:
        from curation.atomic import write_text
        from curation.report.catalogue import render_catalogue

        write_text(html, render_catalogue(cards))
    if as_json:
        named = {name: table.as_json() for name, table in tables.items()}
        console.print_json({"cards": len(cards), "html": str(html.resolve()) if html else None, **named})
        return
    for name in ("types", "groups"):
        show_cross(tables[name], "task type" if name == "types" else "year")
        console.out.print()
    say("Corpora of the survey Open Korean Corpora (June 2026).")
    if html is not None:
        say(f"Look at {html}")


@app.command("map", epilog="Example: malmoi cards map --by use --task detection")
def access_map(
    by: Annotated[Literal["type", "use"], typer.Option("--by", help="Task types, or uses.")] = "type",
    task: Task = "",
    licence: Licence = "",
    year: Year = "",
    as_json: AsJson = False,
) -> None:
    """Show how many corpora of each use one can get, and how."""
    from datacards.history import access_map as count
    from malmoi.cards_tables import show_cross

    chosen = _chosen(task, licence, year, "")
    table = count(chosen, lambda card: card.task_type if by == "type" else card.use)
    if as_json:
        console.print_json({"by": by, "map": table.as_json()})
    else:
        show_cross(table, by)


@app.command(
    "interview",
    epilog="Example: malmoi cards interview releases/samples\n\nStopped half-way? The same command goes on.",
)
def interview(
    release: Annotated[Path, typer.Argument(help="Release folder.", show_default=False)],
    answers: Annotated[
        Path | None, typer.Option("--answers", help="File of answers, instead of asking.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a release's datasheet: from its manifest, and from you where only a person knows."""
    from curation.inspection.open_release import open_release
    from malmoi import cards_interview as asking
    from malmoi.curate_tables import say

    opened = open_release(release)
    kept = asking.answers_file(release)
    told = asking.read_answers(kept) if kept.exists() else {}
    if answers is not None:
        told |= asking.read_answers(answers)
        asking.keep_answers(kept, told)
    elif sys.stdin.isatty() and not as_json:
        say("Answer, or leave the line empty to skip; Ctrl-D stops. Answers are kept as you give them.")
        told = asking.interview(opened, told, _ask, lambda given: asking.keep_answers(kept, given))
    elif not told:
        raise asking.no_answers(kept)
    result = asking.write_datasheet(opened, told)
    if as_json:
        console.print_json({**result, "answers": str(kept)})
    else:
        left = len(result["not_answered"])
        say(
            f"{result['datasheet']}: {left} questions are open"
            if left
            else f"{result['datasheet']} is complete"
        )


def _ask(question: "Question") -> str | None:
    console.out.print(f"\n[bold]{question.ko}[/] {question.en}", soft_wrap=True)
    try:
        return input("> ")
    except EOFError:
        return None


def _all() -> "list[CatalogueCard]":
    from curation.errors import UserError
    from datacards.catalogue import load

    try:
        return load()
    except ValueError as error:
        raise UserError("a card of the catalogue is faulty", fix="malmoi cards check --all") from error


def _chosen(task: str, licence: str, year: str, access: str) -> Any:
    from curation.errors import ConfigurationError
    from datacards.choosing import choose

    cards = _all()
    try:
        return choose(cards, task=task, licence=licence, year=year, access=access)
    except ValueError as error:
        raise ConfigurationError(
            str(error), where="--year", fix="such as 2020, 2018-2020, -2019 or 2020-"
        ) from error
