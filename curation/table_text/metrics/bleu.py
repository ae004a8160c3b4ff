"""BLEU as ToTTo's leaderboard computes it: sacreBLEU over lower-cased text with three references.

An example with fewer references gets `<null>` in their place, and so does an empty sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sacrebleu.metrics.bleu import BLEU

from curation.table_text.metrics.words import Comparing, prepared

NULL = "<null>"
REFERENCES = 3


@dataclass(frozen=True, slots=True)
class BleuScore:
    """BLEU from 0 to 100, and sacreBLEU's signature, which says how it was computed."""

    score: float
    signature: str


def bleu(
    sentences: Sequence[str], references: Sequence[Sequence[str]], comparing: Comparing = "words"
) -> BleuScore:
    """Score the sentences, each against its references; there must be one at least."""
    width = max(REFERENCES, *map(len, references))
    columns = [
        prepared([held[place] if place < len(held) else NULL for held in references], comparing)
        for place in range(width)
    ]
    metric = BLEU(tokenize="char" if comparing == "characters" else "13a")
    found = metric.corpus_score(prepared([one.strip() or NULL for one in sentences], comparing), columns)
    return BleuScore(found.score, str(metric.get_signature()))
