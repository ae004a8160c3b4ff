"""What a person sees on a terminal, and what a program gets."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from malmoi.console import amount_of


@pytest.mark.parametrize(
    ("number", "unit", "shown"),
    [(0, "rows", "0 rows"), (24_323, "rows", "24,323 rows"), (1_500_000, "B", "1.5 MB")],
)
def test_amounts_are_readable(number: int, unit: str, shown: str) -> None:
    assert amount_of(number, unit) == shown


def on_a_terminal(command: list[str], cwd: Path) -> tuple[str, str]:
    """Standard output, and what a terminal on standard error got."""
    own, terminal = pty.openpty()
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=terminal, text=True) as process:
        os.close(terminal)
        seen = b""
        while True:
            try:
                read = os.read(own, 65_536)
            except OSError:  # Linux's way of saying that the other side is closed
                break
            if not read:
                break
            seen += read
        out = process.stdout.read() if process.stdout else ""
    os.close(own)
    assert process.returncode == 0
    return out, seen.decode("utf-8", "replace")


def test_a_terminal_shows_progress(tmp_path: Path, project: Path) -> None:
    command = [sys.executable, "-m", "malmoi", "curate", str(project / "recipes/samples.yaml")]
    options = ["--data", str(project / "samples"), "--out", str(tmp_path / "release"), "--json"]
    out, terminal = on_a_terminal([*command, *options], tmp_path)
    assert json.loads(out)["sources"]["handbook"]["kept"] > 0
    assert "187 rows" in terminal  # the writing stage counts what is kept
