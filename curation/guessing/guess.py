"""Which reader takes a file: all are tried on its beginning, and what came of it is ranked."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

import orjson
from pydantic import JsonValue

from curation.characters import HANGUL, LETTERS, count
from curation.errors import UserError
from curation.guessing.generic import Candidate, Shape, candidates, rows_of_parquet, shape_of
from curation.guessing.heads import TASTE_BYTES, Head, head_of
from curation.guessing.marks import COMPANION, GENERIC, MARKS
from curation.guessing.trials import Trial, try_reader
from curation.readers import READERS
from curation.readers.base import Reader, SourceFile

Level = Literal["sure", "likely", "possible"]
Chosen = dict[str, JsonValue]
"""Options as a recipe has them."""
Known = Literal["counted", "about", "more than"]

_RANK: dict[Level, int] = {"sure": 0, "likely": 1, "possible": 2}
_TASTE_ROWS = 50
_NAMES = 3
_SURE = 0.95
_LIKELY = 0.8
_POSSIBLE = 0.5


@dataclass(frozen=True, slots=True)
class Guess:
    """A reader with options, how sure that is, what speaks for it, and what it made of the file.

    ``labels`` are columns that look like labels, with how many values they have.
    """

    reader: str
    options: Chosen
    level: Level
    facts: tuple[str, ...]
    trial: Trial
    labels: dict[str, int] = field(default_factory=dict)

    @property
    def evidence(self) -> tuple[str, ...]:
        """What speaks for the reader, and what it read."""
        trial = self.trial
        if not trial.rows:
            return self.facts
        told = (*self.facts, trial.seen, f"Hangul {hangul_share(trial.texts):.0%}")
        return (*told, f"first error: {trial.error}") if trial.bad and trial.error else told

    @property
    def recipe(self) -> tuple[str, str]:
        """What stands in a recipe, to be compared with that of other files."""
        return self.reader, orjson.dumps(self.options, option=orjson.OPT_SORT_KEYS).decode()


@dataclass(frozen=True, slots=True)
class Looked:
    """A file that was looked at: the guesses, best first, or why there is none.

    ``rows`` is how many the best guess reads, and ``known`` how that is known.
    """

    name: str
    bytes: int
    shape: str = ""
    guesses: tuple[Guess, ...] = ()
    why: str = ""
    rows: int = 0
    known: Known = "counted"

    @property
    def best(self) -> Guess | None:
        """The guess for a recipe: one that is more than possible."""
        return self.guesses[0] if self.guesses and self.guesses[0].level != "possible" else None


def look_at(file: SourceFile, scratch: Path, like: Guess | None = None) -> Looked:
    """Guess the reader of a file from its beginning.

    ``like`` is the guess of a file beside it: when that reader reads this one as well, no other is
    tried. The head of a large file lies below ``scratch`` meanwhile.
    """
    with tempfile.TemporaryDirectory(dir=scratch) as own:
        return _looked_at(file, Path(own), like)


def _looked_at(file: SourceFile, scratch: Path, like: Guess | None) -> Looked:
    try:
        head = head_of(file, scratch)
    except UserError as error:
        size = file.path.stat().st_size if file.path.is_file() else 0
        return Looked(file.name, size, why=error.what[:1].lower() + error.what[1:].rstrip("."))
    shape = shape_of(head)
    # The name of the folder may be the only one that says what the file is.
    place = "/".join(file.path.parts[-_NAMES:])
    guesses: list[Guess] = []
    if like is not None:
        guesses = [
            one for one in _tried(like.reader, like.options, head, shape, place) if one.level == "sure"
        ]
    if not guesses:
        tasted = _survivors(file, scratch, head)
        guesses = [guess for name, chosen in tasted for guess in _tried(name, chosen, head, shape, place)]
        if not head.only_by_name:
            guesses += [guess for one in candidates(head, shape) for guess in _generic(one, head)]
        guesses.sort(key=_order)
    if not guesses:
        what = f"{shape.told}, too large to be looked into" if head.only_by_name else shape.told
        return Looked(file.name, head.bytes, shape.named, why=f"no reader takes it: {what}")
    if not guesses[0].trial.ended:
        guesses[0] = _read_on(guesses[0], head)
    rows, known = _rows(head, guesses[0].trial)
    why = "" if guesses[0].level != "possible" else f"no reader surely takes it: {shape.told}"
    return Looked(file.name, head.bytes, shape.named, tuple(guesses), why, rows, known)


def _read_on(guess: Guess, head: Head) -> Guess:
    """Read all of the head, to count the rows."""
    reader = READERS[guess.reader]
    options = reader.options.model_validate_json(orjson.dumps(guess.options))
    return replace(guess, trial=try_reader(reader, head.file, options, None, whole=head.whole))


def _rows(head: Head, trial: Trial) -> tuple[int, Known]:
    """How many rows a file has, and how that is known."""
    listed = rows_of_parquet(head) if head.form == "parquet" else None
    if listed is not None:
        return listed, "counted"
    seen = trial.rows + trial.bad
    if head.whole:
        return seen, "counted" if trial.ended else "more than"
    return round(seen * head.bytes / head.file.path.stat().st_size), "about"


def look_at_folder(folder: SourceFile) -> Guess | None:
    """Tell whether one of the readers of whole folders reads this one."""
    for name, reader in READERS.items():
        if reader.unit == "folder":
            trial = try_reader(reader, folder, reader.options(), None)
            if trial.share >= _LIKELY:
                return Guess(name, {}, "sure", ("files that belong together",), trial)
    return None


def _survivors(file: SourceFile, scratch: Path, head: Head) -> Iterator[tuple[str, Chosen]]:
    """Name the corpus readers that can read a small piece of a file, with the options they need for it."""
    taste = head
    if head.form == "text" and head.bytes > TASTE_BYTES:
        try:
            taste = head_of(file, scratch, TASTE_BYTES)
        except UserError:
            taste = head  # its encoding cannot be told from so little
    for name, reader in READERS.items():
        if name in GENERIC or reader.unit == "folder":
            continue
        if head.only_by_name and not file.path.name.lower().endswith(reader.suffixes or "/"):
            continue
        for chosen in _choices(reader):
            options = reader.options.model_validate_json(orjson.dumps(chosen))
            trial = try_reader(reader, taste.file, options, _TASTE_ROWS, whole=taste.whole)
            if trial.share >= _POSSIBLE or COMPANION in trial.notes:
                yield name, chosen
                break


def _choices(reader: Reader[Any]) -> Iterator[Chosen]:
    """Give no options, then each other task that the reader can be told a file is of."""
    yield {}
    task = reader.options.model_fields.get("task")
    if task is not None:
        yield from ({"task": one} for one in get_args(task.annotation) if one != task.default)


def _tried(name: str, chosen: Chosen, head: Head, shape: Shape, place: str) -> Iterator[Guess]:
    if name in GENERIC:
        return
    reader = READERS[name]
    options = reader.options.model_validate_json(orjson.dumps(chosen))
    trial = try_reader(reader, head.file, options, whole=head.whole)
    evidence = [shape.told]
    if not trial.rows and COMPANION in trial.notes:
        yield Guess(name, chosen, "sure", (f"read with {trial.notes[COMPANION]}",), trial)
        return
    if trial.share < _POSSIBLE:
        return
    level: Level = "sure" if trial.share >= _SURE else "likely"
    mark = MARKS.get(name)
    if mark is not None:
        speaks = mark.speaks(place, shape.keys)
        if not speaks and head.file.path.suffix.lower() not in reader.suffixes:
            return
        evidence.append(speaks or "but it would read nearly any file of this form")
        level = level if speaks else "possible"
    yield Guess(name, chosen, level, tuple(evidence), trial)


def _generic(one: Candidate, head: Head) -> Iterator[Guess]:
    reader = READERS[one.reader]
    options = reader.options.model_validate_json(orjson.dumps(one.options))
    trial = try_reader(reader, head.file, options, whole=head.whole)
    if trial.share < _POSSIBLE:
        return
    named_so = head.file.path.suffix.lower() in reader.suffixes
    level: Level = "likely" if one.firm and (named_so or trial.share >= _LIKELY) else "possible"
    facts = [f"{fact}: {value}" for fact, value in trial.notes.items() if fact in ("encoding", "delimiter")]
    yield Guess(
        one.reader,
        one.options,
        level,
        (one.evidence, *facts),
        trial,
        dict(one.labels),
    )


def hangul_share(texts: Iterable[str]) -> float:
    """Share of Hangul among the letters of texts."""
    listed = list(texts)
    counted = count(listed).sum(axis=0) if listed else None
    letters = 0 if counted is None else int(counted[list(LETTERS)].sum())
    return int(counted[list(HANGUL)].sum()) / letters if counted is not None and letters else 0.0


def _order(guess: Guess) -> tuple[int, int, float]:
    place = GENERIC.index(guess.reader) if guess.reader in GENERIC else -1
    return _RANK[guess.level], place, -guess.trial.share
