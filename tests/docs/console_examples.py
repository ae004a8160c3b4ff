"""Console blocks of a page: their commands run in order, and print what the page shows."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.malmoi.command import malmoi_here

LEFT_OUT = "…"
# What a shell would make something of, outside quotes or in them.
FOR_A_SHELL = re.compile(r"[|<>&;$*`\\~]")


def examples(page: str) -> list[tuple[str, list[str]]]:
    """Commands of the page in order, each with the lines that it shows."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def printed(command: str, home: Path) -> list[str]:
    """The lines that a command prints, run in `home`; it must succeed.

    A plain `malmoi …` runs in this process, since a start of Python takes longer than most of them.
    """
    if command.startswith("malmoi ") and not FOR_A_SHELL.search(command):
        ran = malmoi_here(*shlex.split(command)[1:], home=home, COLUMNS="80")
        assert ran.code == 0, f"{command}: {ran.err}"
        return ran.out.splitlines()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        shell=True,
        cwd=home,
        env={**os.environ, "PATH": path, "MALMOI_HOME": str(home)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout.splitlines()


def squeezed(line: str) -> str:
    """A line without superfluous blanks."""
    return " ".join(line.split())


def without_figures(line: str) -> str:
    """A line without its figures: what it says, whatever the samples hold today."""
    line = re.sub(r"\b[0-9a-f]{12,32}\b", "ID", line)
    return squeezed(re.sub(r"[0-9][0-9.,]*", "0", line))


def check(page: str, home: Path, shape: Callable[[str], str] = squeezed) -> None:
    """Run the examples in `home`; what they show stands in what is printed, in that order."""
    for command, expected in examples(page):
        lines = [shape(line) for line in printed(command, home)]
        place = 0
        for wanted in filter(None, map(shape, expected)):
            if wanted == LEFT_OUT:
                continue
            assert wanted in lines[place:], f"{command} does not print: {wanted}\n" + "\n".join(lines)
            place = lines.index(wanted, place) + 1
