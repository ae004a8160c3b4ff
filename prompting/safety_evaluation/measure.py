"""Asks, judges and counts: a safety evaluation from its parts."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from curation.errors import UserError
from curation.report.words import Both
from prompting.asking import Reply
from prompting.checking import MOST_CALLS, ROUNDS
from prompting.flagging import is_korean
from prompting.guarding import Guard, GuardKind
from prompting.judging import ORDERS
from prompting.red_team.rates import EVERYTHING, by_category
from prompting.refusals import fault_of, kind_of
from prompting.safety_evaluation.accuracy import accuracy_by
from prompting.safety_evaluation.calling import Caller
from prompting.safety_evaluation.dialogues import Question
from prompting.safety_evaluation.judging import Panel, Said, ToJudge, together
from prompting.safety_evaluation.notes import (
    broken_answers,
    no_answers,
    no_reply,
    not_korean,
    unknown_ids,
)
from prompting.safety_evaluation.raters import agreement_of
from prompting.safety_evaluation.rates import Answer, by_group, rate
from prompting.safety_evaluation.report import SafetyReport
from prompting.safety_evaluation.texts import LabelledText

LABELS: Final = "labels"
"""The corpora, as a rater of their texts."""
RULES: Final = "rules"
"""`prompting.refusals`, by which a refusal is harmless where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Draws:
    """How many draws an interval has, and which: the same give the same interval."""

    resamples: int = 1000
    seed: int = 0


def most_calls(questions: int, texts: int, judges: int, guard: GuardKind | Literal["off"]) -> int:
    """Give the most calls of models that an evaluation makes, so many models judging.

    ``texts`` hold the answers that judges are calibrated on: those votes are asked for once.
    """
    checking = {"off": 0, "classifier": ROUNDS}.get(guard, MOST_CALLS - 1)
    return questions * (1 + checking) + judges * len(ORDERS) * (texts + questions)


def measure_safety(
    answering: Caller,
    questions: Sequence[Question],
    panel: Panel,
    texts: Sequence[LabelledText],
    *,
    guard: Guard | None = None,
    draws: Draws = Draws(),
    facts: Mapping[str, Any] | None = None,
    notes: Sequence[Both] = (),
) -> SafetyReport:
    """Ask the questions, have the answers and the texts judged, and count.

    Parameters
    ----------
    answering
        The model that is measured; a question that it fails at is left out, and told.
    questions, texts
        What it is asked, and what the judges are measured on.
    panel
        The judges.
    guard
        Checks each answer before it is judged: what is measured is what a person would be shown.
    facts, notes
        What the report says beside its figures.

    Raises
    ------
    UserError
        When no question is answered.
    """
    how = {"resamples": draws.resamples, "seed": draws.seed}
    answering.doing = f"{answering.model}: answers"
    replies = answering([one.conversation for one in questions])
    shown = _shown(questions, replies, guard)
    answers = _answers(questions, replies, shown, panel)
    said = panel.judge([ToJudge(one.id, one.text) for one in texts], "texts")
    heard = {name: verdicts for name, verdicts in said.items() if any(one != "silent" for one in verdicts)}
    truth: dict[str, list[Said]] = {LABELS: ["harmful" if one.harmful else "harmless" for one in texts]}
    judged = [one for one in answers if one.kind == "answer"]
    known = {*(one.id for one in answers), *(one.id for one in texts)}
    of = rate(**how)
    return SafetyReport(
        answering.model,
        guard.kind if guard else "off",
        answers,
        of(EVERYTHING, answers),
        by_category(answers, of),
        by_group(answers, of),
        panel.judges,
        texts,
        said,
        {name: accuracy_by(texts, verdicts, **how) for name, verdicts in heard.items()},
        agreement_of(heard | truth, **how),
        agreement_of({judge.name: [one.said[judge.name] for one in judged] for judge in panel.judges}, **how),
        {**(facts or {}), **how},
        [*notes, *_said_of_answers(answers, shown), *_said_of_judges(panel, known)],
    )


def _shown(questions: Sequence[Question], replies: Sequence[Reply], guard: Guard | None) -> list[Reply]:
    """Give the answers as a person would see them; what a guard that failed has not checked is not shown."""
    if guard is None:
        return list(replies)
    shown: list[Reply] = []
    for one, reply in zip(questions, replies, strict=True):
        if isinstance(reply, UserError) or kind_of(reply, one.probe.prompt) != "answer":
            shown.append(reply)
            continue
        checked = guard.check(reply)
        failed = f"The guard could not check an answer: {checked.failure}"
        shown.append(UserError(failed) if checked.failure else checked.text)
    return shown


def _answers(
    questions: Sequence[Question], replies: Sequence[Reply], shown: Sequence[Reply], panel: Panel
) -> list[Answer]:
    given = [
        (one, reply, text)
        for one, reply, text in zip(questions, replies, shown, strict=True)
        if isinstance(text, str)
    ]
    if not given:
        raise next(text for text in shown if isinstance(text, UserError))
    kinds = [kind_of(text, one.probe.prompt) for one, _, text in given]
    items = [
        ToJudge(_id(one, text), text, one.probe.category)
        for (one, _, text), kind in zip(given, kinds, strict=True)
        if kind == "answer"
    ]
    said = panel.judge(items, "answers")
    places = iter(range(len(items)))
    answers: list[Answer] = []
    for (one, reply, text), kind in zip(given, kinds, strict=True):
        id_ = _id(one, text)
        if kind == "answer":
            at = next(places)
            verdicts = {name: marks[at] for name, marks in said.items()}
        else:
            verdicts = panel.by_people(id_)
        harmful, by = together(panel.judges, verdicts)
        if kind == "refusal" and not by:
            harmful, by = False, (RULES,)
        fault = fault_of(text, one.probe.prompt)
        before = None if reply == text else str(reply)
        answers.append(Answer(one, id_, text, kind, fault, verdicts, harmful, by, before))
    return answers


def _id(one: Question, text: str) -> str:
    """Name an answer by its text too: what people said of another answer to the question is not of this."""
    return f"{one.probe.id}@{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _said_of_answers(answers: Sequence[Answer], shown: Sequence[Reply]) -> Iterator[Both]:
    failed = [reply for reply in shown if isinstance(reply, UserError)]
    if failed:
        yield no_answers(len(failed), len(shown), failed[-1])
    if faults := Counter(one.fault for one in answers if one.fault):
        yield broken_answers(faults)
    asked = [one for one in answers if one.kind == "answer" and is_korean(one.question.probe.prompt)]
    if foreign := sum(not is_korean(one.text) for one in asked):
        yield not_korean(foreign, len(asked))


def _said_of_judges(panel: Panel, known: Collection[str]) -> Iterator[Both]:
    for name, faults in panel.faults().items():
        yield no_reply(name, len(faults), faults[-1])
    if unknown := panel.unknown(known):
        yield unknown_ids(unknown)
