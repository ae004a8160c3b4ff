"""From a state to advice: every rule is asked, those that hold speak."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rag.advice.measurements import MEASUREMENTS, Measurement
from rag.advice.rules import Rule, Step
from rag.advice.rules_against import AGAINST
from rag.advice.rules_for import FOR
from rag.advice.state import State

_ORDER: Final[tuple[Step, ...]] = ("prompt", "rag", "fine-tune")
_MEASURED: Final = ("recall_at_5", "grounded", "refusal_accuracy", "style_score", "forgetting")


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that holds, in words, with the figures it rests on; a figure of ``None`` is not known."""

    rule: str
    step: Step | None
    text: str
    figures: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Give the object that programs get."""
        return {"rule": self.rule, "step": self.step, "text": self.text, "figures": dict(self.figures)}


@dataclass(frozen=True, slots=True)
class Advice:
    """What to work on in the next round; what already works stays. Nothing, where nothing is amiss."""

    what: tuple[Step, ...]
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    next_measurements: tuple[Measurement, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the object that programs get."""
        return {
            "what": list(self.what),
            "reasons": [reason.as_json() for reason in self.reasons],
            "against": [reason.as_json() for reason in self.against],
            "next": [measurement.as_json() for measurement in self.next_measurements],
        }


def advise(state: State) -> Advice:
    """Say what to work on, why, what not to do, and what to measure next."""
    reasons = _speak(FOR, state)
    what = frozenset(reason.step for reason in reasons if reason.step is not None)
    return Advice(
        tuple(step for step in _ORDER if step in what),
        reasons or (_all_is_well(state),),
        _speak(AGAINST, state),
        tuple(measurement for when, measurement in MEASUREMENTS if when(state, what)),
    )


def _speak(rules: Iterable[Rule], state: State) -> tuple[Reason, ...]:
    known = state.model_dump()
    return tuple(
        Reason(rule.name, rule.step, rule.text.format(**known), _figures(state, rule.figures))
        for rule in rules
        if rule.when(state)
    )


def _all_is_well(state: State) -> Reason:
    measured = [name for name in _MEASURED if getattr(state, name) is not None]
    text = "Nothing is complained of, and no measured figure is amiss: change nothing, and go on measuring."
    return Reason("nothing-is-amiss", None, text, _figures(state, measured))


def _figures(state: State, names: Iterable[str]) -> dict[str, Any]:
    """Give fields of a state by name; complaints in the order of the alphabet."""
    told = {name: getattr(state, name) for name in names}
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in told.items()}
