"""Runs the command line as a person would: a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


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
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)
