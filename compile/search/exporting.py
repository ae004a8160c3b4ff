"""Exports passages for the page: `export_search` writes the folder ``search/`` of a bundle."""

import shutil
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

import orjson

from chat.questions import ASKING_WORDS
from compile.search.endings import ENDINGS
from compile.search.files import (
    FORMAT,
    INDEX,
    POSTINGS,
    TERMS,
    VERSION,
    Vocabulary,
    told,
    write_postings,
    write_terms,
)
from compile.search.lexicon import Lexicon, Terms, learn
from compile.search.ranking import Posting
from compile.search.sources import Source, page_and_headings, read_source
from compile.search.tokeniser import PageTokeniser
from curation.atomic import publish_directory, share
from curation.progress import Advance, Progress, Quiet
from rag.disk import room_on_disk
from rag.lexical import lexical_fields
from rag.passages import searched_text
from rag.stores import Stored

# Passages that the page reads at once: some 100 kB.
_BLOCK: Final = 64


@dataclass(frozen=True, slots=True)
class Exported:
    """A folder that the page can search.

    Parameters
    ----------
    passages
        That it holds.
    left_out
        Passages that stayed behind because they are for certain groups only.
    bytes
        Of all files.
    index_bytes, brotli_bytes
        Of what the page loads before its first search, as it is and compressed.
    """

    passages: int
    left_out: int
    bytes: int
    index_bytes: int
    brotli_bytes: int


def export_search(
    source: Path,
    out: Path,
    progress: Progress | None = None,
    *,
    groups: Collection[str] | None = (),
) -> Exported:
    """Write the passages of an index, a release or a folder of documents, and what finds them.

    The same passages give the same bytes. ``out`` appears whole, or stays as it was.

    Parameters
    ----------
    groups
        Whoever opens the bundle is taken for a member of these; none: only what everybody may read is
        exported. ``None``: everything.

    Raises
    ------
    ConfigurationError
        When there is nothing to read, or an index of another version.
    UserError
        When no passage may be exported, or the disk is full.
    """
    return write_search(read_source(source, groups), out, progress or Quiet())


def write_search(source: Source, out: Path, progress: Progress) -> Exported:
    """Write ``out`` for passages that may be exported; see `export_search`."""
    passages, fields = source.stored, _fields(source.stored)
    lengths, postings = _inverted(fields)
    vocabulary = Vocabulary.of(list(postings))
    lexicon = _lexicon(passages, vocabulary, progress)
    index = {
        TERMS: write_terms(vocabulary, lexicon, lengths),
        POSTINGS: write_postings([postings[term] for term in vocabulary.terms]),
    }
    blocks = {
        f"passages/{at // _BLOCK:05}.json": orjson.dumps([_shown(one) for one in passages[at : at + _BLOCK]])
        for at in range(0, len(passages), _BLOCK)
    }
    index[INDEX] = orjson.dumps(
        {
            "format": FORMAT,
            "version": VERSION,
            "passages": len(passages),
            "tokens": sum(lengths),
            "block": _BLOCK,
            "settings": {"k1": source.ranking.k1, "b": source.ranking.b, "asking": list(ASKING_WORDS)},
            "steps": lexicon.steps,
            "restricted": source.restricted,
            **({} if source.licences is None else {"licences": source.licences}),
            "files": dict(told(name, content) for name, content in {**index, **blocks}.items()),
        }
    )
    with room_on_disk(out, "the passages that were exported before are as they were"):
        _write(out, {**index, **blocks})
    return Exported(
        len(passages),
        source.left_out,
        sum(map(len, [*index.values(), *blocks.values()])),
        sum(map(len, index.values())),
        sum(map(_compressed, index.values())),
    )


def _fields(stored: Sequence[Stored]) -> list[list[str]]:
    """Terms of each passage, as the index has them; a passage that is not in NFC is tokenised again."""
    texts = [searched_text(one.passage) for one in stored]
    again = [at for at, text in enumerate(texts) if not unicodedata.is_normalized("NFC", text)]
    fields = [one.lexical for one in stored]
    normalised = lexical_fields([unicodedata.normalize("NFC", texts[at]) for at in again])
    for at, field in zip(again, normalised, strict=True):
        fields[at] = field
    return [field.split() for field in fields]


def _inverted(fields: Sequence[Sequence[str]]) -> tuple[list[int], dict[str, list[Posting]]]:
    postings: dict[str, list[Posting]] = {}
    for number, field in enumerate(fields):
        for term, times in Counter(field).items():
            postings.setdefault(term, []).append((number, times))
    return [len(field) for field in fields], postings


def _lexicon(passages: Sequence[Stored], vocabulary: Vocabulary, progress: Progress) -> Lexicon:
    """What is learnt from the passages; the words that the page would cut otherwise than Kiwi among it."""
    with progress.task("words", len(passages), "passages") as advance:
        lexicon, words = learn(chain(ENDINGS, _texts(passages, advance)), frozenset(vocabulary.morphemes))
    cut = PageTokeniser(lexicon).cut
    with progress.task("exceptions", len(words), "words") as advance:
        return Lexicon(lexicon.entries, dict(_exceptions(words, cut, advance)), lexicon.steps)


def _exceptions(
    words: Mapping[str, Terms], cut: Callable[[str], Terms], advance: Advance
) -> Iterator[tuple[str, Terms]]:
    for word, terms in words.items():
        if sorted(cut(word)) != sorted(terms):
            yield word, terms
        advance(1)


def _texts(passages: Sequence[Stored], advance: Advance) -> Iterator[str]:
    for one in passages:
        yield unicodedata.normalize("NFC", searched_text(one.passage))
        advance(1)


def _shown(stored: Stored) -> dict[str, Any]:
    passage = stored.passage
    page, headings = page_and_headings(passage)
    return {
        "id": passage.passage_id,
        "title": passage.title,
        "headings": headings,
        "text": passage.text,
        "source": passage.source,
        "page": page,
    }


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        for name, content in files.items():
            target = work / name
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(content)
        share(work)
        publish_directory(work, out)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _compressed(content: bytes) -> int:
    import brotli  # noqa: PLC0415 - comes with the extra "compile"

    return len(brotli.compress(content))
