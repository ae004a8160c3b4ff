"""What a training recipe names, read and split: labelled rows, background and clean texts."""

import hashlib
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import orjson
from pydantic import JsonValue

from curation.checkpoints import sha256_of
from curation.errors import UserError
from curation.readers import READERS
from curation.readers.base import SourceFile
from curation.records import Record, Row, TextRecord
from curation.safety.grouping import components
from curation.safety.keywords import Keywords
from curation.safety.labels import Labelled, read_labelled
from curation.safety.lexicon import lexicon
from curation.safety.training_recipe import Corpus, Plain, TrainingRecipe

Part = Literal["train", "test"]
FileFacts = dict[str, JsonValue]
_SHORTEST = 4  # characters of a text that says something
_HALF = 1 << 32


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled row of a corpus, in the training or the test part.

    ``key`` is shared by rows that belong together; folds are cut by it.
    """

    row: Labelled
    corpus: str
    part: Part
    key: int


@dataclass(frozen=True)
class Material:
    """Everything that a training or an evaluation reads.

    ``files`` says what was read: name, file, sha256, licence, url, use and rows; ``left_out`` counts
    training rows that are copies or near-copies of test rows.
    """

    examples: Sequence[Example]
    background: Sequence[str]
    clean: dict[str, list[str]]
    files: tuple[FileFacts, ...]
    left_out: int

    def part(self, part: Part) -> list[Example]:
        """Give the examples of one part."""
        return [example for example in self.examples if example.part == part]


@dataclass(frozen=True, slots=True)
class _Read:
    corpus: Corpus
    row: Labelled
    of_test_file: bool


def gather(recipe: TrainingRecipe, data: Path) -> Material:
    """Read and split what the recipe names below the folder ``data``."""
    reads: list[_Read] = []
    files: list[FileFacts] = []
    for corpus in recipe.corpora:
        for path in filter(None, (corpus.train, corpus.test)):
            rows = read_labelled(data / path, corpus.format, path)
            reads += (_Read(corpus, row, path == corpus.test) for row in rows)
            use = "test" if path == corpus.test else "training"
            files.append(_facts(corpus, path, data) | {"use": use, "rows": len(rows)})
    examples = _split(reads)
    seen: set[str] = set()
    background: list[str] = []
    for plain in recipe.background:
        texts = _texts(plain, data, seen)
        seen.update(texts)
        kept = _without_harmful_words(texts)
        background += kept
        files.append(_facts(plain, plain.path, data) | {"use": "background", "rows": len(kept)})
    clean = {plain.name: _texts(plain, data, seen) for plain in recipe.clean}
    files += (
        _facts(plain, plain.path, data) | {"use": "clean", "rows": len(clean[plain.name])}
        for plain in recipe.clean
    )
    return Material(examples, background, clean, tuple(files), len(reads) - len(examples))


def _split(reads: Sequence[_Read]) -> list[Example]:
    """Split the rows by their texts alone.

    Rows that belong together go to the test part when one of them stands in a corpus's own test file
    or, in a corpus without such a file, by their hash. Training rows of another corpus or file among
    them are left out.
    """
    groups = [f"{read.corpus.name}\n{read.row.group}" if read.row.group else "" for read in reads]
    numbers: list[int] = components([read.row.text for read in reads], groups).tolist()
    smallest: dict[int, int] = {}
    for number, read in zip(numbers, reads, strict=True):
        smallest[number] = min(smallest.get(number, 1 << 64), _hash(read.row.text))
    # Hashed once more: the smallest of several hashes is no even draw.
    keys = {number: _hash(str(key)) for number, key in smallest.items()}
    tested = {
        number
        for number, read in zip(numbers, reads, strict=True)
        if read.of_test_file
        or (read.corpus.test is None and keys[number] // _HALF < read.corpus.test_share * _HALF)
    }
    examples: list[Example] = []
    for number, read in zip(numbers, reads, strict=True):
        part: Part = "test" if number in tested else "train"
        if part == "train" or read.of_test_file or read.corpus.test is None:
            examples.append(Example(read.row, read.corpus.name, part, keys[number] % _HALF))
    return examples


def _without_harmful_words(texts: Sequence[str]) -> list[str]:
    # Reviews and dialogues hold some harm after all: what is certain of it is no background.
    harmful = Keywords(lexicon()).find(texts)
    return [text for position, text in enumerate(texts) if position not in harmful]


def _texts(plain: Plain, data: Path, seen: Set[str]) -> list[str]:
    """Read harmless texts, none that is in ``seen``, and draw by their hash."""
    reader = READERS[plain.reader]
    options = reader.options.model_validate_json(orjson.dumps(plain.options))
    _expect(data / plain.path, plain.path)
    found = {
        text
        for item in reader.read(SourceFile(data / plain.path, plain.path), options)
        if isinstance(item, Row)
        for text in _strings(item.record)
        if len(text) >= _SHORTEST
    }
    return sorted(found - seen, key=_hash)[: plain.texts]


def _expect(path: Path, name: str) -> None:
    if not path.is_file():
        raise UserError(
            "a file that the training recipe names is not there",
            where=name,
            fix="check --data, or take it out of the recipe",
        )


def _strings(record: Record) -> Iterator[str]:
    if isinstance(record, TextRecord):
        yield record.text
    else:
        yield from (message.content for message in record.messages)


def _hash(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _facts(source: Corpus | Plain, path: str, data: Path) -> FileFacts:
    return {
        "name": source.name,
        "file": path,
        "sha256": sha256_of(data / path),
        "licence": source.licence,
        "url": source.url,
    }
