"""PARENT in ToTTo's version: words count when the reference has them, or the table.

Dhingra et al. 2019 (https://arxiv.org/abs/1906.01081), as changed for ToTTo. Precision looks n-grams
up in the whole table with its titles and section text; recall asks for the marked cells and titles.
How much recall owes to the table follows from each reference: the less of the table it mentions, the
more. Of several references the one with the best F counts.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from curation.table_text.metrics.bleu import NULL, REFERENCES
from curation.table_text.metrics.words import Comparing, prepared, tokens_of
from curation.table_text.model import Cell, Table

_SMOOTHING = 1e-5
_ORDERS = (1, 2, 3, 4)

Tokens = Sequence[str]


@dataclass(frozen=True, slots=True)
class ParentScore:
    """Precision, recall and F, each from 0 to 1."""

    precision: float
    recall: float
    f: float


def parent(
    sentences: Sequence[str],
    references: Sequence[Sequence[str]],
    tables: Sequence[Table],
    comparing: Comparing = "words",
) -> list[ParentScore]:
    """Score each sentence against its references and its table; :func:`mean` gives a corpus's score."""
    parted = tokens_of(comparing)
    # All texts at once: particles are found in batches.
    texts: list[str] = []
    shapes: list[tuple[int, int, int]] = []
    for sentence, held, table in zip(sentences, references, tables, strict=True):
        padded = [*held, *[NULL] * (REFERENCES - len(held))]
        whole = [*_values(table.cells()), *table.titles, *filter(None, [table.section_text])]
        marked = [*_values(table.highlighted_cells), *table.titles]
        texts += [sentence.strip() or NULL, *padded, *_plain(whole), *_plain(marked)]
        shapes.append((len(padded), len(whole), len(marked)))
    tokens = iter([parted(text) for text in prepared(texts, comparing)])
    scores = []
    for counts in shapes:
        sentence_tokens = next(tokens)
        reference_tokens, whole_tokens, marked_tokens = ([next(tokens) for _ in range(n)] for n in counts)
        known = frozenset(token for value in whole_tokens for token in value)
        wanted = [value for value in marked_tokens if value]
        found = [one_reference(sentence_tokens, held, known, wanted) for held in reference_tokens]
        scores.append(max(found, key=lambda score: score.f))
    return scores


def mean(scores: Sequence[ParentScore]) -> ParentScore:
    """Give the mean of each figure; there must be one score at least."""
    count = len(scores)
    return ParentScore(
        sum(one.precision for one in scores) / count,
        sum(one.recall for one in scores) / count,
        sum(one.f for one in scores) / count,
    )


def one_reference(
    sentence: Tokens, reference: Tokens, known: Collection[str], wanted: Sequence[Tokens]
) -> ParentScore:
    """Score a sentence against one reference.

    ``known`` are the words of the table, ``wanted`` the values that a sentence should mention.
    """
    precisions, recalls = [], []
    for order in _ORDERS:
        own, its = _ngrams(sentence, order), _ngrams(reference, order)
        precisions.append(_precision(own, its, known))
        recalls.append(_recall(own, its, known))
    precision = _geometric_mean(precisions)
    reference_recall = _geometric_mean(recalls) or _SMOOTHING
    table_recall = _mentioned(wanted, sentence) or _SMOOTHING
    share = 1.0 - _mentioned(wanted, reference)
    recall = reference_recall ** (1.0 - share) * table_recall**share
    return ParentScore(precision, recall, 2 * precision * recall / (precision + recall + 1e-8))


def _values(cells: Iterable[Cell]) -> list[str]:
    stripped = (cell.value.strip() for cell in cells)
    return [value for value in stripped if value]


def _plain(values: Sequence[str]) -> list[str]:
    # The published script parts entries at bars, and so writes others as dashes.
    return [value.replace("|", "-") for value in values]


def _ngrams(tokens: Tokens, order: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(tokens[place : place + order]) for place in range(len(tokens) - order + 1))


def _entailed(ngram: tuple[str, ...], known: Collection[str]) -> float:
    return sum(token in known for token in ngram) / len(ngram)


def _precision(own: Counter[tuple[str, ...]], its: Counter[tuple[str, ...]], known: Collection[str]) -> float:
    numerator = 0.0
    for ngram, count in own.items():
        agreed = min(1.0, its[ngram] / count)
        numerator += count * (agreed + (1.0 - agreed) * _entailed(ngram, known))
    return numerator / own.total() if own else 0.0


def _recall(own: Counter[tuple[str, ...]], its: Counter[tuple[str, ...]], known: Collection[str]) -> float:
    numerator = denominator = 0.0
    for ngram, count in its.items():
        weight = count * _entailed(ngram, known)
        denominator += weight
        numerator += weight * min(1.0, own[ngram] / count)
    return numerator / denominator if denominator else 1.0


def _geometric_mean(values: Sequence[float]) -> float:
    """Give the mean over the orders; zeros of orders above 1 are smoothed, one of order 1 is not."""
    first, *longer = values
    if not first:
        return 0.0
    logs = [math.log(first), *(math.log(value or _SMOOTHING) for value in longer)]
    return math.exp(math.fsum(logs) / len(logs))


def _mentioned(values: Sequence[Tokens], sentence: Tokens) -> float:
    """Give the mean share of each value's words that the sentence has in order; 1 when nothing is wanted."""
    if not values:
        return 1.0
    return sum(_common(value, sentence) / len(value) for value in values) / len(values)


def _common(first: Tokens, second: Tokens) -> int:
    """Give the length of the longest common subsequence."""
    lengths = [0] * (len(second) + 1)
    for one in first:
        diagonal = 0
        for place, other in enumerate(second, 1):
            above = lengths[place]
            lengths[place] = diagonal + 1 if one == other else max(above, lengths[place - 1])
            diagonal = above
    return lengths[-1]
