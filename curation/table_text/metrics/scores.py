"""BLEU and PARENT of a set of sentences, with the choice that figures depend on."""

from collections.abc import Mapping, Sequence
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
    (whole,) = score_parts(sentences, references, tables, {"all": range(len(sentences))}, comparing).values()
    return whole


def score_parts(
    sentences: Sequence[str],
    references: Sequence[Sequence[str]],
    tables: Sequence[Table],
    parts: Mapping[str, Sequence[int]],
    comparing: Comparing = "words",
) -> dict[str, Scores]:
    """Score parts of the sentences, each given by the places of its sentences, of which it has one at least.

    PARENT is one sentence's affair, and so is computed once, however many parts have the sentence.
    """
    found = parent(sentences, references, tables, comparing)
    return {
        name: Scores(
            len(places),
            comparing,
            bleu([sentences[at] for at in places], [references[at] for at in places], comparing),
            mean([found[at] for at in places]),
        )
        for name, places in parts.items()
    }
