"""Finds releases, indexes, runs and bundles below a workspace by what marks each of them."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_DEEPEST: Final = 5
# A workspace may be the home folder of a person.
_MOST_FOLDERS: Final = 20_000
_OWN_HIDDEN: Final = ".malmoi"
_PASSED_OVER: Final = frozenset({"node_modules", "site-packages", "__pycache__"})
_WORK: Final = re.compile(r"\.(.+)\.work")


@dataclass(slots=True)
class Found:
    """Folders by kind, in the order of their paths. ``works`` are those of unfinished releases and bundles.

    ``others`` are the remaining folders that were looked into; ``incomplete``: there were too many.
    """

    releases: list[Path] = field(default_factory=list)
    indexes: list[Path] = field(default_factory=list)
    runs: list[Path] = field(default_factory=list)
    bundles: list[Path] = field(default_factory=list)
    works: list[Path] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)
    incomplete: bool = False


def find(home: Path) -> Found:
    """Look through a workspace, five folders deep; links are not followed, hidden folders are not entered."""
    found = Found()
    waiting = [(home, 0)]
    looked = 0
    while waiting:
        folder, depth = waiting.pop()
        looked += 1
        if looked > _MOST_FOLDERS:
            found.incomplete = True
            break
        if depth and _sort(folder, found):
            continue
        found.others.append(folder)
        if depth < _DEEPEST:
            waiting += [(inner, depth + 1) for inner in _inside(folder, found)]
    for listed in (found.releases, found.indexes, found.runs, found.bundles, found.works, found.others):
        listed.sort()
    return found


def out_of_work(work: Path) -> Path:
    """The release or bundle that a work folder is of."""
    matched = _WORK.fullmatch(work.name)
    assert matched is not None
    return work.with_name(matched[1])


def _inside(folder: Path, found: Found) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False) or entry.name in _PASSED_OVER:
            continue
        if _WORK.fullmatch(entry.name):
            found.works.append(Path(entry.path))
        elif not entry.name.startswith(".") or entry.name == _OWN_HIDDEN:
            yield Path(entry.path)


def _is_release(folder: Path) -> bool:
    """Whether a folder is one; without its manifest it is known by what else each release has."""
    told = (folder / "manifest.json").is_file() or (folder / "timings.json").is_file()
    return told and (folder / "data").is_dir()


def _sort(folder: Path, found: Found) -> bool:
    """Enter a folder under its kind; False for a folder that is none of ours."""
    from compile.origin import is_bundle
    from training.standing import is_run

    if (folder / "manifest.sqlite").is_file() or (folder / "tables" / "passages.lance").is_dir():
        found.indexes.append(folder)
    elif _is_release(folder):
        found.releases.append(folder)
    elif is_run(folder):
        found.runs.append(folder)
    elif is_bundle(folder):
        found.bundles.append(folder)
    else:
        return False
    return True
