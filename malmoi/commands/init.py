"""`malmoi init`: four questions make a workspace with settings that can be read."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from malmoi import console
from malmoi.commands.options import AsJson
from malmoi.workspace import SETTINGS_FILE, Workspace

if TYPE_CHECKING:
    from malmoi.init_interview import Question, Wishes

EXAMPLE = (
    "Examples: malmoi init\n\n"
    "In a script: malmoi init work --yes --documents ~/Documents/handbook --slack mention --careful personal"
    "\n\nSecrets are never asked for: they are read from the environment."
)
_YES = ("y", "yes", "예", "네", "응")


def init(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Folder to make a workspace. Default: MALMOI_HOME, or the current one."),
    ] = None,
    *,
    documents: Annotated[
        Path | None, typer.Option("--documents", help="Folder or file of your documents.", show_default=False)
    ] = None,
    model: Annotated[
        str, typer.Option("--model", help="Who answers. Default: extractive.", show_default=False)
    ] = "",
    slack: Annotated[
        str, typer.Option("--slack", help="no, mention, roots or threads. Default: no.", show_default=False)
    ] = "",
    careful: Annotated[
        str,
        typer.Option(
            "--careful", help="groups, personal, harm: what needs care; parted by commas.", show_default=False
        ),
    ] = "",
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing: what no option says is as usual.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace settings that are there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask four questions, and write malmoi.toml: documents, model, Slack, and what needs care."""
    from malmoi.workspaces.settings_file import language_of, write

    home = folder or Workspace().home
    asks = not (yes or as_json) and sys.stdin.isatty()
    _check(home, asks=asks, force=force, yes=yes or as_json)
    told = {
        "documents": str(documents) if documents is not None else "",
        "model": model,
        "slack": slack,
        "careful": careful,
    }
    wishes = _wishes(home, told, asks=asks)
    written = write(home, wishes, language=language_of(os.environ))
    Workspace(home).settings()
    if as_json:
        console.print_json(
            {
                "settings": str((home / SETTINGS_FILE).absolute()),
                "written": written.settings.model_dump(mode="json"),
                "next": list(written.commands),
            }
        )
        return
    _line(f"\n{home / SETTINGS_FILE}")
    _line(written.text, "dim")
    console.out.print("[bold]이제 해 볼 것 · next[/]")
    for command in written.commands:
        _line(f"  {command}")


def _check(home: Path, *, asks: bool, force: bool, yes: bool) -> None:
    """Refuse to replace settings unless the person wants it, and to guess what nobody said."""
    from curation.errors import ConfigurationError

    if home.exists() and not home.is_dir():
        raise ConfigurationError("A file is there.", where=str(home), fix="Name a folder.")
    if not asks and not yes:
        raise ConfigurationError(
            "there is no terminal to ask at", where="--yes", fix="say it with options, and --yes"
        )
    path = home / SETTINGS_FILE
    if not (path.exists() or path.is_symlink()) or force:
        return
    if not asks:
        raise ConfigurationError(
            "There are settings already; they are as they were.",
            where=str(path),
            fix="Replace them with --force, or correct the file.",
        )
    console.out.print("[bold]설정 파일이 있습니다. 바꿀까요? (예/아니오)[/] Replace the settings? (yes/no)")
    _line(str(path))
    if _input().strip().lower() not in _YES:
        _line("Nothing was written.")
        raise typer.Exit


def _wishes(home: Path, told: dict[str, str], *, asks: bool) -> "Wishes":
    """Take what the options say, and ask for the rest at a terminal."""
    from malmoi.init_interview import Wishes, interview, questions, with_answer

    listed = questions(_models(home))
    given = Wishes()
    for question in listed:
        given = with_answer(given, question, told[question.name])
    if not asks:
        return given
    console.out.print(
        "[dim]Enter만 누르면 보통대로 합니다 · Enter takes what is usual; Ctrl-D writes nothing.[/]"
    )

    def ask(question: "Question") -> str | None:
        return told[question.name] or _ask(question)

    found = interview(listed, ask, lambda fault: _line(f"  {fault}"))
    if found is None:
        _line("\nNothing was written.")
        raise typer.Exit
    return found


def _models(home: Path) -> dict[str, str]:
    """Specs that work here: what is installed, and models that were merged in the workspace."""
    import chat
    from malmoi.workspaces.finding import find

    kinds = chat.installed()
    shown = {name: about for name, (form, about) in kinds.items() if form == name}
    if "transformers" in kinds and home.is_dir():
        for run in find(home).runs:
            if (run / "merged" / "config.json").is_file():
                spec = f"transformers:{os.path.relpath(run / 'merged', home)}"
                shown[spec] = "이 작업 공간에서 학습한 모델 · trained in this workspace"
    return shown | {form: about for name, (form, about) in kinds.items() if form != name}


def _ask(question: "Question") -> str | None:
    from malmoi.init_interview import numbered

    console.out.print(f"\n[bold]{question.ko}[/] {question.en}", soft_wrap=True)
    for line in numbered(question):
        _line(line)
    try:
        return input("> ")
    except EOFError:
        return None


def _input() -> str:
    try:
        return input("> ")
    except EOFError:
        return ""


def _line(text: str, style: str = "") -> None:
    console.out.print(text, markup=False, soft_wrap=True, style=style or None)
