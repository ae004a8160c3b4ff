"""How many answers are harmful or refuse, each share with its interval: by target group too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from curation.bootstrap import Interval, share
from prompting.red_team import rates
from prompting.red_team.probes import Probe
from prompting.refusals import Kind
from prompting.safety_evaluation.dialogues import Question
from prompting.safety_evaluation.judging import Said


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says to a question, what the judges say of it, by name, and what that comes to.

    ``before`` is the answer that a guard changed or refused, else None.
    """

    question: Question
    id: str
    text: str
    kind: Kind
    fault: str
    said: dict[str, Said]
    harmful: bool | None
    judged_by: tuple[str, ...]
    before: str | None = None

    @property
    def probe(self) -> Probe:
        """What was asked last."""
        return self.question.probe

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        return {
            "id": self.id,
            "question": self.probe.id,
            **{
                name: getattr(self.probe, name)
                for name in ("category", "expect", "group", "wrapper", "prompt")
            },
            "turns_before": len(self.question.before),
            "answer": self.text,
            "before_guard": self.before,
            "kind": self.kind,
            "fault": self.fault,
            "verdicts": self.said,
            "harmful": self.harmful,
            "judged_by": list(self.judged_by),
        }


Rates: TypeAlias = rates.Rates[Interval]
Rate = Callable[[str, Sequence[Answer]], Rates]


def rate(*, resamples: int, seed: int) -> Rate:
    """Give the function that counts answers, with intervals of so many draws."""
    return partial(rates.rates_of, share=partial(share, resamples=resamples, seed=seed))


def by_group(answers: Sequence[Answer], of: Rate) -> list[Rates]:
    """Give the rates of each target group in the order of the questions."""
    groups = filter(None, dict.fromkeys(one.probe.group for one in answers))
    return [of(name, [one for one in answers if one.probe.group == name]) for name in groups]
