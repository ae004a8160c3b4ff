"""`malmoi rag tune`: fit an index's ranking to one's own questions."""

from pathlib import Path
from typing import Annotated

import typer

from malmoi import console
from malmoi.commands.options import AsJson, IndexPath
from malmoi.workspace import Workspace

TUNE_EXAMPLE = "Example: malmoi rag tune --queries questions.jsonl --index indexes/handbook"


def tune(
    queries: Annotated[
        Path, typer.Option("--queries", help="Questions, one JSON object a line.", show_default=False)
    ],
    index: IndexPath = None,
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Rank so from now on, where the gain is real.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="With --apply: also where it is not.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fit ranking and gate to your questions, and tell whether the gain is more than luck."""
    from malmoi.evaluation_tables import say_unchecked, show_tuning
    from rag import tuning
    from rag.evaluation.questions import read_questions, unchecked
    from rag.search import open_index

    questions = read_questions(queries)
    folder = index or Workspace().default_index()
    found = tuning.tune(open_index(folder), questions, progress=console.progress())
    applied = found.settings(force=force) if apply else None
    if applied is not None and applied != found.present:
        tuning.apply(folder, applied)
    if as_json:
        changed = applied is not None and applied != found.present
        console.print_json({**found.as_json(), "applied": changed})
        return
    show_tuning(found, applied, folder)
    say_unchecked(unchecked(questions), len(questions))
