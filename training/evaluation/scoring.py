"""Scores of answers: ROUGE-L over the right tokens, exact match, and for labels macro F1 and chance."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from curation.bootstrap import Statistic, Values
from curation.superni.metrics import exact_match, normalised, rouge_l
from curation.superni.tokens import Tokenise, characters, gpt2_tokens, morphemes, rouge_tokens
from training.evaluation.measured import MeasuredRow, Row, Tokens

_LABEL = tuple[str, str]  # the task, and the label as it is compared


@dataclass(frozen=True, slots=True)
class Score:
    """Scores of an answer, from 0 to 1; the best of several references counts."""

    rouge_l: float
    exact_match: float


def scores(rows: Sequence[Row], given: Sequence[str], gpt2_merges: Path | None) -> list[Score]:
    """Score an answer to each row.

    Each row says which tokens ROUGE-L compares: those of rouge-score's default find none in Korean, so
    that equal answers would score 0.

    Raises
    ------
    ConfigurationError
        When GPT-2's tokens are wanted and ``gpt2_merges`` is not their list of merges.
    """
    rouge = [0.0] * len(rows)
    for kind in dict.fromkeys(row.tokens for row in rows):
        places = [place for place, row in enumerate(rows) if row.tokens == kind]
        found = rouge_l(
            [given[place] for place in places],
            [rows[place].references for place in places],
            _tokenise(kind, gpt2_merges),
        )
        for place, score in zip(places, found, strict=True):
            rouge[place] = score
    return [Score(rouge[place], exact_match(given[place], row.references)) for place, row in enumerate(rows)]


def _tokenise(kind: Tokens, gpt2_merges: Path | None) -> Tokenise:
    if kind == "gpt2":
        assert gpt2_merges is not None, "only the set of SuperNI asks for them, where the list is given"
        return gpt2_tokens(gpt2_merges)
    return {"morphemes": morphemes, "characters": characters, "rouge": rouge_tokens}[kind]


def macro_f1(rows: Sequence[MeasuredRow]) -> Statistic:
    """Give the statistic of the mean of F1 over labels, tasks apart; rows without a label space count not.

    An answer that is no label is a miss of the right label and no find of another. Labels that neither
    are right nor were given in a draw are left out of it.
    """
    gold = [_gold(one.row) if one.row.label_space else None for one in rows]
    said = [None if right is None else _said(one, right) for one, right in zip(rows, gold, strict=True)]
    known = {(one.row.task, normalised(label)) for one in rows for label in one.row.label_space}
    labels = sorted(known | {right for right in gold if right is not None})
    is_gold, is_said = _table(gold, labels), _table(said, labels)
    hits = is_gold * is_said

    def of(draws: Values) -> Values:
        found, total = draws @ hits, draws @ (is_gold + is_said)
        occurs = total > 0
        f1 = np.divide(2 * found, total, out=np.zeros_like(found), where=occurs)
        result: Values = f1.sum(axis=1) / np.maximum(occurs.sum(axis=1), 1)
        return result

    return of


def chance(rows: Iterable[Row]) -> tuple[float, float]:
    """Give the exact match, from 0 to 1, of guessing a label, and of saying each task's commonest one."""
    chosen = [row for row in rows if row.label_space]
    if not chosen:
        return 0.0, 0.0
    guess = sum(1 / len({normalised(label) for label in row.label_space}) for row in chosen)
    commonest: dict[str, Counter[_LABEL]] = {}
    for row in chosen:
        commonest.setdefault(row.task, Counter())[_gold(row)] += 1
    return guess / len(chosen), sum(max(one.values()) for one in commonest.values()) / len(chosen)


def _gold(row: Row) -> _LABEL:
    return row.task, normalised(row.references[0])


def _said(one: MeasuredRow, gold: _LABEL) -> _LABEL:
    # Of several right labels any is as good as the first.
    return gold if one.exact_match else (one.row.task, normalised(one.given or ""))


def _table(of_rows: Sequence[_LABEL | None], labels: Sequence[_LABEL]) -> Values:
    places = {label: place for place, label in enumerate(labels)}
    table = np.zeros((len(of_rows), len(labels)))
    for number, label in enumerate(of_rows):
        if label in places:
            table[number, places[label]] = 1
    return table
