"""Files that are read alike, put together to the sources of a recipe."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import NamedTuple

from curation.guessing.folder import Found
from curation.guessing.guess import Guess, Known, Looked
from curation.guessing.languages import shares
from curation.guessing.licences import UNKNOWN, Said, nearest
from curation.guessing.marks import GENERIC
from curation.readers.base import SourceFile

MOST_LISTED = 12
_GLOB_SIGNS = frozenset("*?[")
_SPLITS = {
    "train": "train",
    "training": "train",
    "dev": "validation",
    "valid": "validation",
    "val": "validation",
    "validation": "validation",
    "test": "test",
    "eval": "test",
}
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class DraftSource:
    """A source of the recipe: the guess for its files, where they are, and what is known of them.

    ``rows`` are counted or estimated (``known``); ``languages`` are shares of the letters of a sample, the
    largest first; ``said`` is what papers nearest to the files say of rights.
    """

    name: str
    config: str
    split: str
    guess: Guess
    paths: tuple[str, ...]
    files: tuple[Looked, ...]
    bytes: int
    rows: int
    known: Known
    languages: Mapping[str, float]
    licence: str
    said: tuple[Said, ...]
    others: tuple[Guess, ...] = ()

    @property
    def rows_in_words(self) -> str:
        """The rows, and how they are known."""
        return in_words(self.rows, self.known)

    @property
    def reader(self) -> str:
        """The name of the reader."""
        return self.guess.reader


class _Alike(NamedTuple):
    """What the files of a source have in common.

    ``top`` is the first folder of their paths, where the reader does not say what they are.
    """

    top: str
    recipe: tuple[str, str]
    split: str
    licence: str
    said: tuple[Said, ...]


def slug(text: str) -> str:
    """Make a name for recipes of a text; none of one with letters that names may not have.

    Examples
    --------
    >>> slug("BoolQ_dev v1"), slug("후기_test")
    ('BoolQ_dev-v1', '')
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:80] if text.isascii() else ""


def in_words(rows: int, known: Known) -> str:
    """Say a number of rows, and how it is known.

    Examples
    --------
    >>> in_words(1200, "about")
    'about 1,200'
    """
    return f"{rows:,}" if known == "counted" else f"{known} {rows:,}"


def least_known(known: Iterable[Known]) -> Known:
    """How a sum is known whose parts are ``known`` so."""
    held = set(known)
    return "more than" if "more than" in held else "about" if "about" in held else "counted"


def group(
    found: Found,
    looked: Sequence[Looked],
    said: Sequence[Said],
    name: str,
    stated: Mapping[str, Collection[str]],
) -> list[DraftSource]:
    """Put files with the same reader, options, split and licence below one folder into one source.

    ``name`` is that of the recipe: sources are called by it that have no better name. ``stated`` are by
    reader the licences of the corpora that it reads: a paper that names another one may be about other
    files, so it decides nothing.
    """
    groups: dict[_Alike, list[Looked]] = defaultdict(list)
    for one in looked:
        if one.best is not None:
            mixed = one.best.reader in GENERIC and "/" in one.name
            top = PurePosixPath(one.name).parts[0] if mixed else ""
            rights = _rights(one.name, one.best.reader, said, stated)
            groups[_Alike(top, one.best.recipe, split_of(one.name), *rights)].append(one)
    # A pattern would take papers and links as well.
    everything = [one.name for one in looked]
    everything += [one.name for one in found.papers] + [one.name for one in found.left_out]
    names = _Names(name)
    sources = [_source(alike, files, groups, everything, names) for alike, files in groups.items()]
    return sources + [
        _whole(folder, guess, _rights(folder.name, guess.reader, said, stated), names)
        for folder, guess in found.folders
    ]


def _rights(
    file: str, reader: str, said: Sequence[Said], stated: Mapping[str, Collection[str]]
) -> tuple[str, tuple[Said, ...]]:
    licence, papers = nearest(file, said)
    own = () if reader in GENERIC else stated.get(reader, ())
    return (UNKNOWN if own and licence not in own else licence), papers


