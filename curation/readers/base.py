"""What a reader is: a generator over one file or folder that survives every row."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from curation.records import BadRow, FileNote, Kind, Row

Item = Row | BadRow | FileNote


class Options(BaseModel):
    """Options of a reader as they stand in a recipe; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


OptionsT = TypeVar("OptionsT", bound=Options)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An input: ``path`` to open, ``name`` to show (relative to the data folder, with ``/``)."""

    path: Path
    name: str


def _nothing(_: Path) -> tuple[Path, ...]:
    return ()  # not a lambda: readers travel to other processes


@dataclass(frozen=True, slots=True)
class Reader(Generic[OptionsT]):
    """A format that can be read, as a recipe names it.

    ``read`` yields a row, an unreadable row, or a note, and never raises for the content of one
    row; it raises :class:`curation.errors.UserError` when the file as a whole cannot be read.
    ``unit`` says what ``read`` is handed: each file by itself, or a whole folder whose files
    belong together. ``suffixes`` are the files it takes from a folder (empty: all). ``beside`` gives
    the files that ``read`` also opens when it is handed one, so that they are hashed with it.
    """

    name: str
    summary: str
    options: type[OptionsT]
    read: Callable[[SourceFile, OptionsT], Iterator[Item]]
    kind: Callable[[OptionsT], Kind]
    unit: Literal["file", "folder"] = "file"
    suffixes: tuple[str, ...] = ()
    beside: Callable[[Path], tuple[Path, ...]] = _nothing
