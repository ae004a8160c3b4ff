"""Corpora of any size from real sentences: documents of some 100 words, and short texts.

Documents are joined from sentences of the public corpora, short texts from pieces of three or four
words. Rows are written as they are made, so memory does not grow with their number. Among them are
exact copies, variants with one to eight edited words, and texts that filters are for: too short,
full of symbols, English. The same seed gives the same bytes.

Usage: python benchmarks/curation/recombined.py OUT [--documents 60000] [--words 100] [--short 0] [--seed 1]
writes ``OUT/documents/*.jsonl`` and ``OUT/short/*.jsonl``, rows of {id, text}.
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import orjson
from korean_texts import sentence_pairs
from planted import Words, edited, sentences

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import corpora_or_exit

ROWS_A_FILE = 50_000
# Copies and variants are of one of the last texts made, so that they lie some way apart.
REMEMBERED = 5_000
# What becomes of a row: a copy, a variant, or one of the faults; the others are new texts.
COPY, VARIANT, TOO_SHORT, SYMBOLS, ENGLISH = 0.10, 0.10, 0.02, 0.02, 0.02
ORNAMENTS = "=-*~★☆■□◆▶※♥♡"

Make = Callable[[random.Random], Words]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("out", type=Path)
    options.add_argument("--documents", type=int, default=60_000)
    options.add_argument("--words", type=int, default=100, help="of a document, give or take a fifth")
    options.add_argument("--short", type=int, default=0)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    pool = sentences(corpora_or_exit())
    english = [text.split() for _, text in sentence_pairs()]
    for name, rows, make in (
        ("documents", given.documents, documents_of(pool, given.words)),
        ("short", given.short, short_texts_of(pool)),
    ):
        texts = mixed(make, pool, english, random.Random(f"{given.seed} {name}"))
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
    while True:
        if len(made) < REMEMBERED:
            fate = 1.0
        else:
            fate = choose.random()
        for share, other in (
            (COPY, lambda: choose.choice(made)),
            (VARIANT, lambda: edited(choose.choice(made), vocabulary, choose)),
            (TOO_SHORT, lambda: choose.choice(pool)[:1]),
            (SYMBOLS, lambda: ornamented(make(choose), choose)),
            (ENGLISH, lambda: foreign(choose)),
        ):
            if fate < share:
                yield " ".join(other())
                break
            fate -= share
        else:
            words = make(choose)
            if len(made) < REMEMBERED:
                made.append(words)
            else:
                made[choose.randrange(REMEMBERED)] = words
            yield " ".join(words)


def ornamented(words: Words, choose: random.Random) -> Words:
    """Put as many ornaments as letters between the words."""
    return [part for word in words for part in (word, choose.choice(ORNAMENTS) * (len(word) + 2))]


def write(texts: Iterator[str], folder: Path) -> None:
    """Write texts as jsonl files of ``ROWS_A_FILE`` rows."""
    number = 0
    while rows := list(islice(texts, ROWS_A_FILE)):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{number // ROWS_A_FILE:05d}.jsonl").open("wb") as stream:
            for place, text in enumerate(rows, number):
                row = {"id": f"{folder.name}-{place:07d}", "text": text}
                stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
        number += len(rows)


if __name__ == "__main__":
    main()
