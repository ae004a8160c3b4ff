"""A folder of unknown files looked through: each file's guesses, and what was left out and why."""

import os
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from curation.guessing.guess import Guess, Looked, look_at, look_at_folder
from curation.progress import Advance, Progress
from curation.readers.base import SourceFile

# Of files with the same suffix in one folder, so many are opened; when all of them are alike, the
# rest is taken to be.
MOST_OPENED = 200
_PAPERS = re.compile(
    r"(readme|licen[cs]e|copying|notice|citation|changelog|authors|contributing)"
    r"([-_.][\w.-]*)?",
    re.IGNORECASE,
)
_PAPER_SUFFIXES = ("", ".md", ".markdown", ".txt", ".rst", ".html", ".cff", ".bib")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file or folder that is no source, and why."""

    name: str
    why: str


@dataclass(slots=True)
class Found:
    """What lies in a folder: files to look at, folders that a reader takes whole, papers, the rest."""

    files: list[SourceFile] = field(default_factory=list)
    folders: list[tuple[SourceFile, Guess]] = field(default_factory=list)
    papers: list[SourceFile] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def find(root: Path, progress: Progress, mine: Collection[Path] = ()) -> Found:
    """Find the files below ``root``, hidden ones and those of ``mine`` excepted.

    Links are treated as the engine treats them: those that lead out of the folder and linked folders
    are left out, and so is what is no regular file.
    """
    found = Found()
    with progress.task("find the files", None, "files") as advance:
        _walk(root.resolve(), {path.resolve() for path in mine}, found, advance)
    return found


def _walk(root: Path, ours: Collection[Path], found: Found, advance: Advance) -> None:
    def refused(error: OSError) -> None:
        found.left_out.append(
            LeftOut(_shown(Path(error.filename), root), f"cannot be read: {error.strerror}")
        )

    for parent, folders, names in os.walk(root, onerror=refused):
        here = Path(parent)
        whole = SourceFile(here, here.relative_to(root).as_posix())
        guess = look_at_folder(whole)
        if guess is not None:
            found.folders.append((whole, guess))
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in [name for name in folders if (here / name).is_symlink()]:
            folders.remove(name)
            found.left_out.append(
                LeftOut(_shown(here / name, root), "the folder is a link; put it there itself")
            )
        for name in sorted(name for name in names if not name.startswith(".")):
            path = here / name
            if path not in ours:
                _sort_in(found, path, root)
                advance(1)


def _sort_in(found: Found, path: Path, root: Path) -> None:
    name = _shown(path, root)
    why = _unusable(path, root)
    if why:
        found.left_out.append(LeftOut(name, why))
    elif _PAPERS.fullmatch(path.name) and path.suffix.lower() in _PAPER_SUFFIXES:
        found.papers.append(SourceFile(path, name))
    else:
        found.files.append(SourceFile(path, name))


def _unusable(path: Path, root: Path) -> str:
    try:
        path.name.encode()
    except UnicodeEncodeError:
        return "the file name is not UTF-8"
    try:
        if not path.resolve(strict=True).is_relative_to(root):
            return "a link that leads out of the folder"
    except (OSError, RuntimeError):  # the latter for links in a circle
        return "a link that leads nowhere"
    return "" if path.is_file() else "no regular file"


def _shown(path: Path, root: Path) -> str:
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    return name.encode(errors="backslashreplace").decode()


def look_through(files: Collection[SourceFile], scratch: Path, progress: Progress) -> list[Looked]:
    """Look at files; of many in one folder with the same suffix, at some that are spread over them."""
    alike: dict[tuple[Path, str], list[SourceFile]] = defaultdict(list)
    for file in files:
        alike[file.path.parent, file.path.suffix.lower()].append(file)
    looked: list[Looked] = []
    with progress.task("look at the files", len(files), "files") as advance:
        for group in alike.values():
            for one in _group(group, scratch):
                looked.append(one)
                advance(1)
    return sorted(looked, key=lambda one: one.name)


def _group(files: list[SourceFile], scratch: Path) -> Iterator[Looked]:
    step = -(-len(files) // MOST_OPENED)
    like: Guess | None = None
    opened: dict[str, Looked] = {}
    for file in files[::step]:
        opened[file.name] = look_at(file, scratch, like)
        like = opened[file.name].best or like
    yield from opened.values()
    rest = [file for file in files if file.name not in opened]
    if not rest:
        return
    seen = {one.best.recipe if one.best else None for one in opened.values()}
    if len(seen) > 1 or like is None:
        for file in rest:
            yield look_at(file, scratch, like)
        return
    rows = sum(one.rows for one in opened.values())
    size = sum(one.bytes for one in opened.values())
    for file in rest:
        held = file.path.stat().st_size
        assumed = Guess(
            like.reader,
            like.options,
            "likely",
            (f"like {len(opened):,} others of {len(files):,} in its folder; not opened",),
            like.trial,
            like.labels,
        )
        yield Looked(file.name, held, "", (assumed,), rows=round(rows * held / size), known="about")
