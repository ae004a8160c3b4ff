"""Runs the command line on a terminal."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path


def on_a_terminal(
    arguments: list[str], folder: Path, *, shows: str = "stdout", columns: int = 80
) -> tuple[str, str]:
    """What `malmoi ARGUMENTS` wrote to a terminal so wide, and what to the other of stdout and stderr."""
    own, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    other = "stderr" if shows == "stdout" else "stdout"
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
    with subprocess.Popen(
        [sys.executable, "-m", "malmoi", *arguments],
        cwd=folder,
        env={**environment, "TERM": "xterm"},
        text=True,
        **{shows: terminal, other: subprocess.PIPE},
    ) as process:
        os.close(terminal)
        seen = b"".join(_read_all(own)).decode("utf-8", "replace")
        piped = getattr(process, other).read()
    os.close(own)
    assert process.returncode == 0, (seen, piped)
    return seen, piped


def at_prompts(arguments: list[str], home: Path, lines: list[str]) -> str:
    """Run `malmoi ARGUMENTS` at a terminal of its own and type lines; give what it showed."""
    own, terminal = pty.openpty()
    environment = {**os.environ, "MALMOI_HOME": str(home), "COLUMNS": "200"}
    command = [sys.executable, "-m", "malmoi", *arguments]
    with subprocess.Popen(
        command, cwd=home, env=environment, stdin=terminal, stdout=terminal, stderr=terminal
    ) as process:
        os.close(terminal)
        shown = b""
        for line in lines:
            while not shown.endswith(b"> "):
                shown += os.read(own, 4096)
            os.write(own, line.encode() + (b"" if line == "\x04" else b"\n"))
            shown += b"\n"
        shown += b"".join(_read_all(own))
        assert process.wait(timeout=60) == 0, shown.decode(errors="replace")
    os.close(own)
    return shown.decode(errors="replace")


def _read_all(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            read = os.read(descriptor, 65_536)
        except OSError:  # Linux's way of saying that the other side is closed
            return
        if not read:
            return
        yield read
