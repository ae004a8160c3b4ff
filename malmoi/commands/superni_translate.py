"""`malmoi superni translate`: tasks in another language, made by a chat model and checked."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curation.errors import ConfigurationError
from malmoi import console
from malmoi.commands.options import AsJson
from malmoi.superni_options import Calls, Paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curation.superni.schema import Fault, Task
    from prompting.asking import Conversation, Reply
    from prompting.superni.translation.labels import Words

EXAMPLE = (
    "Example: malmoi superni translate tasks/task1562_zest_text_modification.json --to ko "
    "--model openai:my-model@http://localhost:8000/v1 --out korean\n\n"
    "After somebody has corrected korean/review.tsv: the same again, with --review korean/review.tsv"
)
_TOKENS = 1024
_REVIEW = "review.tsv"


def translate(
    paths: Paths,
    *,
    model: Annotated[str, typer.Option("--model", help="Who translates.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="Folder to write tasks and review.tsv into.")],
    to: Annotated[str, typer.Option("--to", help="Language: ko, or Korean.")] = "ko",
    instances: Annotated[
        int, typer.Option("--instances", min=1, help="Of each task at most the first so many.")
    ] = 100,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", help="What labels and names are called (YAML).", show_default=False),
    ] = None,
    review: Annotated[
        Path | None,
        typer.Option(
            "--review", help="The review.tsv of an earlier run, which somebody read.", show_default=False
        ),
    ] = None,
    budget: Calls = None,
    as_json: AsJson = False,
) -> None:
    """Translate tasks: labels once, numbers and format kept, each text checked and translated back."""
    import chat
    from chat.identity import model_identity
    from curation.superni.files import selected_tasks
    from curation.superni.selection import Selection
    from malmoi.commands.evaluate_superni import needs_a_model
    from malmoi.superni_model_tables import show_translated
    from prompting.asking import sampling
    from prompting.journal import Budget, CallJournal
    from prompting.superni.calling import replies_of
    from prompting.superni.inputs import check_names
    from prompting.superni.translation.items import Target
    from prompting.superni.translation.review import check_nothing_lost, read_review, write_review
    from prompting.superni.translation.translating import Translator
    from prompting.superni.translation.writing import result_of, stale_files, write_tasks

    needs_a_model(model)
    translating = chat.load(model)
    language, code = _language(to)
    reviewed = {} if review is None else read_review(review)
    check_nothing_lost(out / _REVIEW, reviewed)
    faults: list[Fault] = []
    found = selected_tasks(paths, Selection(), faults, console.progress())
    tasks = [_first(task, instances) for task in found]
    check_names(tasks)
    words = None if labels is None else _words(labels, tasks)
    console.warn_of_leaving(model, "The texts of the tasks")
    with CallJournal(out / "calls.jsonl", Budget(budget)) as journal:
        sampler = sampling(translating, temperature=0.0, max_tokens=_TOKENS)
        key = {"model": model_identity(model), "temperature": 0, "max_tokens": _TOKENS}

        def ask(conversations: "Sequence[Conversation]", what: str) -> "Sequence[Reply]":
            with console.progress().task(what, len(conversations), "texts") as advance:
                return replies_of(conversations, sampler, journal, key, advance)

        target = Target(language, code, f"translated into {language} by {name_of(model)}")
        translator = Translator(ask, target, words, reviewed)
        made = [translator.translate(task) for task in tasks]
    texts = [text for one in made for text in one.texts]
    ids = {text.item.id for text in texts}
    # Once more: somebody may have written in it while the model did.
    check_nothing_lost(out / _REVIEW, {name: said for name, said in reviewed.items() if name in ids})
    faults += write_tasks(made, out)
    write_review(out / _REVIEW, texts)
    result = {
        "out": str(out),
        "review": str(out / _REVIEW),
        "calls": {"spent": journal.spent, "reused": journal.reused},
        **result_of(made, reviewed),
        "stale": stale_files(made, target, out),
        "faults_of_files": len(faults),
    }
    if as_json:
        console.print_json(result)
    else:
        show_translated(result)


def _language(given: str) -> tuple[str, str]:
    from curation.superni.schema import LANGUAGES
    from curation.yaml_lines import nearest

    codes = {name.lower(): code for code, name in LANGUAGES.items()}
    code = given.lower() if given.lower() in LANGUAGES else codes.get(given.lower())
    if code is None:
        raise ConfigurationError(
            f"No language is called {given!r}.", where="--to", fix=nearest(given, LANGUAGES.values())
        )
    return LANGUAGES[code], code


def name_of(model: str) -> str:
    """Name a model in files that others get: without folders of this machine, and without an address."""
    kind, _, rest = model.partition(":")
    if kind == "openai":
        return rest.partition("@")[0]
    return Path(rest).name if Path(rest).is_absolute() else rest or kind


def _first(task: "Task", most: int) -> "Task":
    from dataclasses import replace

    return replace(task, instances=tuple(one for one in task.instances if one.item <= most))


def _words(path: Path, tasks: "Sequence[Task]") -> "Words":
    from prompting.superni.translation.labels import check_words, labels_of, read_words

    words = read_words(path)
    check_words(path, words, {task.name: labels_of(task) for task in tasks})
    return words
