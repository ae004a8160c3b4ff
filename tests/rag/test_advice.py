"""The advice on what to work on: labelled teams, the rules' borders, and what holds for any state."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rag.advice import Advice, State, advise
from rag.advice.rules_against import AGAINST
from rag.advice.rules_for import FOR
from rag.advice.state import FORM, KNOWLEDGE, THRIFT, Problem

TEAMS = yaml.safe_load(Path(__file__).with_name("advice_scenarios.yaml").read_text(encoding="utf-8"))
# Figures of a system that answers well: a test changes what it is about.
GOOD: dict[str, Any] = {
    "problems": [],
    "prompt_tried": True,
    "documents": 500,
    "recall_at_5": 0.95,
    "retrieval_questions": 100,
    "grounded": 0.96,
    "refusal_accuracy": 0.9,
    "answer_questions": 100,
    "style_score": 0.95,
}
WRITTEN = {"training_examples": 500, "examples_written": True}

share = st.none() | st.floats(0, 1)
count = st.none() | st.integers(0, 10_000)
maybe = st.none() | st.booleans()
states = st.builds(
    State,
    problems=st.none() | st.frozensets(st.sampled_from(get_args(Problem))),
    prompt_tried=maybe,
    documents=st.none() | st.integers(0, 6),
    facts_change=st.sampled_from([None, "never", "yearly", "monthly", "weekly", "daily"]),
    recall_at_5=share,
    retrieval_questions=count,
    grounded=share,
    refusal_accuracy=share,
    answer_questions=count,
    style_score=share,
    prompt_tokens=count,
    training_examples=count,
    examples_written=maybe,
    tuned=st.sampled_from([None, True]),
    forgetting=st.none() | st.floats(-0.1, 0.1),
)


def on(**told: object) -> Advice:
    return advise(State.model_validate(told))


def rules(advice: Advice) -> set[str]:
    return {reason.rule for reason in advice.reasons + advice.against}


def measures(advice: Advice) -> list[str]:
    return [measurement.measure for measurement in advice.next_measurements]


@pytest.mark.parametrize("team", TEAMS, ids=[team["name"] for team in TEAMS])
def test_a_team_gets_the_advice_we_would_give(team: Mapping[str, Any]) -> None:
    advice = on(**team["state"])
    assert list(advice.what) == team["what"]
    assert set(team["against"]) <= {warning.step for warning in advice.against}
    assert team["next"] in measures(advice)


def test_the_teams_are_of_all_kinds() -> None:
    assert len(TEAMS) >= 24
    kinds = {tuple(team["what"]) for team in TEAMS}
    assert kinds == {
        (),
        ("prompt",),
        ("rag",),
        ("fine-tune",),
        ("prompt", "rag"),
        ("prompt", "fine-tune"),
        ("rag", "fine-tune"),
    }
    named = {problem for team in TEAMS for problem in team["state"].get("problems") or ()}
    assert named == set(get_args(Problem))


def test_each_problem_stands_on_one_axis() -> None:
    axes = (KNOWLEDGE, FORM, THRIFT)
    assert sorted(name for axis in axes for name in axis) == sorted(get_args(Problem))


@pytest.mark.parametrize(
    ("told", "rule", "what"),
    [
        ({"prompt_tried": True}, "name-the-fault", ("prompt",)),
        ({"recall_at_5": 0.5, "prompt_tried": True}, "find-better", ("rag",)),
        (GOOD | {"recall_at_5": 0.849}, "find-better", ("rag",)),
        (GOOD | {"recall_at_5": 0.85}, "nothing-is-amiss", ()),
        (GOOD | {"grounded": 0.899}, "ground-the-answers", ("prompt",)),
        (GOOD | {"grounded": 0.5, "answer_questions": 49}, "nothing-is-amiss", ()),
        (GOOD | {"grounded": 0.5, "recall_at_5": None}, "bring-knowledge", ("rag",)),
        (GOOD | {"refusal_accuracy": 0.79}, "tune-the-gate", ("rag",)),
        (GOOD | {"problems": ["missing"], "grounded": None}, "look-at-the-answers", ("prompt",)),
        (GOOD | {"problems": ["privacy"]}, "passages-have-readers", ("rag",)),
        (
            {"problems": ["privacy"], "prompt_tried": True, "documents": 2},
            "passages-have-readers",
            ("rag",),
        ),
        (GOOD | {"problems": ["outdated"]}, "questions-miss-the-complaint", ("prompt",)),
        (GOOD | {"problems": ["style"]}, "examples-miss-the-complaint", ("prompt",)),
        (GOOD | {"problems": ["style"], "style_score": None} | WRITTEN, "measure-the-form", ("prompt",)),
        (GOOD | {"style_score": 0.6} | WRITTEN, "teach-the-form", ("fine-tune",)),
        (GOOD | {"style_score": 0.6} | WRITTEN | {"tuned": True}, "tune-again", ("fine-tune",)),
        (GOOD | {"style_score": 0.6} | WRITTEN | {"training_examples": 99}, "collect-examples", ("prompt",)),
        (GOOD | {"style_score": 0.6} | WRITTEN | {"examples_written": None}, "collect-examples", ("prompt",)),
        (GOOD | {"problems": ["cost"], "prompt_tokens": 999} | WRITTEN, "look-at-the-cost", ("prompt",)),
        (GOOD | {"problems": ["cost"]} | WRITTEN, "look-at-the-cost", ("prompt",)),
        (
            GOOD | {"problems": ["cost"], "prompt_tokens": 1000} | WRITTEN,
            "shorten-the-prompt",
            ("fine-tune",),
        ),
        (GOOD | {"tuned": True, "forgetting": 0.021}, "undo-the-forgetting", ("fine-tune",)),
        (GOOD | {"tuned": True, "forgetting": 0.02}, "nothing-is-amiss", ()),
        ({"problems": ["missing"], "prompt_tried": True, "documents": 3}, "few-documents", ("prompt",)),
        ({"problems": ["missing"], "prompt_tried": True, "documents": 4}, "bring-knowledge", ("rag",)),
        (
            {"problems": ["missing"], "prompt_tried": True, "documents": 3, "facts_change": "daily"},
            "bring-knowledge",
            ("rag",),
        ),
    ],
)
def test_the_border_of_a_rule(told: dict[str, object], rule: str, what: tuple[str, ...]) -> None:
    advice = on(**told)
    assert advice.what == what
    assert rule in rules(advice)


def test_every_rule_is_needed_by_a_team_or_a_border() -> None:
    borders = test_the_border_of_a_rule.pytestmark[0].args[1]  # type: ignore[attr-defined]
    told = [team["state"] for team in TEAMS] + [case[0] for case in borders]
    spoken = set().union(*(rules(on(**one)) for one in told))
    assert {rule.name for rule in (*FOR, *AGAINST)} <= spoken


def test_a_reason_shows_the_figure_it_rests_on() -> None:
    (reason,) = on(**GOOD | {"recall_at_5": 0.6, "problems": ["missing"]}).reasons
    assert "Only 60% of the questions" in reason.text
    assert reason.figures == {"recall_at_5": 0.6, "retrieval_questions": 100}
    (reason,) = on(**GOOD | {"style_score": 0.6, "training_examples": 1500, "examples_written": True}).reasons
    assert "60% of the answers" in reason.text
    assert "1,500 examples" in reason.text
    assert "{" not in reason.text


def test_the_next_measurement_is_the_one_that_tells_most() -> None:
    assert measures(on(problems=["missing"], prompt_tried=True))[0] == "retrieval"
    assert measures(on(**GOOD | {"problems": ["missing"], "recall_at_5": 0.4}))[:2] == [
        "ranking",
        "retrieval",
    ]
    assert measures(on(**GOOD | {"refusal_accuracy": 0.5}))[:2] == ["gate", "answers"]
    assert measures(on(**GOOD | {"tuned": True}))[0] == "forgetting"
    assert measures(on(**GOOD | {"problems": ["privacy"]})) == ["readers"]
    assert measures(on(**GOOD | {"problems": ["latency"]})) == ["answers", "style", "time"]


def test_a_threshold_names_the_figure_that_changes_the_advice() -> None:
    (first, *_) = on(problems=["missing"], prompt_tried=True).next_measurements
    assert first.command == (
        "malmoi eval retrieval --queries queries.jsonl --index indexes/NAME --json > retrieval.json"
    )
    assert "0.85" in first.threshold
    assert on(problems=["missing"], prompt_tried=True, recall_at_5=0.84).what == ("rag",)
    assert on(problems=["missing"], prompt_tried=True, recall_at_5=0.86).what == ("prompt",)


@given(states)
def test_there_is_always_a_reason_and_a_measurement(state: State) -> None:
    advice = advise(state)
    assert advice.reasons
    assert advice.next_measurements
    assert advice.what or not state.problems, "a complaint is never left alone"
    assert set(advice.what) == {reason.step for reason in advice.reasons} - {None}
    assert len(set(measures(advice))) == len(measures(advice))
    assert advise(state) == advice


@given(states)
def test_tuning_is_advised_only_after_a_prompt_and_on_checked_examples(state: State) -> None:
    if "fine-tune" in advise(state).what and (state.forgetting or 0) <= 0.02:
        assert state.prompt_tried
        assert state.examples_written
        assert state.training_examples is not None
        assert state.training_examples >= 100


@given(states)
def test_facts_are_never_a_reason_to_tune(state: State) -> None:
    """The figures behind fine-tuning are of form, cost and forgetting."""
    for reason in advise(state).reasons:
        if reason.step == "fine-tune":
            assert set(reason.figures) <= {"style_score", "training_examples", "prompt_tokens", "forgetting"}
    if (state.problems or set()) & KNOWLEDGE:
        assert "facts-are-not-tuned" in rules(advise(state))


@given(states)
def test_form_and_cost_are_never_a_reason_to_retrieve(state: State) -> None:
    bare = state.model_copy(
        update={
            "problems": (state.problems or frozenset()) - KNOWLEDGE,
            "recall_at_5": None,
            "grounded": None,
            "refusal_accuracy": None,
        }
    )
    assert "rag" not in advise(bare).what


@pytest.mark.parametrize(
    "told",
    [
        {"recall_at_5": 85},
        {"grounded": float("nan")},
        {"documents": -1},
        {"problems": ["facts"]},
        {"facts_change": "hourly"},
        {"recall": 0.5},
        {"tuned": False, "forgetting": 0.1},
    ],
)
def test_what_is_no_state(told: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        State.model_validate(told)
