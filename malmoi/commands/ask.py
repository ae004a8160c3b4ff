"""`malmoi ask`: a question, an answer with numbered sources, or a refusal."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from malmoi import console
from malmoi.commands.options import (
    AsJson,
    Groups,
    Guard,
    IndexPath,
    PromptFile,
    Reranker,
    Since,
    Sources,
    Until,
    filter_of,
)
from malmoi.workspace import Workspace
from rag.types import Answer

EXAMPLE = (
    'Example: malmoi ask "연차 휴가는 며칠 전에 신청해야 하나요?"\n\n'
    'Only what 인사팀 may read, since May: malmoi ask "…" --as 인사팀 --since 2026-05-01'
)


def ask(
    question: Annotated[str, typer.Argument(help="The question, in one sentence.", show_default=False)],
    index: IndexPath = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Who answers. Default: `\\[answer] model`, or extractive.")
    ] = None,
    *,
    reranker: Reranker = None,
    guard: Guard = None,
    prompt: PromptFile = None,
    groups: Groups = None,
    sources: Sources = None,
    since: Since = "",
    until: Until = "",
    trace: Annotated[bool, typer.Option("--trace", help="Say what each step decided.")] = False,
    as_json: AsJson = False,
) -> None:
    """Answer a question from an index; every sentence names the source it stands in."""
    from malmoi.answer_demos import answer_demos
    from malmoi.guards import guarded
    from rag.answer import default_answerer
    from rag.answering.refusals import MODEL_FAILED

    workspace = Workspace()
    chosen = workspace.settings().answer
    spec = model or chosen.model
    found = default_answerer(
        index or workspace.default_index(),
        spec,
        chosen.reranker if reranker is None else reranker,
        answer_demos(prompt, workspace),
    )
    console.warn_of_leaving(spec)
    answerer = guarded(found, guard or chosen.guard, spec, workspace)
    among = filter_of(groups, sources, since, until)
    if as_json:
        answer = answerer.ask(question, among=among)
        console.print_json(answer_json(answer))
    else:
        answer = _show(answerer.stream(question, among=among), trace=trace)
    if answer.reason == MODEL_FAILED:
        why = [step.what for step in answer.trace if " failed: " in step.what]
        console.err.print(why[-1], markup=False, soft_wrap=True)
        raise typer.Exit(1)


def _show(stream: Iterator[str | Answer], *, trace: bool) -> Answer:
    for item in stream:
        if isinstance(item, Answer):
            console.out.print()
            show_sources(item)
            if trace:
                show_trace(item)
            return item
        console.out.print(item, markup=False, soft_wrap=True, end="")
    message = "a stream ends with the answer"
    raise RuntimeError(message)


def answer_json(answer: Answer) -> dict[str, object]:
    """The object that `malmoi ask --json` prints."""
    return {
        "answer": answer.answer,
        "citations": [asdict(citation) for citation in answer.citations],
        "refused": answer.refused,
        "reason": answer.reason,
        "timings": dict(answer.timings),
        "trace": [asdict(step) for step in answer.trace],
    }


def show_answer(answer: Answer) -> None:
    """Print the answer and its sources."""
    console.out.print(answer.answer, markup=False, soft_wrap=True)
    show_sources(answer)


def show_sources(answer: Answer) -> None:
    """Print each citation: where it stands and what it says."""
    for citation in answer.citations:
        console.out.print(f"  [cyan]\\[{citation.n}][/] ", end="")
        where = ", ".join(filter(None, (citation.source, citation.place)))
        console.out.print(where, markup=False, soft_wrap=True, style="dim")
        console.out.print(
            f"      「{' '.join(citation.quote.split())}」", markup=False, soft_wrap=True, style="dim"
        )


def show_trace(answer: Answer) -> None:
    """Print what each node of the answer graph decided, and how long it took."""
    for step in answer.trace:
        console.out.print(f"  {step.node}: {step.what}", markup=False, soft_wrap=True, style="dim")
    timings = ", ".join(f"{name} {1_000 * seconds:.0f} ms" for name, seconds in answer.timings.items())
    console.out.print(f"  {timings}", markup=False, soft_wrap=True, style="dim")
