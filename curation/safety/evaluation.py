"""How well a model judges: in its own corpus, in the other one, and on texts that hold no harm."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import JsonValue

from curation.safety.keywords import Keywords
from curation.safety.lexicon import lexicon
from curation.safety.material import Example, Material
from curation.safety.mentions import mentions
from curation.safety.model import Floats, SafetyModel

Flags = npt.NDArray[np.bool_]
KEYWORDS = "keywords"
MENTIONS = "mentions of groups"


def measured(true: Flags, flagged: Flags) -> dict[str, JsonValue]:
    """Give precision, recall and F1 of ``flagged`` against ``true``; 0 where there is nothing to divide.

    ``support`` is the number of true rows, ``rows`` that of all.
    """
    hits = int((true & flagged).sum())
    found, support = int(flagged.sum()), int(true.sum())
    return {
        "precision": round(hits / found, 4) if found else 0.0,
        "recall": round(hits / support, 4) if support else 0.0,
        "f1": round(2 * hits / (found + support), 4) if found + support else 0.0,
        "support": support,
        "rows": len(true),
    }


def evaluate(model: SafetyModel, material: Material) -> dict[str, Any]:
    """Evaluate a model on the test part and the clean texts.

    Returns
    -------
    dict
        For each category ``test`` (corpora that label it), ``cross`` (corpora that do not: any harm
        labelled there counts as true), ``strata`` (recall by part of a corpus) and ``false_alarms``
        (share of clean texts that are flagged); the same for the keyword layer, as one category.
    """
    tests = material.part("test")
    clean = {**material.clean, MENTIONS: mentions()}
    scores = model.scores([example.row.text for example in tests])
    clean_scores = {name: model.scores(texts) for name, texts in clean.items()}
    learned = _learned(material)
    report: dict[str, Any] = {}
    for column, (category, threshold) in enumerate(model.thresholds.items()):
        flagged = scores[:, column] >= threshold
        report[category] = {
            **_by_corpus(category, tests, flagged, learned.get(category, set())),
            "false_alarms": _shares(clean_scores, column, threshold),
        }
    report[KEYWORDS] = _keywords(tests, clean)
    return report


def _learned(material: Material) -> dict[str, set[str]]:
    """Give the corpora in which each category occurs."""
    corpora: dict[str, set[str]] = {}
    for example in material.examples:
        for category, is_true in example.row.labels.items():
            if is_true:
                corpora.setdefault(category, set()).add(example.corpus)
    return corpora


def _by_corpus(category: str, tests: Sequence[Example], flagged: Flags, learned: set[str]) -> dict[str, Any]:
    result: dict[str, Any] = {"test": {}, "cross": {}, "strata": {}}
    for corpus in sorted({example.corpus for example in tests}):
        own = corpus in learned
        rows = [
            row
            for row, example in enumerate(tests)
            if example.corpus == corpus and (not own or category in example.row.labels)
        ]
        true = np.array(
            [tests[row].row.labels[category] if own else tests[row].row.harmful for row in rows],
            dtype=np.bool_,
        )
        result["test" if own else "cross"][corpus] = measured(true, flagged[rows])
        if own:
            strata = [tests[row].row.stratum for row in rows]
            result["strata"].update(_strata(strata, true, flagged[rows]))
    return result


def _strata(strata: Sequence[str], true: Flags, flagged: Flags) -> dict[str, JsonValue]:
    named = np.array(strata)
    return {
        str(name): measured(true[named == name], flagged[named == name])
        for name in sorted(set(strata) - {""})
    }


def _shares(scores: Mapping[str, Floats], column: int, threshold: float) -> dict[str, float]:
    return {
        name: round(float((values[:, column] >= threshold).mean()), 4)
        for name, values in scores.items()
        if len(values)
    }


def _keywords(tests: Sequence[Example], clean: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    keywords = Keywords(lexicon())
    found = keywords.find([example.row.text for example in tests])
    flagged = np.array([row in found for row in range(len(tests))], dtype=np.bool_)
    return {
        **_by_corpus("", tests, flagged, set()),
        "false_alarms": {
            name: round(len(keywords.find(texts)) / len(texts), 4) for name, texts in clean.items() if texts
        },
    }
