"""The demos of `[answer] prompt` or `--prompt`: what an answer from sources looks like."""

from pathlib import Path
from typing import TYPE_CHECKING

from curation.errors import ConfigurationError
from malmoi.workspace import Workspace

if TYPE_CHECKING:
    from curation.records import Message


def answer_demos(file: Path | None, workspace: Workspace) -> "list[Message]":
    """Give the turns of a prompt file, of the one in the settings, or none.

    Raises
    ------
    ConfigurationError
        The file is no prompt, or one for labels: an answer from sources is made of sentences.
    """
    named = workspace.settings().answer.prompt
    path = file or (workspace.home / named if named else None)
    if path is None:
        return []
    from prompting.selection.prompt_file import load_prompt

    prompt = load_prompt(path)
    if prompt.task == "cls":
        raise ConfigurationError(
            "The demos of this prompt are labels; answers from sources are sentences.",
            where=str(path),
            fix="Choose demos with: malmoi prompt select --task sfg, or --task lfg",
        )
    return prompt.turns()