def _source(
    alike: _Alike,
    files: Sequence[Looked],
    groups: Iterable[_Alike],
    everything: Sequence[str],
    names: "_Names",
) -> DraftSource:
    # Of a pair of files that are read together, one alone gives rows.
    shown = next((one for one in files if one.best and one.best.trial.rows), files[0])
    best = shown.best
    assert best is not None  # that is why it is in a group
    parts = {one.split for one in groups if one[:2] == alike[:2]}
    config = names.config(alike[:2], _base(best, files, alike.top) or names.otherwise)
    return DraftSource(
        name=names.source(f"{config}-{alike.split}" if len(parts) > 1 else config),
        config=config,
        split=alike.split,
        guess=best,
        paths=paths_of([one.name for one in files], everything),
        files=tuple(files),
        bytes=sum(one.bytes for one in files),
        rows=sum(one.rows for one in files),
        known=least_known(one.known for one in files),
        languages=shares(best.trial.texts),
        licence=alike.licence,
        said=alike.said,
        others=tuple(one for one in shown.guesses if one is not best),
    )


def _whole(
    folder: SourceFile, guess: Guess, rights: tuple[str, tuple[Said, ...]], names: "_Names"
) -> DraftSource:
    licence, papers = rights
    size = sum(path.stat().st_size for path in folder.path.rglob("*") if path.is_file())
    name = names.source(names.config((folder.name,), guess.reader))
    return DraftSource(
        name=name,
        config=name,
        split="train",
        guess=guess,
        paths=(folder.name,),
        files=(),
        bytes=size,
        rows=guess.trial.rows + guess.trial.bad,
        known="counted" if guess.trial.ended else "more than",
        languages=shares(guess.trial.texts),
        licence=licence,
        said=papers,
    )


class _Names:
    """Names that are given once."""

    def __init__(self, otherwise: str) -> None:
        self.otherwise = otherwise
        self._taken: set[str] = set()
        self._configs: dict[tuple[object, ...], str] = {}

    def source(self, wanted: str) -> str:
        """Give a name that no other source has."""
        number, name = 2, wanted
        while name in self._taken:
            number, name = number + 1, f"{wanted}-{number}"
        self._taken.add(name)
        return name

    def config(self, of: tuple[object, ...], wanted: str) -> str:
        """Give the name of what ``of`` stands for, the same every time."""
        if of not in self._configs:
            number, name = 2, wanted
            while name in self._configs.values():
                number, name = number + 1, f"{wanted}-{number}"
            self._configs[of] = name
        return self._configs[of]


def _base(best: Guess, files: Sequence[Looked], top: str) -> str:
    if best.reader not in GENERIC:
        return best.reader
    # One file is called by its name, several by their folder.
    stem = PurePosixPath(files[0].name).stem if len(files) == 1 else ""
    return slug(stem) or slug(top)


def split_of(name: str) -> str:
    """Tell the split of a file from the words of its name; ``train`` where it says none.

    Examples
    --------
    >>> [split_of(name) for name in ("klue/klue-nli-v1.1_dev.json", "test.no_label.tsv", "essay.txt")]
    ['validation', 'test', 'train']
    """
    words = _WORD.findall(PurePosixPath(name).name.lower())
    return next((_SPLITS[word] for word in words if word in _SPLITS), "train")


def paths_of(files: Sequence[str], everything: Iterable[str]) -> tuple[str, ...]:
    """Say ``files`` as the paths of a recipe: few by name, many by patterns that match no others.

    ``everything`` are all files that patterns may match.
    """
    if len(files) <= MOST_LISTED:
        return tuple(files)
    others = [PurePosixPath(name) for name in set(everything) - set(files)]
    by_suffix: dict[str, list[PurePosixPath]] = defaultdict(list)
    for name in files:
        by_suffix[PurePosixPath(name).suffix].append(PurePosixPath(name))
    return tuple(path for suffix, alike in by_suffix.items() for path in _of_a_suffix(suffix, alike, others))


def _of_a_suffix(
    suffix: str, files: Sequence[PurePosixPath], others: Sequence[PurePosixPath]
) -> Iterator[str]:
    in_the_way = [path for path in others if path.suffix == suffix]
    by_folder: dict[PurePosixPath, list[str]] = defaultdict(list)
    for path in files:
        by_folder[path.parent].append(path.as_posix())
    above = PurePosixPath(posixpath.commonpath([path.parent for path in files]))
    free = not any(path.is_relative_to(above) for path in in_the_way)
    if len(by_folder) > 1 and free and _may_be_a_pattern(suffix, above):
        yield (above / f"**/*{suffix}").as_posix()
        return
    for folder, names in by_folder.items():
        alone = not any(path.parent == folder for path in in_the_way)
        if len(names) > 2 and alone and _may_be_a_pattern(suffix, folder):
            yield (folder / f"*{suffix}").as_posix()
        else:
            yield from names


def _may_be_a_pattern(suffix: str, folder: PurePosixPath) -> bool:
    return bool(suffix) and not _GLOB_SIGNS & set(f"{folder}{suffix}")
