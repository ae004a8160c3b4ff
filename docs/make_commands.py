"""Writes the options of every command into docs/commands, from the command line, in English and Korean.

Run: `.venv/bin/python docs/make_commands.py`. What stands outside the two marks of a page is written by hand
and stays; `just docs` runs this, and a test fails where a page and the command line differ. The Korean for a
text of the command line stands in docs/commands/ko.yaml.
"""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import typer
import yaml

from curation.atomic import write_text
from curation.errors import UserError
from malmoi.main import app

PAGES: Final = Path(__file__).parent / "commands"
GLOSSARY: Final = PAGES / "ko.yaml"
BEGIN: Final = "<!-- made by docs/make_commands.py: begin -->"
WORDS: Final = {
    "str": "TEXT",
    "path": "PATH",
    "int": "NUMBER",
    "float": "NUMBER",
    "int range": "NUMBER",
    "float range": "NUMBER",
}
END: Final = "<!-- made by docs/make_commands.py: end -->"
# A paragraph that is a call, with or without words before it: "Example: malmoi status".
CALL: Final = re.compile(r"(?:([^`:]+): )?((?:[A-Z_]+=\S+ )*malmoi (?:(?![.,] ).)+)")

# Gives a text of the command line in the language of a page.
Say = Callable[[str], str]


class Glossary:
    """Says texts of the command line in Korean, and notes which were asked for.

    Parameters
    ----------
    path
        YAML: the English text, and below it the Korean one.

    Raises
    ------
    UserError
        An English text stands there twice: the second would silently win.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._korean: dict[str, str] = {}
        self._lines: dict[str, int] = {}
        self._asked: dict[str, None] = {}
        for english, korean in yaml.compose(path.read_text(encoding="utf-8")).value:
            line = english.start_mark.line + 1
            if english.value in self._korean:
                raise UserError(
                    f"'{english.value}' stands there twice",
                    where=f"{path}, lines {self._lines[english.value]} and {line}",
                    fix="keep one of them",
                )
            self._korean[english.value], self._lines[english.value] = korean.value, line

    def __call__(self, text: str) -> str:
        """Give the Korean, or the text itself where `check` will say that it is missing."""
        self._asked[text] = None
        return self._korean.get(text, text)

    def check(self) -> None:
        """See that every text that was asked for is there, and nothing else.

        Raises
        ------
        UserError
            Texts without Korean, and lines that no text needs; often one of each, where a text was reworded.
        """
        missing = [f"no Korean for: {text}" for text in self._asked if text not in self._korean]
        unused = [
            f"line {line} is of no text of the command line: {text}"
            for text, line in self._lines.items()
            if text not in self._asked
        ]
        if missing or unused:
            fix = "write the Korean below each text that lacks it; take out or reword what is of no text"
            raise UserError("\n".join([*missing, *unused]), where=str(self._path), fix=fix)


def root() -> Any:
    """Give the tree of commands, as typer builds it."""
    return typer.main.get_command(app)


def leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Give every command below ``command`` that does something, with the words that call it."""
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
        return
    for word, one in below.items():
        if not one.hidden:
            yield from leaves(one, f"{name} {word}")


def pages() -> dict[Path, str]:
    """Give the made part of every page: one a top-level command, and the list of all, in both languages.

    Raises
    ------
    UserError
        The glossary lacks a text, or has one that is not needed.
    """
    korean = Glossary(GLOSSARY)
    made = _pages(".md", str) | _pages(".ko.md", korean)
    korean.check()
    return made


def filled(text: str, made: str) -> str:
    """Put ``made`` between the marks of a page.

    Raises
    ------
    ValueError
        The page does not have them, or more than once.
    """
    before, _, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not ended or (text.count(BEGIN), text.count(END)) != (1, 1):
        message = f"a page needs {BEGIN} and {END}, once each"
        raise ValueError(message)
    return f"{before}{BEGIN}\n{made}{END}{after}"


def _shown(group: Any) -> list[tuple[str, Any]]:
    return sorted((name, one) for name, one in group.commands.items() if not one.hidden)


def _pages(suffix: str, say: Say) -> dict[Path, str]:
    made = {PAGES / f"{name}{suffix}": _page(command, name, say) for name, command in _shown(root())}
    return {PAGES / f"index{suffix}": _index(suffix, say), **made}


