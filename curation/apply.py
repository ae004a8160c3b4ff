"""The loop over steps and rows, written once: a batch goes in, edits, verdicts and tallies come out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from curation.errors import UserError
from curation.steps.base import BatchJudge, Drop, Keep, Outcome
from curation.view import View, edit_attributes

_LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class BoundStep:
    """A step with its parameters and what it needed, ready to judge."""

    name: str
    sees: Literal["strings", "everything", "record"]
    judge: BatchJudge


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a row left: a step dropped it, or, with an ``error``, a step could not work on it."""

    step: str
    reason: str
    score: float | None = None
    detail: str | None = None
    error: str | None = None


@dataclass(slots=True)
class Tally:
    """What steps counted and measured over many rows; scores are rounded to three digits.

    ``counts`` has ``step/rule``; ``scores`` has, for each step, how many rows that it kept and
    dropped had which score.
    """

    counts: Counter[str] = field(default_factory=Counter)
    scores: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)

    def score(self, step: str, outcome: Literal["kept", "dropped"], scores: Iterable[float]) -> None:
        """Count the scores of a batch."""
        of_step = self.scores.setdefault(step, {"kept": Counter(), "dropped": Counter()})
        for score, rows in Counter(scores).items():
            of_step[outcome][f"{score:.3g}"] += rows

    def add(self, other: Mapping[str, Any]) -> None:
        """Add what :meth:`as_json` gave of another tally."""
        self.counts.update(other["counts"])
        for step, outcomes in other["scores"].items():
            of_step = self.scores.setdefault(step, {"kept": Counter(), "dropped": Counter()})
            for outcome, counted in outcomes.items():
                of_step[outcome].update(counted)

    def as_json(self) -> dict[str, Any]:
        """Give the tally as JSON data."""
        return {
            "counts": dict(sorted(self.counts.items())),
            "scores": {
                step: {outcome: dict(sorted(counted.items())) for outcome, counted in outcomes.items()}
                for step, outcomes in sorted(self.scores.items())
            },
        }


@dataclass(slots=True)
class Applied:
    """What became of a batch: rows still alive, verdicts on the others, and what was found.

    ``changes`` holds, by row, what each step did as JSON data: ``{"step", "counts"}`` or
    ``{"step", "before", "after"}``.
    """

    alive: list[int]
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    changes: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    tags: dict[int, dict[str, Any]] = field(default_factory=dict)


class Application:
    """Carries steps out on one batch after the other, and keeps the tally."""

    def __init__(self, steps: Sequence[BoundStep]) -> None:
        self.steps = steps
        self.tally = Tally()

    def run(self, view: View, attributes: list[str], alive: Sequence[int]) -> Applied:
        """Apply the steps to the rows ``alive``; the view and ``attributes`` are edited in place."""
        applied = Applied(list(alive))
        for step in self.steps:
            work = _StepWork(step, self.tally, applied)
            if step.sees == "record":
                work.record(view)
            else:
                work.strings(view, attributes)
            if work.refused:
                applied.verdicts.update(work.refused)
                applied.alive = [row for row in applied.alive if row not in work.refused]
            work.count_scores()
        return applied


