"""Runs the command line as a person would: in a process of its own, or in this one, which is quicker."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, cast

import pytest

# Imported before any test sets COLUMNS: what prints would keep that width for good.
from malmoi.main import main


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on stdout."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


def malmoi(*arguments: str | Path, home: Path, seconds: float = 300, **environment: str) -> Result:
    """Run `malmoi ARGUMENTS` with `home` as the workspace and the current folder."""
    done = subprocess.run(
        [sys.executable, "-m", "malmoi", *map(str, arguments)],
        cwd=home,
        env={**os.environ, "MALMOI_HOME": str(home), "COLUMNS": "100", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def malmoi_here(*arguments: str | Path, home: Path, **environment: str) -> Result:
    """Run the same in this process: what a start takes is then taken once, not by every command.

    All that goes to stdout and stderr is caught, whoever writes it. A fault of ours is raised.
    """
    with (
        pytest.MonkeyPatch.context() as patch,
        chdir(home),
        Path(os.devnull).open(encoding="utf-8") as nothing,
        _caught("stdout", 1) as out,
        _caught("stderr", 2) as err,
    ):
        for name, value in {"MALMOI_HOME": str(home), "COLUMNS": "100", **environment}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["malmoi", *map(str, arguments)])
        patch.setattr(sys.modules["__main__"], "__package__", "", raising=False)  # else usage names pytest
        patch.setattr(sys, "stdin", nothing)
        patch.setattr(sys, "excepthook", sys.excepthook)  # typer sets its own
        with pytest.raises(SystemExit) as end:
            main()
        return Result(cast("int", end.value.code), _written(out), _written(err))


@contextmanager
def _caught(name: str, descriptor: int) -> Iterator[IO[str]]:
    """Let a stream of `sys` and the descriptor below it write to a file."""
    before, kept = getattr(sys, name), os.dup(descriptor)
    before.flush()
    with TemporaryFile("w+", encoding="utf-8") as file:
        os.dup2(file.fileno(), descriptor)
        setattr(sys, name, file)
        try:
            yield file
        finally:
            setattr(sys, name, before)
            os.dup2(kept, descriptor)
            os.close(kept)


def _written(file: IO[str]) -> str:
    file.flush()
    file.seek(0)
    return file.read()
