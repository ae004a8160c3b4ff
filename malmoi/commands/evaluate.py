"""`malmoi eval`: measure retrieval and answers on one's own questions, and compare measurements."""

from pathlib import Path
from typing import Annotated

import typer

from curation.errors import ConfigurationError
from malmoi import console
from malmoi.commands import evaluate_guard, evaluate_safety, evaluate_superni
from malmoi.commands.options import (
    AsJson,
    Groups,
    Guard,
    IndexPath,
    PromptFile,
    Since,
    Sources,
    Until,
    filter_of,
)
from malmoi.workspace import Workspace

RETRIEVAL_EXAMPLE = (
    "Example: malmoi eval retrieval --queries questions.jsonl --out before.json --html before.html\n\n"
    'A line of questions.jsonl: {"query": "연차는 며칠 전에 신청하나요?", "relevant": ["휴가-규정.md"]}'
)
ANSWERS_EXAMPLE = (
    "Example: malmoi eval answers --queries questions.jsonl --html answers.html\n\n"
    'Lines of questions.jsonl: {"query": "연차는 며칠 전에 신청하나요?", "relevant": ["휴가-규정.md"], '
    '"answer": "5영업일"} and {"query": "사장님의 생일은 언제인가요?", "answerable": false}'
)
MAKE_EXAMPLE = "Example: malmoi eval make-queries --count 60 --out questions.jsonl"
COMPARE_EXAMPLE = "Example: malmoi eval compare before.json after.json"

Queries = Annotated[
    Path,
    typer.Option("--queries", help="Questions, one JSON object a line.", show_default=False),
]
Report = Annotated[
    Path | None,
    typer.Option("--out", help="Keep the measurement, for `malmoi eval compare`.", show_default=False),
]
Model = Annotated[
    str | None, typer.Option("--model", help="Who answers. Default: `\\[answer] model`, or extractive.")
]
Page = Annotated[
    Path | None, typer.Option("--html", help="Write a page with the worst questions.", show_default=False)
]

app = typer.Typer(
    help="Measure retrieval and answers on your own questions; compare measurements.", no_args_is_help=True
)


@app.command("retrieval", epilog=RETRIEVAL_EXAMPLE)
def retrieval(
    queries: Queries,
    index: IndexPath = None,
    *,
    out: Report = None,
    html: Page = None,
    groups: Groups = None,
    sources: Sources = None,
    since: Since = "",
    until: Until = "",
    as_json: AsJson = False,
) -> None:
    """Tell how often a search finds what answers: recall, MRR, nDCG, and how long it takes."""
    from malmoi.evaluation_tables import keep, say_unchecked, show_retrieval
    from rag.evaluation.page import render_retrieval
    from rag.evaluation.questions import answerable_with_relevant, read_questions
    from rag.evaluation.retrieval import measure_retrieval
    from rag.search import open_index

    questions = answerable_with_relevant(read_questions(queries), queries)
    folder = index or Workspace().default_index()
    report = measure_retrieval(
        open_index(folder),
        questions,
        among=filter_of(groups, sources, since, until),
        progress=console.progress(),
    )
    found = report.as_json()
    keep(found, out, lambda: render_retrieval(report, folder.name), html)
    if as_json:
        console.print_json(found)
        return
    show_retrieval(report)
    say_unchecked(report.unchecked, len(questions))
    _say_written(html, out)


