"""Corpora of any size from real sentences: documents of some 100 words, and short texts.

Documents are joined from sentences of the public corpora, short texts from pieces of three or four
words. Rows are written as they are made, so memory does not grow with their number. Among them are
exact copies, variants with one to eight edited words, and texts that filters are for: too short,
full of symbols, English. The same seed gives the same bytes.

Usage: python benchmarks/curation/recombined.py OUT [--documents 60000] [--words 100] [--short 0] [--seed 1]
       [--parquet]
writes ``OUT/documents/*.jsonl`` and ``OUT/short/*.jsonl``, rows of {id, text}; or, with --parquet,
``OUT/documents.parquet`` and ``OUT/short.parquet``, whose rows have an ``order`` as well.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from korean_texts import sentence_pairs
from planted import Words, edited, sentences

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import corpora_or_exit

ROWS_A_FILE = 50_000
SCHEMA = pa.schema([("order", pa.int64()), ("id", pa.string()), ("text", pa.string())])
# Copies and variants are of one of the last texts made, so that they lie some way apart.
REMEMBERED = 2_000
# Shares of rows that are copies, variants, or what filters are for; the others are new texts.
COPIES, VARIANTS, TOO_SHORT, ORNAMENTED, ENGLISH = 0.10, 0.10, 0.02, 0.02, 0.02
ORNAMENTS = "=-*~★☆■□◆▶※♥♡"

Make = Callable[[random.Random], Words]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("out", type=Path)
    options.add_argument("--documents", type=int, default=60_000)
    options.add_argument("--words", type=int, default=100, help="of a document, give or take a fifth")
    options.add_argument("--short", type=int, default=0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--parquet", action="store_true")
    given = options.parse_args()
    pool = sentences(corpora_or_exit())
    english = [text.split() for _, text in sentence_pairs()]
    for name, rows, make in (
        ("documents", given.documents, documents_of(pool, given.words)),
        ("short", given.short, short_texts_of(pool)),
    ):
        texts = mixed(make, pool, english, random.Random(f"{given.seed} {name}"))
        write = write_parquet if given.parquet else write_jsonl
        write(islice(texts, rows), given.out / name)


def documents_of(pool: list[Words], words_each: int) -> Make:
    """Join whole sentences, and cut the last one short."""

    def make(choose: random.Random) -> Words:
        size = choose.randint(words_each * 4 // 5, words_each * 6 // 5)
        words: Words = []
        while len(words) < size:
            words = words + choose.choice(pool)
        return words[:size]

    return make


def short_texts_of(pool: list[Words]) -> Make:
    """Join three pieces of three or four words: whole sentences would soon be used up."""

    def make(choose: random.Random) -> Words:
        words: Words = []
        for _ in range(3):
            sentence = choose.choice(pool)
            start = choose.randrange(max(1, len(sentence) - 3))
            words = words + sentence[start : start + choose.randint(3, 4)]
        return words

    return make


def mixed(make: Make, pool: list[Words], english: list[Words], choose: random.Random) -> Iterator[str]:
    """Give new texts, copies, variants and faulty texts without end."""
    vocabulary = [word for sentence in pool[:20_000] for word in sentence]
    foreign = documents_of(english, 40)
    made: list[Words] = []

    def new() -> Words:
        words = make(choose)
        if len(made) < REMEMBERED:
            made.append(words)
        else:
            made[choose.randrange(REMEMBERED)] = words
        return words

    fates: dict[Callable[[], Words], float] = {
        new: 1 - COPIES - VARIANTS - TOO_SHORT - ORNAMENTED - ENGLISH,
        lambda: choose.choice(made): COPIES,
        lambda: edited(choose.choice(made), vocabulary, choose): VARIANTS,
        lambda: choose.choice(pool)[:1]: TOO_SHORT,
        lambda: ornamented(make(choose), choose): ORNAMENTED,
        lambda: foreign(choose): ENGLISH,
    }
    makers, shares = list(fates), list(fates.values())
    while True:
        maker = choose.choices(makers, shares)[0] if len(made) == REMEMBERED else new
        yield " ".join(maker())


def ornamented(words: Words, choose: random.Random) -> Words:
    """Put as many ornaments as letters between the words."""
    return [part for word in words for part in (word, choose.choice(ORNAMENTS) * (len(word) + 2))]


def write_jsonl(texts: Iterator[str], folder: Path) -> None:
    """Write texts as jsonl files of ``ROWS_A_FILE`` rows."""
    for number, rows in enumerate(parts_of(texts, folder.name)):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{number:05d}.jsonl").open("wb") as stream:
            for name, text in rows:
                stream.write(orjson.dumps({"id": name, "text": text}, option=orjson.OPT_APPEND_NEWLINE))


def write_parquet(texts: Iterator[str], path: Path) -> None:
    """Write texts as one Parquet file, a row group for ``ROWS_A_FILE`` rows."""
    order = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    target = path.with_suffix(".parquet")
    with pq.ParquetWriter(target, SCHEMA, compression="lz4", use_dictionary=False) as writer:
        for rows in parts_of(texts, path.name):
            places = pa.array(range(order, order + len(rows)))
            names, held = map(pa.array, zip(*rows, strict=True))
            writer.write_table(pa.table([places, names, held], schema=SCHEMA))
            order += len(rows)


def parts_of(texts: Iterator[str], name: str) -> Iterator[list[tuple[str, str]]]:
    """Give (id, text) of each row, ``ROWS_A_FILE`` rows at a time."""
    named = ((f"{name}-{place:07d}", text) for place, text in enumerate(texts))
    while rows := list(islice(named, ROWS_A_FILE)):
        yield rows


if __name__ == "__main__":
    main()
