"""Builds with the project's backend, and what a wheel holds."""

import subprocess
import sys
import zipfile
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from pathlib import Path


@dataclass(frozen=True)
class Wheel:
    """A wheel, its files and what it says of itself."""

    path: Path
    names: frozenset[str]
    about: Message

    @property
    def packaged(self) -> set[str]:
        return {name for name in self.names if ".dist-info/" not in name}

    @classmethod
    def opened(cls, path: Path) -> "Wheel":
        with zipfile.ZipFile(path) as archive:
            names = frozenset(archive.namelist())
            (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
            return cls(path, names, BytesParser().parsebytes(archive.read(metadata)))


def build(target: str, source: Path, out: Path) -> Path:
    """Build with the backend of pyproject.toml, as it is installed here: nothing is fetched."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(out)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = out.iterdir()
    return built
