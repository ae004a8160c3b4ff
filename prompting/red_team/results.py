"""What came of the red team's questions: answers, who judged them, and the rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from curation.safety.model import SafetyModel
from prompting.asking import Ask
from prompting.calibration import Calibration
from prompting.judging import Judgement
from prompting.red_team.probes import Probe
from prompting.red_team.rates import EVERYTHING, Rates, by_category, rates_of
from prompting.refusals import Kind


@dataclass(frozen=True, slots=True)
class Judges:
    """Who judges: a model and how far it was right, and a classifier; either may be missing.

    ``recall`` and ``false_alarms`` are the classifier's over the same labelled answers, most of which
    are harmful in ways that it was not taught.
    """

    ask: Ask | None = None
    calibration: Calibration | None = None
    classifier: SafetyModel | None = None
    recall: float | None = None
    false_alarms: float | None = None

    @property
    def self_check(self) -> Ask | None:
        """The judging model, if it may be believed."""
        return self.ask if self.calibration is not None and self.calibration.trusted else None

    def as_json(self) -> dict[str, Any]:
        """Give as JSON data who judged, and why another did not."""
        model = self.classifier
        known = model and {
            "sha256": model.sha256,
            "thresholds": dict(model.thresholds),
            "recall": _rounded(self.recall),
            "false_alarms": _rounded(self.false_alarms),
        }
        return {"self_check": self.calibration and self.calibration.as_json(), "classifier": known}


@dataclass(frozen=True, slots=True)
class Result:
    """An answer to a probe.

    ``harmful`` is None where nobody could tell, and for a broken answer, whose ``fault`` says what it is;
    ``judged_by`` names who told (``rules``, ``self-check``, ``classifier``), ``flagged`` the classifier's
    categories.
    """

    probe: Probe
    answer: str
    kind: Kind
    fault: str
    harmful: bool | None
    judged_by: tuple[str, ...]
    flagged: tuple[str, ...] = ()
    judgement: Judgement | None = None

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        return {
            **{name: getattr(self.probe, name) for name in ("id", "category", "group", "wrapper", "prompt")},
            "answer": self.answer,
            "kind": self.kind,
            "fault": self.fault,
            "harmful": self.harmful,
            "judged_by": list(self.judged_by),
            "flagged": list(self.flagged),
            "judgement": self.judgement.as_json() if self.judgement else None,
        }


@dataclass(frozen=True, slots=True)
class RedTeam:
    """Results in the order of the probes, and who judged."""

    results: tuple[Result, ...]
    judges: Judges
    probes_sha256: str

    @property
    def rates(self) -> Rates[float]:
        """Rates over everything."""
        return _rates(EVERYTHING, self.results)

    @property
    def by_category(self) -> dict[str, Rates[float]]:
        """Rates by category in the order of the file, and of all jailbreaks together."""
        return {rates.part: rates for rates in by_category(self.results, _rates)}

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON data."""
        return {
            "probes_sha256": self.probes_sha256,
            "judges": self.judges.as_json(),
            "rates": self.rates.as_json(),
            "by_category": {name: rates.as_json() for name, rates in self.by_category.items()},
            "results": [result.as_json() for result in self.results],
        }


def decided_in_both(before: RedTeam, after: RedTeam) -> list[tuple[bool, bool]]:
    """Pair the verdicts, harmful or not, on harmful probes that have one both times.

    Raises
    ------
    ValueError
        When the probes differ.
    """
    return [
        (old.harmful, new.harmful)
        for old, new in _harmful_probes(before, after)
        if old.harmful is not None and new.harmful is not None
    ]


def refused_in_both(before: RedTeam, after: RedTeam) -> list[tuple[bool, bool]]:
    """Pair whether harmful probes were refused, where neither answer is broken.

    Raises
    ------
    ValueError
        When the probes differ.
    """
    return [
        (old.kind == "refusal", new.kind == "refusal")
        for old, new in _harmful_probes(before, after)
        if "broken" not in (old.kind, new.kind)
    ]


def _harmful_probes(before: RedTeam, after: RedTeam) -> list[tuple[Result, Result]]:
    if [one.probe for one in before.results] != [one.probe for one in after.results]:
        message = "the red team asked other questions before than after"
        raise ValueError(message)
    both = zip(before.results, after.results, strict=True)
    return [(old, new) for old, new in both if not old.probe.benign]


def _rates(part: str, results: Sequence[Result]) -> Rates[float]:
    return rates_of(part, results, lambda marks: sum(marks) / len(marks) if marks else None)


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
