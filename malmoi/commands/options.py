"""Options that several commands share."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curation.errors import ConfigurationError
from malmoi.workspace import GuardChoice

if TYPE_CHECKING:
    from rag.types import Filter

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, for programs.")]
IndexPath = Annotated[
    Path | None,
    typer.Option("--index", help="Index folder. Default: `\\[answer] index` of malmoi.toml, or the newest."),
]
Groups = Annotated[
    list[str] | None,
    typer.Option(
        "--as",
        help="Find what members of this group may read; repeatable. Default: everything.",
        metavar="GROUP",
    ),
]
Sources = Annotated[
    list[str] | None,
    typer.Option("--source", help="Only sources that begin like this, such as 규정/; repeatable."),
]
Reranker = Annotated[
    str | None,
    typer.Option(
        "--reranker",
        help="Read the best passages again: sentence-transformers:FOLDER of a cross-encoder. "
        "Default: `\\[answer] reranker`, or none.",
    ),
]
Guard = Annotated[
    GuardChoice | None,
    typer.Option(
        "--guard",
        help="What judges an answer before it is shown. Default: `\\[answer] guard`, or off.",
    ),
]
PromptFile = Annotated[
    Path | None,
    typer.Option(
        "--prompt",
        help="Show the model the demos of a file of `malmoi prompt select`: the form of an answer, never "
        "its sources. Default: `\\[answer] prompt`, or none.",
    ),
]
SlackStore = Annotated[
    Path | None,
    typer.Option(
        "--store",
        help="The bot's file. Default: the database of SLACK_DATABASE_URL, or `\\[slack] store` of "
        "malmoi.toml.",
    ),
]
Since = Annotated[str, typer.Option("--since", help="Only from this date on: 2026-01-31.", metavar="DATE")]
Until = Annotated[str, typer.Option("--until", help="Only up to this date, included.", metavar="DATE")]


def filter_of(groups: list[str] | None, sources: list[str] | None, since: str, until: str) -> "Filter":
    """Give the filter that the options say.

    Raises
    ------
    ConfigurationError
        A date is none.
    """
    from rag.types import Filter

    for name, value in (("--since", since), ("--until", until)):
        if value and not _is_date(value):
            raise ConfigurationError(f"{value!r} is no date.", where=name, fix="Write it like 2026-01-31.")
    return Filter(None if groups is None else frozenset(groups), tuple(sources or ()), since, until)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-01-31")
