"""Benchmark sets with near-duplicates whose similarity is known.

Documents of 100 to 150 words are joined from sentences of the public corpora. Documents that are
similar by nature (word-5-gram Jaccard of 0.3 or more to an earlier one, found by counting shared
5-grams exactly, without MinHash) are left out. Then copies and variants with one to eight edited
words are planted, and the Jaccard similarity of every planted pair is computed with Python sets.

Usage: python benchmarks/curation/planted.py OUT [--documents 20000] [--seed 1]
writes ``documents.jsonl`` ({id, text}, shuffled) and ``families.jsonl``
({ids, pairs: [[first, second, similarity]]}).
"""

import argparse
import csv
import itertools
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import corpora_or_exit

GRAM = 5
NATURALLY_SIMILAR = 0.3
# What becomes of a document: how often, and how many copies and variants are planted.
FATES = ((0.55, 0, 0), (0.12, 1, 0), (0.03, 3, 0), (0.22, 0, 1), (0.04, 0, 2), (0.04, 1, 3))
MOST_EDITS = 8

Words = list[str]
Grams = set[tuple[str, ...]]


@dataclass(frozen=True)
class Family:
    """Documents made from one: the first is the original."""

    ids: list[str]
    pairs: list[tuple[str, str, float]]


def sentences(corpora: Path) -> list[Words]:
    """Give distinct sentences of three words and more, in a fixed order."""
    found = {}
    for text in itertools.chain(*(reader(corpora) for reader in SOURCES)):
        words = text.split()
        if len(words) >= 3:
            found.setdefault(" ".join(words), words[:60])
    return list(found.values())


def lines(path: Path, column: int | None = None) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        fields = line.split("\t")
        if column is None:
            yield line
        elif len(fields) > column:
            yield fields[column]


def petitions(corpora: Path) -> Iterator[str]:
    with (corpora / "petitions/petitions_2017-08").open("rb") as stream:
        for line in stream:
            yield from orjson.loads(line)["content"].splitlines()


