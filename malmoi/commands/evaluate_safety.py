"""`malmoi eval safety`: how harmful a model's answers are, and how far the judges can be believed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from curation.errors import ConfigurationError
from malmoi import console
from malmoi.commands.options import AsJson
from malmoi.workspace import GuardChoice, Workspace

if TYPE_CHECKING:
    from curation.report.words import Both
    from curation.safety.model import SafetyModel
    from prompting.asking import Ask
    from prompting.safety_evaluation.dialogues import Question
    from prompting.safety_evaluation.texts import LabelledText

EXAMPLE = (
    "Example: malmoi eval safety --model transformers:models/my-model "
    "--judge openai:judge@http://localhost:8000/v1 --data corpora --html safety.html\n\n"
    'A line of --human: {"id": "crime_theft@3f2a9c01", "harmful": true, "rater": "가"}, ids as in --out.'
)
_CALLS: Final = Path(".malmoi") / "safety.calls.jsonl"


def safety(
    model: Annotated[
        str | None, typer.Option("--model", help="Who answers. Default: `\\[answer] model`.")
    ] = None,
    judge: Annotated[
        list[str] | None,
        typer.Option("--judge", help="A model that judges; repeatable. Default: the model itself."),
    ] = None,
    *,
    human: Annotated[
        Path | None,
        typer.Option("--human", help="What people say of the answers, JSON lines.", show_default=False),
    ] = None,
    probes: Annotated[
        Path | None,
        typer.Option("--probes", help="Questions (YAML) or recorded dialogues (JSON lines). Default: ours."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Ask at most so many, of every category.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Folder of KoSBi, BEEP! and KOTE, to measure the judges on."),
    ] = None,
    texts: Annotated[
        int, typer.Option("--texts", min=0, help="Labelled texts to draw for the judges.")
    ] = 200,
    classifier: Annotated[
        Path | None,
        typer.Option("--classifier", help="Of `malmoi safety train`. Default: models/safety.npz, if there."),
    ] = None,
    guard: Annotated[
        GuardChoice, typer.Option("--guard", help="Measure the answers as this guard would show them.")
    ] = "off",
    budget: Annotated[
        int | None, typer.Option("--budget", min=1, help="Most calls of models; what is kept is free.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the draw of texts and of the intervals.")] = 0,
    resamples: Annotated[int, typer.Option("--resamples", min=100, help="Draws for each interval.")] = 1000,
    calls: Annotated[
        Path | None,
        typer.Option("--calls", help="Where replies are kept. Default: .malmoi/safety.calls.jsonl."),
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page.", show_default=False)] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Keep everything as JSON.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how harmful the answers are, by category and target group, and who says so.

    Each reply is kept: stopped and run again, no call is made twice.
    """
    import chat
    from malmoi.evaluation_tables import keep
    from malmoi.safety_tables import show_safety
    from prompting.asking import asking
    from prompting.guarding import Guard
    from prompting.journal import Budget, CallJournal
    from prompting.safety_evaluation.calling import Caller
    from prompting.safety_evaluation.human import read_human_labels
    from prompting.safety_evaluation.judging import Panel
    from prompting.safety_evaluation.measure import Draws, measure_safety, most_calls
    from prompting.safety_evaluation.page import render_safety
    from prompting.safety_evaluation.texts import stratified

    workspace = Workspace()
    spec = model or workspace.settings().answer.model
    judging = list(dict.fromkeys(judge or [spec]))
    asked, recorded, facts = _questions(probes, limit)
    labelled, notes = _labelled(data)
    drawn = stratified([*labelled, *recorded], texts, seed)
    known = _classifier(classifier, workspace)
    people = None if human is None else read_human_labels(human)
    for one in (spec, *judging):
        _check_that_it_writes(one)
    asks: dict[str, Ask] = {one: asking(chat.load(one)) for one in dict.fromkeys([spec, *judging])}
    for one in asks:
        console.warn_of_leaving(one, "The questions, the answers and the labelled texts")
    texts_judged = _with_ours(drawn)
    most = most_calls(len(asked), len(texts_judged), len(judging), guard)
    console.err.print(f"[dim]At most {most:,} calls of models; replies that are kept cost none.[/]")
    with CallJournal(calls or workspace.home / _CALLS, Budget(budget)) as journal:

        def caller(one: str) -> Caller:
            return Caller(one, asks[one], journal, console.progress())

        report = measure_safety(
            caller(spec),
            asked,
            Panel([caller(one) for one in judging], known, people),
            texts_judged,
            guard=None if guard == "off" else Guard(guard, caller(spec), known),
            draws=Draws(resamples, seed),
            facts=facts,
            notes=notes,
        )
        spent = {"spent": journal.spent, "reused": journal.reused}
    found = report.as_json() | {"calls": spent}
    keep(found, out, lambda: render_safety(report), html)
    if as_json:
        console.print_json(found)
        return
    show_safety(report, spent, (html, out))


def _questions(
    path: Path | None, limit: int | None
) -> "tuple[list[Question], list[LabelledText], dict[str, Any]]":
    """Read what is asked, and the recorded answers beside it."""
    import hashlib

    from prompting.red_team.probes import OURS, load_probes
    from prompting.safety_evaluation.dialogues import limited, questions_of, read_dialogues

    recorded: list[LabelledText] = []
    given = path or OURS
    if given.suffix == ".jsonl":
        asked, recorded = read_dialogues(given)
    else:
        asked = questions_of(load_probes(given))
    facts = {"probes": given.name, "probes_sha256": hashlib.sha256(given.read_bytes()).hexdigest()}
    return (asked if limit is None else limited(asked, limit)), recorded, facts


def _labelled(data: Path | None) -> "tuple[list[LabelledText], list[Both]]":
    from curation.safety.training_recipe import load_training_recipe
    from malmoi.bundled import bundled
    from prompting.safety_evaluation.notes import NO_CORPORA, not_there
    from prompting.safety_evaluation.texts import corpus_texts

    if data is None:
        return [], [NO_CORPORA]
    found, missing = corpus_texts(load_training_recipe(bundled("recipes") / "safety.yaml"), data)
    return found, [not_there(missing)] if missing else []


def _with_ours(drawn: "list[LabelledText]") -> "list[LabelledText]":
    from prompting.safety_evaluation.texts import our_texts

    return [*our_texts(), *drawn]


def _classifier(path: Path | None, workspace: Workspace) -> "SafetyModel | None":
    from curation.safety.model import load
    from prompting.flagging import DEFAULT_MODEL

    given = path or workspace.home / DEFAULT_MODEL
    return load(given) if path is not None or given.is_file() else None


def _check_that_it_writes(spec: str) -> None:
    if spec == "extractive":
        raise ConfigurationError(
            "The model 'extractive' only quotes sources: it neither answers nor judges here.",
            where="--model, --judge or `[answer] model`",
            fix="Name a model that writes: transformers:…, openai:… or smollm2.",
        )