def _index(suffix: str, say: Say) -> str:
    lines = [f"| {say('command')} | {say('does')} |", "|---|---|"]
    for name, command in _shown(root()):
        lines.append(f"| [`malmoi {name}`]({name}{suffix}) | {_summary(command, say)} |")
        if hasattr(command, "commands"):
            lines += [
                f"| [`malmoi {words}`]({name}{suffix}#{words.replace(' ', '-')}) | {_summary(one, say)} |"
                for words, one in leaves(command, name)
            ]
    return "\n".join(["", *lines, "", ""])


def _page(command: Any, name: str, say: Say) -> str:
    return "\n" + "\n".join(_section(one, words, say) for words, one in leaves(command, name))


def _section(command: Any, words: str, say: Say) -> str:
    context = command.make_context(words, [], resilient_parsing=True)
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    usage = ["malmoi", words, *map(_metavar, arguments), *([f"[{say('OPTIONS')}]"] if options else [])]
    parts = [f"### {words}", "", _told(command.help, say), "", f"`{' '.join(usage)}`", ""]
    if arguments:
        parts += [f"| {say('argument')} | {say('is')} |", "|---|---|"]
        parts += [f"| `{_metavar(one)}` | {_cell(_told(one.help, say))} |" for one in arguments]
        parts.append("")
    if options:
        parts += [f"| {say('option')} | {say('does')} | {say('default')} |", "|---|---|---|"]
        parts += [
            f"| {_spelled(one, context, say)} | {_does(one, say)} | {_default(one)} |" for one in options
        ]
        parts.append("")
    if command.epilog:
        parts += ["```text", _told(command.epilog, say), "```", ""]
    return "\n".join(parts)


def _told(text: str | None, say: Say) -> str:
    """Say each paragraph of a text, on one line; what a person types stays as it is."""
    return "\n\n".join(_paragraph(part, say) for part in _paragraphs(text))


def _paragraphs(text: str | None) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", _plain(text or "")) if part]


def _paragraph(text: str, say: Say) -> str:
    call = CALL.fullmatch(text)
    if not call:
        return say(text)
    return f"{say(call[1])}: {call[2]}" if call[1] else text


def _summary(command: Any, say: Say) -> str:
    return _cell(_paragraph(_paragraphs(command.help)[0], say))


def _metavar(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    name = f"{name}…" if argument.nargs == -1 else name
    return name if argument.required else f"[{name}]"


def _spelled(option: Any, context: Any, say: Say) -> str:
    """`--k NUMBER`, both spellings of a switch, or what may be chosen."""
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    if option.is_flag:
        return names
    if option.metavar:
        return f"{names[:-1]} {say(option.metavar)}`"
    kind = option.display_type(context).strip("<>").removeprefix("list[").removesuffix("]")
    if kind in WORDS:
        return f"{names[:-1]} {say(WORDS[kind])}`"
    *choices, last = [f"`{choice}`" for choice in kind.split("|")]
    return f"{names} {', '.join(choices)} {say('or')} {last}"


def _does(option: Any, say: Say) -> str:
    return (f"**{say('needed')}**. " if option.required else "") + _cell(_told(option.help, say))


def _default(option: Any) -> str:
    default = option.default
    if option.required or option.is_flag or callable(default) or default in (None, "", (), []):
        return _switched(option)
    return f"`{_value(default)}`"


def _switched(option: Any) -> str:
    """A switch with two spellings: which one holds."""
    if not (option.is_flag and option.secondary_opts):
        return ""
    return f"`{option.opts[0] if option.default else option.secondary_opts[0]}`"


def _value(value: Any) -> str:
    return str(getattr(value, "value", value))


def _plain(text: str) -> str:
    """Text without the marks that typer's rich help needs."""
    return text.replace("\\[", "[").strip()


def _cell(text: str) -> str:
    """Text for a cell of a table: on one line, and nothing in it is HTML or emphasis."""
    parts = " ".join(text.split()).replace("|", "\\|").split("`")
    parts[::2] = [part.replace("<", "&lt;").replace("*", "\\*") for part in parts[::2]]
    return "`".join(parts)


def main() -> None:
    """Write every page anew; a new command gets pages that want a text and an example."""
    for path, made in pages().items():
        if not path.exists():
            write_text(path, f"# malmoi {path.name.partition('.')[0]}\n\n{BEGIN}\n{END}\n")
        write_text(path, filled(path.read_text(encoding="utf-8"), made))


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(str(error))