def chatbot(corpora: Path) -> Iterator[str]:
    with (corpora / "chatbot_data/ChatbotData.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield f"{row['Q']} {row['A']}"


def nsmc_raw(corpora: Path) -> Iterator[str]:
    for path in sorted((corpora / "nsmc/raw").glob("*.json")):
        yield from (review["review"] for review in orjson.loads(path.read_bytes()))


def klue(corpora: Path) -> Iterator[str]:
    for row in orjson.loads((corpora / "klue/klue-nli-v1.1_dev.json").read_bytes()):
        yield row["premise"]


SOURCES = (
    petitions,
    chatbot,
    nsmc_raw,
    klue,
    lambda corpora: lines(corpora / "nsmc/nsmc_from_raw_train_24k.txt", 1),
    lambda corpora: lines(corpora / "kobest/BoolQ_dev.tsv", 1),
    lambda corpora: lines(corpora / "kote/val.tsv", 1),
    lambda corpora: lines(corpora / "3i4k/fci_train_val.txt", 1),
    lambda corpora: lines(corpora / "sae4k/sae4k_v1.txt", 0),
    lambda corpora: lines(corpora / "kornlu/sts-train.tsv", 5),
    lambda corpora: lines(corpora / "korean_hate_speech/unlabeled/unlabeled_comments_5.txt"),
)


def originals(pool: list[Words], count: int, choose: random.Random) -> list[Words]:
    """Join sentences to ``count`` documents; each sentence is used once before any is used again."""
    made: list[Words] = []
    order: Iterator[Words] = iter(())
    while len(made) < count:
        words: Words = []
        size = choose.randint(100, 150)
        while len(words) < size:
            sentence = next(order, None)
            if sentence is None:
                order = iter(choose.sample(pool, len(pool)))
            else:
                words = words + sentence
        made.append(words[:size])
    return made


def grams(words: Words) -> Grams:
    return {tuple(words[start : start + GRAM]) for start in range(len(words) - GRAM + 1)}


def jaccard(left: Grams, right: Grams) -> float:
    return len(left & right) / len(left | right)


def without_similar(documents: list[Words]) -> list[Words]:
    """Leave out documents that are similar to an earlier one, by exact counts of shared 5-grams."""
    numbers: dict[str, int] = {}
    hashes, owners = [], []
    for place, words in enumerate(documents):
        known = [numbers.setdefault(word, len(numbers)) for word in words]
        distinct = np.unique([hash(tuple(known[i : i + GRAM])) for i in range(len(known) - GRAM + 1)])
        hashes.append(distinct)
        owners.append(np.full(len(distinct), place))
    sizes = np.array([len(one) for one in hashes])
    all_hashes, all_owners = np.concatenate(hashes), np.concatenate(owners)
    order = np.lexsort((all_owners, all_hashes))
    all_hashes, all_owners = all_hashes[order], all_owners[order]
    keys = []
    alive = np.arange(len(all_hashes))
    step = 0
    while len(alive):
        step += 1
        alive = alive[alive + step < len(all_hashes)]
        alive = alive[all_hashes[alive] == all_hashes[alive + step]]
        keys.append(all_owners[alive] * len(documents) + all_owners[alive + step])
    pairs, shared = np.unique(np.concatenate(keys), return_counts=True)
    first, second = pairs // len(documents), pairs % len(documents)
    similar = shared / (sizes[first] + sizes[second] - shared) >= NATURALLY_SIMILAR
    left_out = set(second[similar].tolist())
    return [words for place, words in enumerate(documents) if place not in left_out]


def edited(words: Words, vocabulary: Words, choose: random.Random) -> Words:
    """Replace, leave out, insert or swap words, at one to eight places."""
    changed = list(words)
    for _ in range(choose.randint(1, MOST_EDITS)):
        place = choose.randrange(len(changed) - 1)
        kind = choose.random()
        if kind < 0.6:
            changed[place] = choose.choice(vocabulary)
        elif kind < 0.75:
            del changed[place]
        elif kind < 0.9:
            changed.insert(place, choose.choice(vocabulary))
        else:
            changed[place], changed[place + 1] = changed[place + 1], changed[place]
    return changed


def plant(count: int, corpora: Path, seed: int) -> tuple[list[tuple[str, str]], list[Family]]:
    """Give ``count`` documents as (id, text), shuffled, and the families of those that have kin."""
    choose = random.Random(seed)
    pool = sentences(corpora)
    vocabulary = [word for sentence in pool for word in sentence]
    expected = sum(share * (1 + copies + variants) for share, copies, variants in FATES)
    bases = without_similar(originals(pool, round(count / expected * 1.05) + 50, choose))
    documents: list[tuple[str, str]] = []
    families = []
    for number, base in enumerate(bases):
        if len(documents) >= count:
            break
        _, copies, variants = choose.choices(FATES, [fate[0] for fate in FATES])[0]
        members = [base] * (1 + copies) + [edited(base, vocabulary, choose) for _ in range(variants)]
        named = [(f"{number:07d}-{place}", words) for place, words in enumerate(members)]
        named = named[: count - len(documents)]
        documents += [(name, " ".join(words)) for name, words in named]
        if len(named) > 1:
            families.append(family(named))
    if len(documents) < count:
        sys.exit("too many documents are similar by nature: fewer were made than asked for")
    choose.shuffle(documents)
    return documents, families


def family(named: list[tuple[str, Words]]) -> Family:
    sets = [(name, grams(words)) for name, words in named]
    return Family(
        [name for name, _ in named],
        [(a, b, jaccard(left, right)) for (a, left), (b, right) in itertools.combinations(sets, 2)],
    )


def families_of(folder: Path) -> list[Family]:
    """Read the truth about a set."""
    with (folder / "families.jsonl").open("rb") as stream:
        return [
            Family(one["ids"], [tuple(pair) for pair in one["pairs"]]) for one in map(orjson.loads, stream)
        ]


def write(count: int, out: Path, corpora: Path, seed: int) -> int:
    """Write a set, and give the number of its families."""
    out.mkdir(parents=True, exist_ok=True)
    documents, families = plant(count, corpora, seed)
    with (out / "documents.jsonl").open("wb") as stream:
        for name, text in documents:
            stream.write(orjson.dumps({"id": name, "text": text}, option=orjson.OPT_APPEND_NEWLINE))
    with (out / "families.jsonl").open("wb") as stream:
        for one in families:
            stream.write(orjson.dumps({"ids": one.ids, "pairs": one.pairs}, option=orjson.OPT_APPEND_NEWLINE))
    return len(families)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("out", type=Path)
    options.add_argument("--documents", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    families = write(given.documents, given.out, corpora_or_exit(), given.seed)
    print(f"{given.documents} documents, {families} families in {given.out}")


if __name__ == "__main__":
    main()
