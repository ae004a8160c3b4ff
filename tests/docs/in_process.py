"""Runs `malmoi …` in this process: what a page shows costs no start of Python a command."""

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

from tests.docs.console_examples import LEFT_OUT, examples, printed, without_figures
from tests.malmoi.command import malmoi_here

FOR_A_SHELL = {"|", ">", "&&"}
SERVES = "malmoi ui "


def check(page: str, home: Path) -> list[str]:
    """Write the files of a page, run its commands, and tell what differs from what it shows.

    A file is a block after "… in `name`:". What is shown must be printed, in that order, whatever its
    figures; what is printed beyond that needs a line `…`.
    """
    for name, content in re.findall(r"in `([^`]+)`:\n\n```\w+\n(.*?)```", page, re.DOTALL):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(content, encoding="utf-8")
    faults = []
    for command, expected in examples(page):
        try:
            lines = (serve if command.startswith(SERVES) else run)(command, home)
        except AssertionError as fault:
            faults.append(str(fault))
            continue
        if not shown_of(lines, expected):
            faults.append("\n".join([f"{command} prints:", *lines]))
    return faults


def shown_of(lines: list[str], expected: list[str]) -> bool:
    """Whether `expected` shows these lines, in their order, with a mark for what it leaves out."""
    rest = [line for line in map(without_figures, lines) if line]
    left_out = False
    for wanted in filter(None, map(without_figures, expected)):
        if wanted == LEFT_OUT:
            left_out = True
            continue
        if wanted not in rest:
            return False
        place = rest.index(wanted)
        if place and not left_out:
            return False
        rest, left_out = rest[place + 1 :], False
    return left_out or not rest


def run(command: str, home: Path) -> list[str]:
    """The lines that a command prints, run in `home`; it must succeed.

    A line that is no plain `malmoi …` goes to a shell.
    """
    words = shlex.split(command, comments=True)
    if words[0] != "malmoi" or FOR_A_SHELL & set(words):
        return printed(command, home)
    # The workspace is the current folder, as for somebody who follows the page: paths are short.
    ran = malmoi_here(*words[1:], home=home, MALMOI_HOME="")
    assert ran.code == 0, f"{command}: {ran.err}"
    return ran.out.splitlines()


def serve(command: str, home: Path) -> list[str]:
    """The line that a command prints which then serves until Ctrl-C; it is stopped, and must end well."""
    words = [sys.executable, "-m", *shlex.split(command)]
    with subprocess.Popen(
        words, cwd=home, env={**os.environ, "MALMOI_HOME": ""}, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            line = server.stdout.readline()  # empty when the command ends without a word
        finally:
            server.send_signal(signal.SIGINT)
        try:
            server.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            server.kill()
            raise
    assert line, f"{command} ends with {server.returncode}"
    return line.splitlines()
