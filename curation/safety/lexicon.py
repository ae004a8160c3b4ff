"""The words of the keyword layer: korcen's lists, sorted and completed by `words.yaml`.

korcen is read, not imported. Importing it replaces ``sys.stdout``, may print, and reads two files
from the current folder that change what it finds; and it compares texts without their blanks, which
finds words across the border of two. Its lists are what is wanted.
"""

import ast
import functools
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from curation.errors import UserError
from curation.yaml_lines import read_yaml

_WORDS = Path(__file__).with_name("words.yaml")
_LIST_NAME = re.compile(r"([A-Z]+)_PROFANITY_PATTERNS")
_HANGUL = re.compile("[가-힣]+")
# korcen turns blanks and look-alikes into these before it compares; texts do not hold them.
_UNREACHABLE = re.compile(r"\^\^|丨")

Lists = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A word to find.

    ``category`` is ``profanity``, ``sexual`` or ``slur.<group>``; ``start`` and ``end`` tell
    whether it must begin and end a word; ``run`` that it is a whole run of single letters.
    """

    word: str
    category: str
    start: bool = False
    end: bool = False
    run: bool = False


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words to find, stems that may be broken up, and phrases in which a word is innocent."""

    entries: tuple[Entry, ...]
    broken: tuple[str, ...]
    allow: tuple[str, ...]


class _Korcen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    lists: dict[str, str]
    moved: dict[str, tuple[str, ...]]
    unused: tuple[str, ...]


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    korcen: _Korcen
    words: dict[str, tuple[str, ...]]
    broken: tuple[str, ...] = Field(default=())
    allow: tuple[str, ...] = Field(default=())


@functools.cache
def lexicon() -> Lexicon:
    """Give the words that come with malmoi."""
    words = _Words.model_validate(read_yaml(_WORDS).data)
    entries = {entry.word: entry for entry in _from_korcen(words.korcen)}
    for category, own in words.words.items():
        entries.update((entry.word, entry) for entry in (own_entry(word, category) for word in own))
    return Lexicon(tuple(entries.values()), words.broken, words.allow)


def own_entry(written: str, category: str) -> Entry:
    """Read a word as it is written in `words.yaml` or in a recipe: ``^`` and ``$`` are borders."""
    word = written.removeprefix("^").removesuffix("$").lower()
    latin = word.isascii()
    return Entry(
        word,
        category,
        start=latin or written.startswith("^"),
        end=latin or written.endswith("$"),
        run=_is_run(word),
    )


def _from_korcen(used: _Korcen) -> Iterator[Entry]:
    unused = set(used.unused)
    moved = {word: category for category, words in used.moved.items() for word in words}
    lists = korcen_lists()
    for name, category in used.lists.items():
        for raw in lists[name]:
            word = raw.lower()
            if word in unused or _UNREACHABLE.search(word):
                continue
            latin = word.isascii()
            # Two syllables are part of too many words; longer entries are found anywhere.
            short = word[0].isalnum() and (len(word) < 3 or not _HANGUL.fullmatch(word))
            yield Entry(word, moved.get(word, category), start=latin or short, end=latin, run=_is_run(word))


def _is_run(word: str) -> bool:
    return all("ㄱ" <= letter <= "ㅣ" for letter in word)


def korcen_lists() -> Lists:
    """Give korcen's lists of words by their names: ``GENERAL``, ``SEXUAL`` and so on.

    Raises
    ------
    UserError
        When korcen is not installed, or is a version with another layout.
    """
    spec = find_spec("korcen")
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise UserError("korcen is not installed", fix="run `pip install 'korcen>=1.0.3'`")
    source = Path(folders[0], "korcen.py")
    with warnings.catch_warnings(action="ignore"):  # about its string literals
        module = ast.parse(source.read_text(encoding="utf-8"))
    lists = dict(_literals(module))
    if "GENERAL" not in lists:
        raise UserError(
            "this version of korcen keeps its words elsewhere",
            where=str(source),
            fix="install the version that constraints.txt names",
        )
    return lists


def _literals(module: ast.Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    strings = TypeAdapter(tuple[str, ...])
    for statement in module.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            named = _LIST_NAME.fullmatch(statement.targets[0].id)
            if named:
                yield named[1], strings.validate_python(ast.literal_eval(statement.value))
