"""BLEU and PARENT of a set of sentences, with the choice that figures depend on."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from curation.table_text.metrics.bleu import BleuScore, bleu
from curation.table_text.metrics.parent import ParentScore, mean, parent
from curation.table_text.metrics.words import Comparing
from curation.table_text.model import Table


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of so many sentences; ``comparing`` says what counted as a word."""

    examples: int
    comparing: Comparing
    bleu: BleuScore
    parent: ParentScore

    def as_json(self) -> dict[str, object]:
        """Give the object that `malmoi tables score --json` prints."""
        return asdict(self)


def score(
    sentences: Sequence[str],
    references: Sequence[Sequence[str]],
    tables: Sequence[Table],
    comparing: Comparing = "words",
) -> Scores:
    """Score sentences, each against its references and its table; there must be one at least."""
    return Scores(
        len(sentences),
        comparing,
        bleu(sentences, references, comparing),
        mean(parent(sentences, references, tables, comparing)),
    )