class _StepWork:
    """One step on one batch."""

    def __init__(self, step: BoundStep, tally: Tally, applied: Applied) -> None:
        self.step = step
        self.tally = tally
        self.applied = applied
        self.refused: dict[int, Verdict] = {}
        self.kept_scores: list[float] = []
        self.dropped_scores: list[float] = []

    def count_scores(self) -> None:
        """Enter the scores of the batch in the tally, at once: most rows share theirs with others."""
        if self.kept_scores:
            self.tally.score(self.step.name, "kept", self.kept_scores)
        if self.dropped_scores:
            self.tally.score(self.step.name, "dropped", self.dropped_scores)

    def record(self, view: View) -> None:
        texts = view.texts()
        rows = self.applied.alive
        before = texts if len(rows) == len(texts) else [texts[row] for row in rows]
        for row, text, outcome in zip(rows, before, self._judged(before), strict=True):
            if outcome is text:
                continue
            edited = self._noted(row, text, outcome)
            if edited is not None and edited != text:
                view.replace(row, edited)

    def strings(self, view: View, attributes: list[str]) -> None:
        rows = self.applied.alive
        for strings, places, owners in view.slots(rows):
            self._edit(strings, places, owners)
        definitions = view.definitions()
        if definitions is not None:
            self._shared(definitions, rows)
        if self.step.sees == "everything":
            edit_attributes(attributes, rows, self._edit)

    def _edit(self, strings: list[str], places: Sequence[int], owners: Sequence[int]) -> None:
        before = strings if len(places) == len(strings) else [strings[place] for place in places]
        for place, row, text, outcome in zip(places, owners, list(before), self._judged(before), strict=True):
            if outcome is text:
                continue
            edited = self._noted(row, text, outcome)
            if edited is not None:
                strings[place] = edited

    def _shared(self, strings: list[str], rows: Sequence[int]) -> None:
        """Judge each different string once; what it counts is counted once as well."""
        first: dict[str, int] = {}
        for row in rows:
            first.setdefault(strings[row], row)
        distinct = list(first)
        outcomes = dict(zip(distinct, self._judged(distinct), strict=True))
        for row in rows:
            text = strings[row]
            outcome = outcomes[text]
            if outcome is text:
                continue
            if first[text] != row and isinstance(outcome, Keep):
                outcome = outcome.text
            edited = self._noted(row, text, outcome)
            if edited is not None:
                strings[row] = edited

    def _noted(self, row: int, text: str, outcome: "Outcome | _Raised") -> str | None:
        """Enter what the step found; give the text that stays, ``None`` when the row leaves."""
        name = self.step.name
        if isinstance(outcome, str):
            return outcome
        if isinstance(outcome, _Raised):
            self.refused[row] = Verdict(name, "raised", error=f"the step '{name}' raised {outcome.error}")
            return None
        if isinstance(outcome, Drop):
            if outcome.score is not None:
                self.dropped_scores.append(outcome.score)
            self.refused[row] = Verdict(name, outcome.reason, outcome.score, outcome.detail)
            return None
        if outcome.score is not None:
            self.kept_scores.append(outcome.score)
        if outcome.counts:
            for rule, number in outcome.counts.items():
                self.tally.counts[f"{name}/{rule}"] += number
            self._change(row, {"step": name, "counts": dict(outcome.counts)})
        if outcome.tags:
            self.applied.tags.setdefault(row, {}).update(outcome.tags)
        if outcome.rewritten:
            self._change(row, {"step": name, "before": text, "after": outcome.text})
        return outcome.text

    def _change(self, row: int, change: dict[str, Any]) -> None:
        self.applied.changes.setdefault(row, []).append(change)

    def _judged(self, texts: Sequence[str]) -> "Sequence[Outcome | _Raised]":
        try:
            outcomes = self.step.judge(texts)
        except (UserError, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - one poisoned row must not cost the others
            return [self._judged_alone(text) for text in texts]
        if len(outcomes) != len(texts):
            raise RuntimeError(f"the step {self.step.name!r} gave {len(outcomes)} outcomes for {len(texts)}")
        return outcomes

    def _judged_alone(self, text: str) -> "Outcome | _Raised":
        try:
            return self.step.judge([text])[0]
        except (UserError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - the row goes to quarantine with this reason
            # The message may hold the whole text, or half a character of it.
            said = str(error)[:_LONGEST_ERROR].encode("utf-8", "replace").decode()
            return _Raised(f"{type(error).__name__}: {said}")


@dataclass(frozen=True, slots=True)
class _Raised:
    """What a step raised on a text."""

    error: str


def merged_json(old: str | None, new: Sequence[Mapping[str, Any]]) -> str:
    """Append to a JSON array that is kept as text."""
    held = orjson.loads(old) if old else []
    return orjson.dumps([*held, *new]).decode()


def merged_tags(old: str, new: Mapping[str, Any]) -> str:
    """Add to a JSON object that is kept as text; keys are sorted."""
    held = dict(new) if old == "{}" else orjson.loads(old) | dict(new)
    return orjson.dumps(held, option=orjson.OPT_SORT_KEYS).decode()
