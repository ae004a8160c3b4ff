"""The files of an exported index, written and read: terms and lexicon, postings, blocks of passages.

Read in the page by `compile/web/src/search/reader.ts`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from compile.search.characters import is_bigram
from compile.search.coding import Reader, varint, varints, words
from compile.search.lexicon import CONTENT, NOUN, STEM, UNKNOWN, Entry, Lexicon, Terms
from compile.search.ranking import PageRanking, Posting
from compile.search.tokeniser import PageTokeniser
from curation.errors import UserError

FORMAT: Final = "malmoi-search"
# Raise it when a page of before cannot read the files any more.
VERSION: Final = 1
INDEX: Final = "index.json"
TERMS: Final = "terms.bin"
POSTINGS: Final = "postings.bin"
# Classes of morphemes that are written as they are.
_OWN: Final = (NOUN, STEM)
_FIRST_SYLLABLE: Final = 0xAC00
_SYLLABLES: Final = 11_172


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms in the order of their numbers: morphemes, then marked bigrams."""

    morphemes: Sequence[str]
    bigrams: Sequence[str]

    @classmethod
    def of(cls, terms: Sequence[str]) -> "Vocabulary":
        """Sort the terms of all passages."""
        distinct = sorted(set(terms))
        return cls(
            [term for term in distinct if not is_bigram(term)], [term for term in distinct if is_bigram(term)]
        )

    @property
    def terms(self) -> list[str]:
        """All of them."""
        return [*self.morphemes, *self.bigrams]


def write_terms(vocabulary: Vocabulary, lexicon: Lexicon, lengths: Sequence[int]) -> bytes:
    """What the page holds in memory: vocabulary, lexicon, and the number of tokens of each passage."""
    numbers = {term: number for number, term in enumerate(vocabulary.morphemes)}
    own = {group: dict.fromkeys(vocabulary.morphemes, 0) for group in _OWN}
    others: dict[int, dict[str, Entry]] = {group: {} for group in range(UNKNOWN)}
    for form, readings in sorted(lexicon.entries.items()):
        for one in readings:
            if one.kind in _OWN and one.terms == (form,):
                own[one.kind][form] = one.count
            else:
                others[one.kind][form] = one
    codes = sorted(map(_code, vocabulary.bigrams))
    whole = sorted(lexicon.words)
    return b"".join(
        (
            words(vocabulary.morphemes),
            varint(len(codes)),
            varints(after - before for before, after in zip([0, *codes], codes, strict=False)),
            *(varints(counts.values()) for counts in own.values()),
            *(_entries(group, entries, numbers) for group, entries in others.items()),
            words(whole),
            b"".join(_numbered(lexicon.words[one], numbers) for one in whole),
            varints(lengths),
        )
    )


def _entries(group: int, entries: Mapping[str, Entry], numbers: Mapping[str, int]) -> bytes:
    counts = varints(one.count for one in entries.values())
    terms = (_numbered(one.terms, numbers) for one in entries.values() if group in CONTENT)
    return words(list(entries)) + counts + b"".join(terms)


def _numbered(terms: Terms, numbers: Mapping[str, int]) -> bytes:
    return varints([len(terms), *(numbers[term] for term in terms)])


def _code(bigram: str) -> int:
    first, second = (ord(char) - _FIRST_SYLLABLE for char in bigram[1:])
    return first * _SYLLABLES + second


def _bigram(code: int) -> str:
    first, second = divmod(code, _SYLLABLES)
    return f"_{chr(_FIRST_SYLLABLE + first)}{chr(_FIRST_SYLLABLE + second)}"


def write_postings(postings: Sequence[Sequence[Posting]]) -> bytes:
    """Of each term: in how many passages it stands; then the gaps, twice, plus one when it stands there
    more than once, with how often less two following.
    """
    found = bytearray()
    for rows in postings:
        found += varint(len(rows))
        before = -1
        for number, times in rows:
            gap = number - before - 1
            before = number
            if times == 1:
                found += varint(gap << 1)
            else:
                found += varint(gap << 1 | 1) + varint(times - 2)
    return bytes(found)


def told(name: str, content: bytes) -> tuple[str, dict[str, Any]]:
    """A file's name with its size and hash, as ``index.json`` has them."""
    return name, {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def read_exported(folder: Path) -> PageRanking:
    """Open an exported index as the page does.

    Raises
    ------
    UserError
        When a file is missing or damaged, or of another version.
    """
    try:
        index = orjson.loads((folder / INDEX).read_bytes())
        if index["format"] != FORMAT or index["version"] != VERSION:
            raise UserError(
                "The exported passages are of another version.", where=str(folder), fix="Export them again."
            )
        contents = {name: (folder / name).read_bytes() for name in (TERMS, POSTINGS)}
        damaged = [
            name for name, content in contents.items() if told(name, content)[1] != index["files"][name]
        ]
        if damaged:
            raise UserError(
                "A file of the exported passages is damaged.",
                where=str(folder / damaged[0]),
                fix="Export them again.",
            )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            "The exported passages cannot be read.", where=f"{folder}: {error}", fix="Export them again."
        ) from error
    vocabulary, lexicon, lengths = read_terms(contents[TERMS], index["passages"], index["steps"])
    postings = read_postings(contents[POSTINGS], vocabulary.terms)
    settings = index["settings"]
    return PageRanking(PageTokeniser(lexicon), postings, lengths, settings["k1"], settings["b"])


def read_terms(
    content: bytes, passages: int, steps: Sequence[Sequence[float]]
) -> tuple[Vocabulary, Lexicon, list[int]]:
    """What `write_terms` wrote."""
    reader = Reader(content)
    morphemes = reader.words()
    code, bigrams = 0, []
    for gap in reader.varints(reader.varint()):
        code += gap
        bigrams.append(_bigram(code))
    found: list[tuple[str, Entry]] = []
    for group in _OWN:
        counts = reader.varints(len(morphemes))
        found += [
            (form, Entry(group, count, (form,)))
            for form, count in zip(morphemes, counts, strict=True)
            if count
        ]
    for group in range(UNKNOWN):
        forms = reader.words()
        counts = reader.varints(len(forms))
        for form, count in zip(forms, counts, strict=True):
            numbers = reader.varints(reader.varint()) if group in CONTENT else []
            found.append((form, Entry(group, count, tuple(morphemes[number] for number in numbers))))
    entries: dict[str, list[Entry]] = {}
    for form, entry in sorted(found, key=lambda one: (one[0], one[1].kind)):
        entries.setdefault(form, []).append(entry)
    whole = {
        word: tuple(morphemes[number] for number in reader.varints(reader.varint()))
        for word in reader.words()
    }
    lengths = reader.varints(passages)
    return Vocabulary(morphemes, bigrams), Lexicon(entries, whole, steps), lengths


def read_postings(content: bytes, terms: Sequence[str]) -> dict[str, list[Posting]]:
    """What `write_postings` wrote, by term."""
    reader = Reader(content)
    found: dict[str, list[Posting]] = {}
    for term in terms:
        rows: list[Posting] = []
        number = -1
        for _ in range(reader.varint()):
            gap = reader.varint()
            number += (gap >> 1) + 1
            rows.append((number, reader.varint() + 2 if gap & 1 else 1))
        found[term] = rows
    return found
