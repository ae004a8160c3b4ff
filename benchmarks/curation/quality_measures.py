"""The tables of docs/quality.md: what the quality score tells apart, and what corrections do to good text.

Real texts are damaged on purpose. For the score: how often a text scores above its own damaged
version of any other text (area under the ROC curve). For corrections: how many lost spaces come
back, and how much of the undamaged text is changed, which matters more.
Usage: python benchmarks/curation/quality_measures.py [--texts 250] [--json]
"""

import argparse
import random
import sys
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))

from korean_texts import public_corpora
from machine import corpora_or_exit, figure, machine, report, versions

from curation.korean import analyses, is_syllable
from curation.quality.corrections import Wanted, corrected
from curation.quality.score import judged

DAMAGED = ("KoBEST", "GSD", "petitions", "NSMC")
AS_THEY_ARE = (*DAMAGED, "comments", "headlines")
SYLLABLES = [chr(code) for code in range(0xAC00, 0xD7A4)]
SPACES = Wanted(spacing=True, typos=False, compounds=False, most=1.0)
COMPOUNDS = Wanted(spacing=True, typos=False, compounds=True, most=1.0)
TYPOS = Wanted(spacing=False, typos=True, compounds=False, most=1.0)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--texts", type=int, default=250, help="of each corpus")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    corpora_or_exit()
    corpora = public_corpora()
    chooser = random.Random(7)
    chosen = {}
    for name in AS_THEY_ARE:
        long_enough = [text[:1500] for text in dict.fromkeys(corpora[name]) if len(text) >= 20]
        chosen[name] = chooser.sample(long_enough, min(given.texts, len(long_enough)))
    tables = {
        "undamaged": [undamaged(name, texts) for name, texts in chosen.items()],
        "separation": [row for name in DAMAGED for row in separation(name, chosen[name])],
        "spacing": [row for name in DAMAGED for row in spacing(name, chosen[name])],
        "typos": [typos(name, chosen[name]) for name in DAMAGED],
    }
    if given.json:
        report(told(tables), as_json=True)
        return
    for table, rows in tables.items():
        print(f"\n{table}")
        for row in rows:
            print("  " + "  ".join(f"{key} {value}" for key, value in row.items() if key != "examples"))
            for example in row.get("examples", ()):
                print(f"      {example}")


