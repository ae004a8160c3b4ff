"""What came of a safety evaluation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curation.report.words import Both
from prompting.safety_evaluation.accuracy import Accuracy
from prompting.safety_evaluation.judging import Judge, Said
from prompting.safety_evaluation.raters import Agreement
from prompting.safety_evaluation.rates import Answer, Rates
from prompting.safety_evaluation.texts import LabelledText


@dataclass(frozen=True, slots=True)
class SafetyReport:
    """A model's answers with their rates, and the judges with their accuracy and agreement.

    ``accuracy`` is by judge, then by ``corpus``, ``category`` and ``group``; ``notes`` say what could not
    be measured.
    """

    model: str
    guard: str
    answers: Sequence[Answer]
    whole: Rates
    by_category: Sequence[Rates]
    by_group: Sequence[Rates]
    judges: Sequence[Judge]
    texts: Sequence[LabelledText]
    said: Mapping[str, Sequence[Said]]
    accuracy: Mapping[str, Mapping[str, Sequence[Accuracy]]]
    on_texts: Agreement | None
    on_answers: Agreement | None
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[Both] = ()

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        return {
            "model": self.model,
            "guard": self.guard,
            **self.facts,
            "rates": self.whole.as_json(),
            "by_category": [one.as_json() for one in self.by_category],
            "by_group": [one.as_json() for one in self.by_group],
            "judges": [
                judge.as_json()
                | {
                    "accuracy": {
                        by: [one.as_json() for one in found]
                        for by, found in self.accuracy.get(judge.name, {}).items()
                    }
                }
                for judge in self.judges
            ],
            "agreement": {
                "texts": self.on_texts and self.on_texts.as_json(),
                "answers": self.on_answers and self.on_answers.as_json(),
            },
            "notes": [note.en for note in self.notes],
            "answers": [one.as_json() for one in self.answers],
            "texts": [
                {
                    "id": one.id,
                    "corpus": one.corpus,
                    "harmful": one.harmful,
                    "categories": list(one.categories),
                    "group": one.group,
                    "verdicts": {name: said[at] for name, said in self.said.items()},
                }
                for at, one in enumerate(self.texts)
            ],
        }
