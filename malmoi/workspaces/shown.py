"""Paths and commands as a person can paste them where they are."""

import os
import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_PLAIN: Final = re.compile(r"[\w@%+=:,./-]+")


def shown(path: Path | str) -> str:
    """Write a path relative to the current folder where it lies below it, else in full."""
    absolute = Path(path).absolute()
    here = Path.cwd()
    return os.path.relpath(absolute, here) if absolute.is_relative_to(here) else str(absolute)


def command(*parts: Path | str) -> str:
    """Write a command of ours for a shell; paths are shortened where they can be."""
    told = (shown(part) if isinstance(part, Path) else part for part in parts)
    return joined("malmoi", *told)


def joined(*words: str) -> str:
    """Join words for a shell; Hangul needs no quotes there."""
    return " ".join(word if _PLAIN.fullmatch(word) else shlex.quote(word) for word in words)


def few(names: Iterable[str], most: int = 3) -> str:
    """Name some things, and say how many more there are."""
    listed = list(names)
    rest = f" and {len(listed) - most:,} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + rest
