"""`malmoi eval superni`: the official evaluation of Super-NaturalInstructions with any chat model."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from curation.errors import ConfigurationError
from malmoi import console
from malmoi.commands.options import AsJson
from malmoi.superni_options import Calls, Kind, Merges, tokens_of
from malmoi.workspace import Workspace

if TYPE_CHECKING:
    from curation.records import Message
    from curation.superni.counting import Counter
    from curation.superni.schema import Fault, Task
    from curation.superni.splits import Splits

EXAMPLE = (
    "Example: malmoi eval superni --model transformers:models/my-model --data natural-instructions "
    "--html superni.html\n\n"
    "Some tasks, in Korean: malmoi eval superni --model openai:my-model@http://localhost:8000/v1 "
    "--data tasks --tasks 'task91*' --tokens morphemes"
)


def superni(
    *,
    model: Annotated[str, typer.Option("--model", help="Who answers.", show_default=False)],
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            help="Folder of natural-instructions (with tasks and splits), or of task files.",
            show_default=False,
        ),
    ],
    tasks: Annotated[
        list[str] | None,
        typer.Option(
            "--tasks",
            help="Name or pattern, such as 'task15*'; repeatable. Default: the track's test tasks.",
        ),
    ] = None,
    track: Annotated[
        Literal["default", "xlingual"], typer.Option("--track", help="English tasks, or other languages.")
    ] = "default",
    prompt: Annotated[
        Path | None,
        typer.Option("--prompt", help="Prompt file of `malmoi prompt select`: its turns come first."),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=100, help="Of each task only the first so many instances.")
    ] = 100,
    tokens: Annotated[
        Kind | None,
        typer.Option("--tokens", help="What ROUGE-L compares. Default: rouge, or gpt2 for xlingual."),
    ] = None,
    gpt2_merges: Merges = None,
    tokenizer: Annotated[
        str | None,
        typer.Option(
            "--tokenizer",
            help="Counts the 1,024 tokens of an input. Default: the model's where it is here, else words.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Keep the measurement, with all answers.", show_default=False)
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a page with the worst answers.", show_default=False)
    ] = None,
    budget: Calls = None,
    as_json: AsJson = False,
) -> None:
    """Measure a model on unseen tasks as the paper does: two examples, greedy, the first 100 instances."""
    import chat
    from chat.identity import model_identity
    from malmoi.evaluation_tables import keep
    from malmoi.superni_model_tables import show_measured
    from prompting.asking import sampling
    from prompting.journal import Budget, CallJournal
    from prompting.superni.inputs import TARGET_TOKENS, answers_of, asked_of
    from prompting.superni.page import render_superni
    from prompting.superni.published import TOKENS, Protocol, differences
    from prompting.superni.report import SuperniReport, measured

    needs_a_model(model)
    answering = chat.load(model)
    kind = tokens or TOKENS[track]
    tokenise = tokens_of(kind, gpt2_merges)
    faults: list[Fault] = []
    splits = _splits(data, track)
    chosen = _tasks(data, tasks, splits, limit, faults)
    counter = _counter(model, tokenizer)
    asked = asked_of(chosen, counter, _turns(prompt))
    console.warn_of_leaving(model, "The texts of the tasks")
    with CallJournal(journal_of(model), Budget(budget)) as journal:
        sampler = sampling(answering, temperature=0.0, max_tokens=TARGET_TOKENS)
        key = {"model": model_identity(model), "temperature": 0, "max_tokens": TARGET_TOKENS}
        replies = answers_of(asked, sampler, journal, key, console.progress())
    rows = measured(asked, replies, tokenise)
    protocol = Protocol(
        track,
        kind,
        limit,
        "" if prompt is None else prompt.name,
        counter.name,
        sum(one.encoded.cut or one.encoded.positive < min(2, len(one.task.positive)) for one in asked),
        sum(row.fault == "failed" for row in rows),
    )
    report = SuperniReport(
        model, protocol, differences(protocol, chosen, None if splits is None else splits.test), rows
    )
    calls = {"spent": journal.spent, "reused": journal.reused, "journal": str(journal.path)}
    found = {**report.as_json(), "calls": calls, "task_file_faults": len(faults)}
    keep(found, out, lambda: render_superni(report), html)
    if as_json:
        console.print_json(found)
        return
    show_measured(report, calls, len(faults))
    for path in (html, out):
        if path is not None:
            console.out.print(f"Written: {path}", markup=False, soft_wrap=True)


def needs_a_model(spec: str) -> None:
    """Refuse the answerer that only quotes sources.

    Raises
    ------
    ConfigurationError
        When it is named.
    """
    if spec == "extractive":
        raise ConfigurationError(
            "The extractive answerer only quotes sources: this takes a model that writes.",
            where="--model",
            fix="Name one: transformers:<folder>, openai:<model>@<base url>, or smollm2 to try it.",
        )


def journal_of(spec: str) -> Path:
    """Give the file in which the replies of a model are kept, in the workspace."""
    digest = hashlib.sha256(spec.encode()).hexdigest()[:12]
    return Workspace().home / "calls" / f"superni-{digest}.jsonl"


def _splits(data: Path, track: str) -> "Splits | None":
    from curation.superni.splits import load_splits

    folder = data / "splits" / track
    return load_splits(folder) if folder.is_dir() else None


def _tasks(
    data: Path, patterns: list[str] | None, splits: "Splits | None", limit: int, faults: "list[Fault]"
) -> "list[Task]":
    from fnmatch import fnmatchcase

    from curation.superni.files import selected_tasks, task_files
    from curation.superni.selection import Selection
    from prompting.superni.inputs import first_instances

    if patterns is None and splits is None:
        raise ConfigurationError(
            "There is no list of test tasks here, so nobody knows which tasks to ask.",
            where=str(data / "splits"),
            fix="Give the folder of natural-instructions, or name tasks: --tasks 'task1*'.",
        )
    files = task_files([data / "tasks" if (data / "tasks").is_dir() else data])
    named = [(file, file.path.name.removesuffix(".json")) for file in files]
    test = splits.test if splits is not None else frozenset[str]()
    # By their names alone: the whole collection takes minutes to read.
    taken = [
        file.path
        for file, name in named
        if (any(fnmatchcase(name, one) for one in patterns) if patterns else name in test)
    ]
    if not taken:
        raise ConfigurationError(
            f"None of {len(files):,} tasks is asked for.",
            where=str(data),
            fix="Name some: --tasks, which takes names and patterns such as 'task15*'.",
        )
    for one in patterns or ():
        if not any(fnmatchcase(name, one) for _, name in named):
            raise ConfigurationError(
                f"No task is called {one!r}.",
                where="--tasks",
                fix="Names are those of the task files, without .json; 'task15*' names several.",
            )
    found = selected_tasks(taken, Selection(), faults, console.progress())
    return [first_instances(task, limit) for task in found]


def _counter(spec: str, tokenizer: str | None) -> "Counter":
    from curation.superni.counting import load_counter

    kind, _, folder = spec.partition(":")
    return load_counter(tokenizer or (folder if kind == "transformers" else "whitespace"))


def _turns(path: Path | None) -> "list[Message]":
    from curation.records import Message
    from prompting.selection.prompt_file import load_prompt

    if path is None:
        return []
    prompt = load_prompt(path)
    instruction = [Message("system", prompt.instruction)] if prompt.instruction else []
    return [*instruction, *prompt.turns()]
