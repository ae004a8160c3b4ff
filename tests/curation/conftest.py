"""Small sources on disk and recipes over them."""

import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from curation.recipe import Recipe

Rows = Iterable[str | bytes | dict[str, Any]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def write_jsonl(data: Path) -> Callable[[str, Rows], Path]:
    """Write a jsonl file below the data folder: text, a whole object, or raw bytes a line."""

    def write(name: str, rows: Rows) -> Path:
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            row if isinstance(row, bytes) else orjson.dumps({"text": row} if isinstance(row, str) else row)
            for row in rows
        ]
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return path

    return write


@pytest.fixture
def recipe_of() -> Callable[..., Recipe]:
    """Build a recipe over jsonl sources: ``sources`` maps a name to a path or to keys of a source."""

    def build(
        sources: dict[str, str | dict[str, Any]], steps: list[dict[str, Any]] | None = None, **keys: Any
    ) -> Recipe:
        listed = []
        for name, given in sources.items():
            extra = {"path": given} if isinstance(given, str) else given
            listed.append(
                {"name": name, "reader": "jsonl", "licence": "CC0-1.0", "config": name, "options": {}} | extra
            )
        used = []
        for step in steps or []:
            common = {key: step[key] for key in ("step", "sources", "except_sources") if key in step}
            params = {key: value for key, value in step.items() if key not in common}
            used.append({**common, "params": params})
        return Recipe.model_validate_json(
            orjson.dumps({"name": "small", "sources": listed, "steps": used, **keys})
        )

    return build


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Give a function that makes a file system of so many kB, or makes it larger."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def sized(kilobytes: int) -> Path:
        options = f"size={kilobytes}k"
        command = ["mount", "-o", f"remount,{options}", str(folder)]
        if not folder.is_mount():
            command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
        return folder

    yield sized
    if folder.is_mount():
        subprocess.run(["umount", str(folder)], check=True)
