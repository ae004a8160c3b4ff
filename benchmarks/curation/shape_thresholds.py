"""The tables of docs/shape-filters.md: how Korean differs, and what each limit drops.

Every rule is run by itself on real texts, with the constant published for English and with ours.
Usage: python benchmarks/curation/shape_thresholds.py [--only NAME=FOLDER_OR_PARQUET#COLUMN]... [--json]
"""

import argparse
import gc
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import english_rules as english
import numpy as np

sys.path.append(str(Path(__file__).parents[1]))

from korean_texts import more_texts, public_corpora, sentence_pairs
from machine import corpora_or_exit, figure, machine, report, versions

from curation.language import LANGUAGES
from curation.steps.base import Drop, Given, Keep, Outcome, Step
from curation.steps.function_words import FUNCTION_WORDS
from curation.steps.language import LANGUAGE
from curation.steps.length import LENGTH
from curation.steps.lines import LINES
from curation.steps.repetition import REPETITION
from curation.steps.shape import SHAPE, ellipses, measure

# The corpus that `public_corpora` has for contrast.
ENGLISH = "SuperNI"

Texts = Mapping[str, Sequence[str]]
Table = list[dict[str, Any]]


@dataclass(frozen=True)
class Rule:
    """One rule: the published constant, ours, and how to apply each."""

    name: str
    published: str
    dropped: Callable[[str], bool] | None
    step: Step[Any] | None = None
    parameters: tuple[str, ...] = ()

    @property
    def ours(self) -> str:
        if self.step is None:
            return "not used"
        defaults = self.step.params()
        return ", ".join(f"`{name}` {getattr(defaults, name):g}" for name in self.parameters)


