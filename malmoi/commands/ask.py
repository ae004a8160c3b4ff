"""`malmoi ask`: a question, an answer with numbered sources, or a refusal."""

from dataclasses import asdict
from typing import Annotated

import typer

from malmoi import console
from malmoi.commands.options import AsJson, IndexPath
from malmoi.workspace import Workspace
from rag.types import Answer

EXAMPLE = 'Example: malmoi ask "연차 휴가는 며칠 전에 신청해야 하나요?"'


def ask(
    question: Annotated[str, typer.Argument(help="The question, in one sentence.", show_default=False)],
    index: IndexPath = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Who answers. Default: `[answer] model`, or extractive.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question from an index; every sentence names the source it stands in."""
    from rag.answer import default_answerer

    workspace = Workspace()
    spec = model or workspace.settings().answer.model
    answer = default_answerer(index or workspace.default_index(), spec).ask(question)
    if as_json:
        console.print_json(answer_json(answer))
    else:
        show_answer(answer)


def answer_json(answer: Answer) -> dict[str, object]:
    """The object that `malmoi ask --json` prints."""
    return {
        "answer": answer.answer,
        "citations": [asdict(citation) for citation in answer.citations],
        "refused": answer.refused,
        "reason": answer.reason,
        "timings": dict(answer.timings),
    }


def show_answer(answer: Answer) -> None:
    """Print the answer and its sources."""
    console.out.print(answer.answer, markup=False, soft_wrap=True)
    for citation in answer.citations:
        console.out.print(f"  [cyan]\\[{citation.n}][/] ", end="")
        console.out.print(f"{citation.source}", markup=False, soft_wrap=True, style="dim")
        console.out.print(
            f"      「{' '.join(citation.quote.split())}」", markup=False, soft_wrap=True, style="dim"
        )