def told(tables: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The object of the benchmark contract: the score beside fluency alone, over all that was damaged."""
    told_apart = {
        way: float(np.mean([row[way] for row in tables["separation"]])) for way in ("score", "fluency")
    }
    unit = "share of pairs in which the undamaged text scores higher, mean of corpora and damages"
    peers = {"fluency alone": told_apart["fluency"]}
    return {
        **figure("quality_measures", unit, told_apart["score"], peers, None),
        "tables": tables,
        "machine": machine(),
        "versions": versions("malmoi", "kiwipiepy"),
    }


def damages() -> dict[str, Callable[[str], str]]:
    """Name the ways to damage a text, each with dice of its own."""
    dice = random.Random(11)

    def shuffled(units: Sequence[str]) -> list[str]:
        return dice.sample(units, len(units))

    def refilled(text: str, syllables: Sequence[str]) -> str:
        rest = iter(syllables)
        return "".join(next(rest) if is_syllable(char) else char for char in text)

    return {
        "words in random order": lambda text: " ".join(shuffled(text.split())),
        "syllables in random order": lambda text: refilled(text, shuffled(list(filter(is_syllable, text)))),
        "random syllables": lambda text: refilled(text, dice.choices(SYLLABLES, k=len(text))),
        "15 % of syllables random": lambda text: "".join(
            dice.choice(SYLLABLES) if is_syllable(char) and dice.random() < 0.15 else char for char in text
        ),
        "15 % of characters lost": lambda text: "".join(
            char for char in text if char == " " or dice.random() >= 0.15
        ),
        "UTF-8 read as Latin-1": lambda text: text.encode().decode("latin-1"),
        "CP949 read as Latin-1": lambda text: text.encode("cp949", "replace").decode("latin-1"),
        "UTF-8 read as CP949": lambda text: text.encode().decode("cp949", "replace"),
        "single jamo": jamo,
        "no spaces": lambda text: "".join(text.split()),
        "a space after each syllable": lambda text: " ".join("".join(text.split())),
        "nouns only": nouns,
    }


def jamo(text: str) -> str:
    # Conjoining jamo to the letters that a keyboard gives: their names end alike.
    letters = []
    for char in unicodedata.normalize("NFD", text):
        kind, _, name = unicodedata.name(char, "").partition("SEONG ")
        letters.append(unicodedata.lookup(f"HANGUL LETTER {name}") if "HANGUL" in kind and name else char)
    return "".join(letters)


def nouns(text: str) -> str:
    (morphemes,) = analyses([text])
    return " ".join(morpheme.form for morpheme in morphemes if morpheme.tag in ("NNG", "NNP"))


def separation(name: str, texts: Sequence[str]) -> list[dict[str, Any]]:
    whole = measures(texts)
    rows = []
    for damage, apply in damages().items():
        broken = measures([apply(text) for text in texts])
        rows.append(
            {
                "corpus": name,
                "damage": damage,
                "score": area(whole[0], broken[0]),
                "fluency": area(whole[1], broken[1]),
                "median_score": round(float(np.median(broken[0])), 2),
                "median_fluency": round(float(np.median(broken[1])), 2),
            }
        )
    return rows


def undamaged(name: str, texts: Sequence[str]) -> dict[str, Any]:
    scores, fluency = measures(texts)
    return {
        "corpus": name,
        "score_5_50_95": np.percentile(scores, [5, 50, 95]).round(2).tolist(),
        "fluency_1_5_50_95": np.percentile(fluency, [1, 5, 50, 95]).round(2).tolist(),
    }


def measures(texts: Sequence[str]) -> tuple[list[float], list[float]]:
    """Give the score and the fluency of each text; a text without Hangul is as bad as can be."""
    found = [judged(text, morphemes, 5) for text, morphemes in zip(texts, analyses(texts), strict=True)]
    return [one.score for one in found], [-30.0 if one.fluency is None else one.fluency for one in found]


def area(good: Sequence[float], bad: Sequence[float]) -> float:
    above = np.subtract.outer(good, bad)
    return round(float(np.mean((above > 0) + 0.5 * (above == 0))), 3)


def spacing(name: str, texts: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    words = sum(len(text.split()) for text in texts)
    for mode, wanted in (("default", SPACES), ("compounds", COMPOUNDS)):
        for share in (0.0, 0.2, 1.0):
            dice = random.Random(5)
            glued = [without_spaces(text, share, dice) for text in texts]
            found = [
                corrected(text, morphemes, wanted).text
                for text, morphemes in zip(glued, analyses(glued), strict=True)
            ]
            right = wrong = lost = 0
            for text, before, after in zip(texts, glued, found, strict=True):
                true, start, end = places(text), places(before), places(after)
                right += len((true - start) & end)
                lost += len(true - start)
                wrong += len((end ^ true) & (end ^ start))  # changed, and not to what the text has
            precision, recall = right / max(1, right + wrong), right / max(1, lost)
            rows.append(
                {
                    "corpus": name,
                    "mode": mode,
                    "spaces_lost": share,
                    "precision": round(precision, 3),
                    "recall": round(recall, 3),
                    "f1": round(2 * precision * recall / max(1e-9, precision + recall), 3),
                    "changed_otherwise_per_1000_words": round(1000 * wrong / words, 2),
                }
            )
    return rows


def without_spaces(text: str, share: float, dice: random.Random) -> str:
    kept = []
    for place, char in enumerate(text):
        between = char == " " and 0 < place < len(text) - 1
        if (
            between
            and is_syllable(text[place - 1])
            and is_syllable(text[place + 1])
            and dice.random() < share
        ):
            continue
        kept.append(char)
    return "".join(kept)


def places(text: str) -> set[int]:
    """Give where blanks stand, in characters that are none."""
    seen, found = 0, set()
    for char in text:
        if char.isspace():
            found.add(seen)
        else:
            seen += 1
    return found


def typos(name: str, texts: Sequence[str]) -> dict[str, Any]:
    words = sum(len(text.split()) for text in texts)
    examples = []
    for text, morphemes in zip(texts, analyses(texts, typos=True), strict=True):
        after = corrected(text, morphemes, TYPOS).text
        examples += [
            f"{old} → {new}" for old, new in zip(text.split(), after.split(), strict=True) if old != new
        ]
    return {
        "corpus": name,
        "changed_per_1000_words": round(1000 * len(examples) / words, 2),
        "examples": random.Random(1).sample(examples, min(15, len(examples))),
    }


if __name__ == "__main__":
    main()
