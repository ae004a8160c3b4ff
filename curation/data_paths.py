"""Paths as recipes write them: relative to the data folder."""

from pathlib import PurePosixPath


def inside_data(path: str) -> str:
    """Give ``path`` back when it stays inside the data folder; ValueError, for pydantic, otherwise."""
    if path.startswith(("/", "~")) or ".." in PurePosixPath(path).parts:
        raise ValueError(f"'{path}' must be relative to the data folder and stay inside it")
    return path
