"""Lines of a page that call malmoi, and what the command line would say of them, without running any."""

import re
import shlex
from typing import Any

import typer

from malmoi.main import app

ROOT: Any = typer.main.get_command(app)
# What stands for words that the reader fills in.
OPEN = "…"

_CODE = re.compile(r"```\w*\n(.*?)```|(?<!`)`([^`\n]+)`(?!`)", re.DOTALL)
_CALL = re.compile(r"(?:\$ |Examples?: |Then: |예: |그다음: )?(?:[A-Z_]+=\S+ )*(malmoi .*)", re.DOTALL)
_ENDS = {"|", "||", ">", ">>", "2>", ";", "&"}


def calls(page: str) -> list[str]:
    """Every `malmoi …` of a page: lines of blocks, and words set as code."""
    found = []
    for block, span in _CODE.findall(page):
        for line in re.sub(r"\\\n", " ", block or span).splitlines():
            for part in line.strip().split(" && "):
                called = _CALL.fullmatch(part.strip())
                if called:
                    found.append(called[1])
    return found


def fault_of(call: str) -> str:
    """Why the command line would refuse a call; empty where it would not.

    Whether files are there and whether something is missing is not looked at: `malmoi rag index` in a
    sentence is a name.
    """
    try:
        words = shlex.split(call, comments=True)[1:]
    except ValueError as error:
        return str(error)
    words = words[: next((at for at, word in enumerate(words) if word in _ENDS), len(words))]
    # An example of `--help` may go on in words: "malmoi train plan x.yaml, then: …"
    words = words[: next((at + 1 for at, word in enumerate(words) if _ends_a_sentence(word)), len(words))]
    command, words = _command(ROOT, [word[:-1] if _ends_a_sentence(word) else word for word in words])
    if command is None:
        return f"no command {words[0]}"
    return "" if hasattr(command, "commands") else _fault_of_words(command, words)


def _ends_a_sentence(word: str) -> bool:
    return word[-1:] in {",", "."} and len(word) > 1


def _command(group: Any, words: list[str]) -> tuple[Any, list[str]]:
    """The command that words call, and what is left of them; None before a word that is no command."""
    while hasattr(group, "commands"):
        if not words or words[0] == OPEN or words[0].startswith("-"):
            return group, words
        if words[0] not in group.commands:
            if not hasattr(group, "default"):
                return None, words
            words = [group.default, *words]
        group, words = group.commands[words[0]], words[1:]
    return group, words


def _fault_of_words(command: Any, words: list[str]) -> str:
    options = {name: one for one in command.params for name in (*one.opts, *one.secondary_opts)}
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    most = 1_000 if any(one.nargs == -1 for one in arguments) else len(arguments)
    left, given = list(words), 0
    while left:
        word = left.pop(0)
        name, _, value = word.partition("=")
        if name in ("--help", "-h", OPEN, "[OPTIONS]", "[옵션]"):
            continue
        if not name.startswith("-"):
            given += 1
        elif name not in options:
            return f"no option {name}"
        elif not options[name].is_flag and not value:
            values, left = left[: options[name].nargs], left[options[name].nargs :]
            if len(values) < options[name].nargs or values[0].startswith("--"):
                return f"{name} without a value"
    return f"{given} arguments instead of {most}" if given > most else ""