@app.command("answers", epilog=ANSWERS_EXAMPLE)
def answers(
    queries: Queries,
    index: IndexPath = None,
    model: Model = None,
    *,
    guard: Guard = None,
    prompt: PromptFile = None,
    out: Report = None,
    html: Page = None,
    groups: Groups = None,
    sources: Sources = None,
    since: Since = "",
    until: Until = "",
    as_json: AsJson = False,
) -> None:
    """Tell whether answers rest on their sources, cite the right ones, and come when they should."""
    from malmoi.answer_demos import answer_demos
    from malmoi.evaluation_tables import keep, say_unchecked, show_answers
    from malmoi.guards import guarded
    from rag.answer import answerer_of
    from rag.evaluation.answers import measure_answers
    from rag.evaluation.answers_page import render_answers
    from rag.evaluation.questions import read_questions
    from rag.search import open_index

    questions = read_questions(queries)
    workspace = Workspace()
    chosen = workspace.settings().answer
    folder, spec = index or workspace.default_index(), model or chosen.model
    guard = guard or chosen.guard
    console.warn_of_leaving(spec)
    opened = open_index(folder)
    report = measure_answers(
        guarded(answerer_of(opened, spec, answer_demos(prompt, workspace)), guard, spec, workspace),
        opened,
        questions,
        among=filter_of(groups, sources, since, until),
        progress=console.progress(),
    )
    found = {"model": spec, "guard": guard, **report.as_json()}
    keep(found, out, lambda: render_answers(report, folder.name, spec), html)
    if as_json:
        console.print_json(found)
        return
    show_answers(report)
    say_unchecked(report.unchecked, len(questions))
    _say_written(html, out)


@app.command("compare", epilog=COMPARE_EXAMPLE)
def compare(
    before: Annotated[Path, typer.Argument(metavar="A", help="A measurement kept with --out.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="Another, of the same questions.")],
    as_json: AsJson = False,
) -> None:
    """Tell whether B is better than A or only luckier: a paired bootstrap over the questions."""
    from dataclasses import asdict

    from malmoi.evaluation_tables import show_comparison
    from rag.evaluation.reports import compare_reports

    differences = compare_reports(before, after)
    if as_json:
        console.print_json(
            {"differences": [{**asdict(found), "is_real": found.is_real} for found in differences]}
        )
        return
    show_comparison(differences)


@app.command("make-queries", epilog=MAKE_EXAMPLE)
def make_queries(
    out: Annotated[
        Path, typer.Option("--out", help="File to write, one question a line.", show_default=False)
    ],
    index: IndexPath = None,
    count: Annotated[int, typer.Option("--count", min=3, max=1_000, help="How many questions.")] = 60,
    model: Annotated[
        str | None,
        typer.Option("--model", help="Who writes the paraphrases. Default: nobody; a noun is replaced."),
    ] = None,
    *,
    seed: Annotated[int, typer.Option("--seed", help="For the choice of passages.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Write over a file of that name.")] = False,
    as_json: AsJson = False,
) -> None:
    """Draft questions from an index for a person to check: in its words, in others, and unanswerable ones."""
    import chat
    from malmoi.evaluation_tables import show_drafts, write_drafts
    from rag.evaluation.drafts import PASSAGES_A_DRAFT, draft_questions
    from rag.search import open_index

    if out.exists() and not force:
        raise ConfigurationError(
            "The file is there already.",
            where=str(out),
            fix="Name another with --out, or write over it with --force: what was checked in it is lost.",
        )
    if model is not None:
        console.warn_of_leaving(model)
    opened = open_index(index or Workspace().default_index())
    drafts = draft_questions(
        opened.sample(PASSAGES_A_DRAFT * count, seed),
        opened.frequencies,
        count,
        model=None if model is None else chat.load(model),
        seed=seed,
        progress=console.progress(),
    )
    write_drafts(out, drafts)
    if as_json:
        console.print_json({"out": str(out), "drafts": [draft.as_row() for draft in drafts]})
        return
    show_drafts(drafts, count, out)


app.command("guard", epilog=evaluate_guard.EXAMPLE)(evaluate_guard.guard)
app.command("safety", epilog=evaluate_safety.EXAMPLE)(evaluate_safety.safety)
app.command("superni", epilog=evaluate_superni.EXAMPLE)(evaluate_superni.superni)


def _say_written(*paths: Path | None) -> None:
    for path in paths:
        if path is not None:
            console.out.print(f"Written: {path}", markup=False, soft_wrap=True)