RULES = (
    Rule("few words", "Gopher: 50 words", english.few_words),
    Rule("few sentences", "C4: 3 sentences", english.few_sentences),
    Rule("a curly bracket", "C4: 1", english.braces),
    Rule("short words", "Gopher: mean < 3", english.short_words, SHAPE, ("min_eojeol",)),
    Rule("long words", "Gopher: mean > 10", english.long_words, SHAPE, ("max_eojeol",)),
    Rule("words without a letter", "Gopher: > 20 %", english.few_lettered, SHAPE, ("min_lettered",)),
    Rule("ellipses a word", "Gopher: > 0.1", english.many_ellipses, SHAPE, ("max_ellipses",)),
    Rule("# a word", "Gopher: > 0.1", english.many_hashes, SHAPE, ("max_hashes",)),
    Rule("symbols", "", None, SHAPE, ("max_symbols",)),
    Rule("digits", "", None, SHAPE, ("max_digits",)),
    Rule("Latin letters", "", None, SHAPE, ("max_latin",)),
    Rule("Hangul", "", None, SHAPE, ("min_hangul",)),
    Rule("lines with a bullet", "Gopher: > 90 %", english.bullets, LINES, ("max_bullets",)),
    Rule("lines with an ellipsis", "Gopher: > 30 %", english.ellipsis_lines, LINES, ("max_ellipses",)),
    Rule("lines that end", "FineWeb: <= 12 %", english.unpunctuated, LINES, ("min_ended",)),
    Rule("short lines", "FineWeb: >= 67 % of < 30", english.short_lines, LINES, ("max_short", "short")),
    Rule(
        "repeated lines",
        "Gopher: 30 %, 20 % of characters",
        english.repeated_lines,
        REPETITION,
        ("max_lines", "max_line_characters"),
    ),
    Rule("top phrase", "Gopher: 20, 18, 16 %", english.top_phrase, REPETITION, ("max_phrase",)),
    Rule(
        "repeated phrases",
        "Gopher: 15 to 10 %",
        english.duplicated,
        REPETITION,
        ("max_short", "max_long"),
    ),
    Rule(
        "function words",
        "Gopher: 2 of 8",
        english.few_stop_words,
        FUNCTION_WORDS,
        ("min", "min_share"),
    ),
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", action="append", default=[], metavar="NAME=PATH")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    corpora_or_exit()
    named = (only.split("=", 1) for only in given.only)
    texts: Texts = {name: more_texts(path) for name, path in named} or public_corpora()
    counts = counted(texts)
    tables = {
        "How Korean differs": factors(),
        "Measures of long texts (0.5 %, 50 %, 99.5 %)": percentiles(texts),
        "Texts dropped: published constant -> ours": drops(texts, counts),
        "Pages of 20 texts, a line each, that `lines` drops": pages(texts),
        "Languages named by `language`": languages(texts),
        "Microseconds of CPU a text": speed(texts),
    }
    if given.json:
        report(told(texts, counts, tables), as_json=True)
        return
    for title, table in tables.items():
        print(f"\n### {title}\n{markdown(table)}")


def factors() -> Table:
    """How much more room the same sentences take in English."""
    pairs = sentence_pairs()
    korean, other = (" ".join(side) for side in zip(*pairs, strict=True))
    syllables, letters = len(re.findall("[가-힣]", korean)), len(re.findall("[A-Za-z]", other))
    eojeol, words = korean.split(), other.split()
    lengths = [sum(map(len, parts)) / len(parts) for parts in (eojeol, words)]
    return [
        {"English for one of Korean": "letters for a syllable", "factor": round(letters / syllables, 2)},
        {"English for one of Korean": "characters", "factor": round(len(other) / len(korean), 2)},
        {"English for one of Korean": "words for an eojeol", "factor": round(len(words) / len(eojeol), 2)},
        {"English for one of Korean": "word length", "factor": round(lengths[1] / lengths[0], 2)},
    ]


def percentiles(texts: Texts) -> Table:
    """What the shape rules measure, on the texts that are long enough for them."""
    rows: dict[str, dict[str, Any]] = {}
    for name, group in texts.items():
        measured = measure(group)
        long, wordy = measured.characters >= 100, measured.eojeol >= 20
        dots = np.array([ellipses(text) for text in group])
        for measure_name, part, whole, enough in (
            ("symbols", measured.symbols, measured.characters, long),
            ("digits", measured.digits, measured.characters, long),
            ("Latin letters", measured.latin, measured.letters, long),
            ("mean eojeol", measured.characters, measured.eojeol, long),
            ("lettered eojeol", measured.lettered, measured.eojeol, wordy),
            ("ellipses an eojeol", dots, measured.eojeol, wordy),
        ):
            cell = "-"
            if enough.any():
                values = part[enough] / np.maximum(whole[enough], 1)
                cell = " ".join(f"{value:.2f}" for value in np.percentile(values, [0.5, 50, 99.5]))
            rows.setdefault(measure_name, {"measure": measure_name})[name] = cell
    return list(rows.values())


class Counts(NamedTuple):
    """How many texts of a corpus a rule drops with the published constant, and with ours."""

    published: int | None
    ours: int | None


def counted(texts: Texts) -> dict[str, dict[str, Counts]]:
    """Let each rule drop by itself; by the rule's name and the corpus."""
    return {
        rule.name: {
            name: Counts(
                sum(map(rule.dropped, group)) if rule.dropped else None,
                dropped_alone(rule, group) if rule.step else None,
            )
            for name, group in texts.items()
        }
        for rule in RULES
    }


def drops(texts: Texts, counts: Mapping[str, Mapping[str, Counts]]) -> Table:
    """How many texts each rule drops by itself, with the published constant and with ours."""
    table: Table = [{"rule": "texts", "published": "", "ours": ""}]
    table[0] |= {name: str(len(group)) for name, group in texts.items()}
    for rule in RULES:
        row = {"rule": rule.name, "published": rule.published, "ours": rule.ours}
        for name in texts:
            row[name] = " -> ".join(str(one) for one in counts[rule.name][name] if one is not None)
        table.append(row)
    return table


def told(
    texts: Texts, counts: Mapping[str, Mapping[str, Counts]], tables: Mapping[str, Table]
) -> dict[str, Any]:
    """The object of the benchmark contract: what rules drop of texts that people wrote in Korean."""
    korean = [name for name in texts if name != ENGLISH]
    both = [of for of in counts.values() if None not in next(iter(of.values()))]
    everything = len(both) * sum(len(texts[name]) for name in korean)
    shares = [100 * sum(of[name][way] or 0 for of in both for name in korean) / everything for way in (0, 1)]
    unit = "percent of Korean texts that a rule drops, mean of the rules with a published constant"
    peers = {"published for English": shares[0]}
    return {
        **figure("shape_thresholds", unit, shares[1], peers, None, lower_is_better=True),
        "tables": tables,
        "machine": machine(),
        "versions": versions("malmoi", "numpy"),
    }


def dropped_alone(rule: Rule, texts: Sequence[str]) -> int:
    """Count what a step drops with only the parameters of one rule on."""
    step = rule.step
    assert step is not None
    assert step.make is not None
    fields = step.params.model_fields
    off = {
        name: None for name in fields if name.startswith(("min", "max")) and fields[name].default is not None
    }
    if step is FUNCTION_WORDS:  # its two limits are one rule
        off = {}
    judge = step.make(step.params(**{k: v for k, v in off.items() if k not in rule.parameters}), Given())
    return sum(isinstance(outcome, Drop) for outcome in judge(texts))


def pages(texts: Texts) -> Table:
    """What `lines` makes of pages of one-line texts, at limits around its own."""
    assert LINES.make is not None
    table: Table = []
    for name, group in texts.items():
        lines = [text for text in group if text.strip() and "\n" not in text]
        joined = ["\n".join(lines[start : start + 20]) for start in range(0, len(lines) - 19, 20)]
        row: dict[str, Any] = {"texts": name, "pages": len(joined)}
        for limit in (0.3, 0.4):
            outcomes = LINES.make(LINES.params(max_ellipses=limit), Given())(joined)
            reasons = Counter(outcome.reason for outcome in outcomes if isinstance(outcome, Drop))
            row[f"`max_ellipses` {limit}"] = ", ".join(f"{n} {why}" for why, n in reasons.items()) or "0"
        table.append(row)
    return table


def languages(texts: Texts) -> Table:
    """How many texts of each corpus are named Korean, English, something else, or nothing."""
    assert LANGUAGE.make is not None
    judge = LANGUAGE.make(LANGUAGE.params(keep=(*sorted(LANGUAGES), "und")), Given())
    named = {name: Counter(_language(outcome) for outcome in judge(group)) for name, group in texts.items()}
    table: Table = []
    for language in ("ko", "en", "other", "und"):
        row: dict[str, Any] = {"language": language}
        for name, counted in named.items():
            others = sum(counted.values()) - counted["ko"] - counted["en"] - counted["und"]
            row[name] = others if language == "other" else counted[language]
        table.append(row)
    return table


def _language(outcome: Outcome) -> str:
    assert isinstance(outcome, Keep)
    return str(outcome.tags["language"])


def speed(texts: Texts) -> Table:
    gc.freeze()  # a collection of all that the benchmark holds would be counted for one corpus by chance
    table: Table = []
    for step in (LENGTH, SHAPE, LINES, REPETITION, LANGUAGE, FUNCTION_WORDS):
        assert step.make is not None
        judge = step.make(step.params(), Given())
        judge(["짧은 글 하나", "and another one"])  # models and tables are loaded once
        row: dict[str, Any] = {"step": f"`{step.name}`"}
        for name, group in texts.items():
            begun = time.process_time()
            for start in range(0, len(group), 1000):
                judge(group[start : start + 1000])
            row[name] = f"{(time.process_time() - begun) / len(group) * 1e6:.3g}"
        table.append(row)
    return table


def markdown(table: Table) -> str:
    names = list(table[0])
    lines = [names, ["---"] * len(names), *([str(row[name]) for name in names] for row in table)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


if __name__ == "__main__":
    main()
