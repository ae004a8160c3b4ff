"""What a result is of: the script and what it shares, malmoi's code, packages, arguments, the machine."""

import hashlib
import importlib.metadata
from collections.abc import Iterable, Sequence
from pathlib import Path

from collecting.machine_facts import Facts
from collecting.scripts import BENCHMARKS, SCRIPTS, Script

PROJECT = BENCHMARKS.parent
PACKAGES = ("datacards", "curation", "chat", "prompting", "rag", "training", "compile", "slackbot", "malmoi")
SHARED = ("samples", "recipes")


def key_of(script: Script, arguments: Sequence[str], facts: Facts) -> str:
    """Give the key of a result: another one, and the script is run again."""
    parts = [
        script.path,
        *arguments,
        facts.processor,
        *facts.accelerators,
        *sorted(f"{name}=={version}" for name, version in installed().items()),
    ]
    key = hashlib.sha256("\n".join(parts).encode())
    key.update(digest(_benchmark_files(script)))
    key.update(digest(_project_files()))
    return key.hexdigest()


def installed() -> dict[str, str]:
    """Every distribution of this environment with its version."""
    return {one.metadata["Name"]: one.version for one in importlib.metadata.distributions()}


def digest(files: Iterable[Path]) -> bytes:
    """Hash files by their places and contents."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(f"{path.relative_to(PROJECT).as_posix()}\n".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.digest()


def _benchmark_files(script: Script) -> set[Path]:
    """The script and what scripts share: everything that is no benchmark of its own and not this runner."""
    others = {one.file for one in SCRIPTS} - {script.file}
    ours = {BENCHMARKS / "all.py", *(BENCHMARKS / "collecting").iterdir()}
    return {
        path
        for path in BENCHMARKS.rglob("*")
        if path.is_file() and path not in others | ours and "__pycache__" not in path.parts
    }


def _project_files() -> set[Path]:
    return {
        path
        for name in (*PACKAGES, *SHARED)
        for path in (PROJECT / name).rglob("*")
        if path.is_file() and not {"__pycache__", "node_modules"}.intersection(path.parts)
    }
