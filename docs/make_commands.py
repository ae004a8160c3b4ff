"""Writes the options of every command into docs/commands, from the command line itself.

Run: `.venv/bin/python docs/make_commands.py`. What stands outside the two marks of a page is written by hand
and stays; `just docs` runs this, and a test fails where a page and the command line differ.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import typer

from curation.atomic import write_text
from malmoi.main import app

PAGES: Final = Path(__file__).parent / "commands"
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
    """Give the made part of every page: one a top-level command, and the list of all."""
    made = {PAGES / f"{name}.md": _page(command, name) for name, command in _shown(root())}
    return {PAGES / "index.md": _index(), **made}


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


def _index() -> str:
    lines = ["| command | does |", "|---|---|"]
    for name, command in _shown(root()):
        lines.append(f"| [`malmoi {name}`]({name}.md) | {_cell(_summary(command))} |")
        if hasattr(command, "commands"):
            lines += [
                f"| [`malmoi {words}`]({name}.md#{words.replace(' ', '-')}) | {_cell(_summary(one))} |"
                for words, one in leaves(command, name)
            ]
    return "\n".join(["", *lines, "", ""])


def _page(command: Any, name: str) -> str:
    return "\n" + "\n".join(_section(one, words) for words, one in leaves(command, name))


def _section(command: Any, words: str) -> str:
    context = command.make_context(words, [], resilient_parsing=True)
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    usage = " ".join(["malmoi", words, *map(_metavar, arguments), *(["[OPTIONS]"] if options else [])])
    parts = [f"### {words}", "", _plain(command.help or ""), "", f"`{usage}`", ""]
    if arguments:
        parts += ["| argument | is |", "|---|---|"]
        parts += [f"| `{_metavar(one)}` | {_cell(_plain(one.help or ''))} |" for one in arguments]
        parts.append("")
    if options:
        parts += ["| option | does | default |", "|---|---|---|"]
        parts += [f"| {_spelled(one, context)} | {_does(one)} | {_default(one)} |" for one in options]
        parts.append("")
    if command.epilog:
        parts += ["```text", _plain(command.epilog), "```", ""]
    return "\n".join(parts)


def _summary(command: Any) -> str:
    return _plain(command.help or "").partition("\n")[0]


def _metavar(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    name = f"{name}…" if argument.nargs == -1 else name
    return name if argument.required else f"[{name}]"


def _spelled(option: Any, context: Any) -> str:
    """`--k NUMBER`, both spellings of a switch, or what may be chosen."""
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    if option.is_flag:
        return names
    if option.metavar:
        return f"{names[:-1]} {option.metavar}`"
    kind = option.display_type(context).strip("<>").removeprefix("list[").removesuffix("]")
    if kind in WORDS:
        return f"{names[:-1]} {WORDS[kind]}`"
    return f"{names} " + " or ".join(f"`{choice}`" for choice in kind.split("|"))


def _does(option: Any) -> str:
    text = _plain(option.help or "")
    return ("**needed**. " if option.required else "") + _cell(text)


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
    """Write every page anew; a new command gets a page that wants a text and an example."""
    for path, made in pages().items():
        if not path.exists():
            write_text(path, f"# malmoi {path.stem}\n\n## Example\n\n## Options\n{BEGIN}\n{END}\n")
        write_text(path, filled(path.read_text(encoding="utf-8"), made))


if __name__ == "__main__":
    main()
