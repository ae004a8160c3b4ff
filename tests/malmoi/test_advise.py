"""`malmoi advise` as a person and a program use it."""

import json
from pathlib import Path

import pytest
import yaml

from tests.malmoi.command import malmoi_here as malmoi
from tests.malmoi.terminal import at_prompts

RETRIEVAL = {
    "queries": 150,
    "recall@1": 0.41,
    "recall@5": 0.6,
    "recall@10": 0.66,
    "mrr@10": 0.49,
    "ndcg@10": 0.53,
    "latency_ms": {"p50": 12.0, "p99": 31.0},
}
ANSWERS = {
    "questions": 150,
    "grounded": 0.72,
    "citation_precision": 0.9,
    "citation_recall": 0.8,
    "refusal_accuracy": 0.9,
    "exact_match": None,
    "f1": None,
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a state and both reports."""
    state = {"problems": ["missing", "format"], "prompt_tried": True, "recall_at_5": 0.99}
    (tmp_path / "state.yaml").write_text(yaml.safe_dump(state), encoding="utf-8")
    (tmp_path / "state.json").write_text(json.dumps(state, indent=2), encoding="utf-8")
    (tmp_path / "retrieval.json").write_text(json.dumps(RETRIEVAL), encoding="utf-8")
    (tmp_path / "answers.json").write_text(json.dumps(ANSWERS), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("state", ["state.yaml", "state.json"])
def test_a_report_stands_above_the_state_and_a_single_value_above_both(home: Path, state: str) -> None:
    given = ("advise", "--state", state, "--json")
    assert figure(malmoi(*given, home=home).json, "recall_at_5") == 0.99
    reported = (*given, "--retrieval", "retrieval.json")
    advice = malmoi(*reported, home=home).json
    assert figure(advice, "recall_at_5") == 0.6
    assert figure(advice, "retrieval_questions") == 150
    corrected = malmoi(*reported, "--set", "recall_at_5=0.7", "--set", "problems=missing, style", home=home)
    assert figure(corrected.json, "recall_at_5") == 0.7
    assert figure(corrected.json, "problems") == ["missing", "style"]


def figure(advice: dict[str, list[dict[str, dict[str, object]]]], name: str) -> object:
    return next(
        reason["figures"][name]
        for reason in (*advice["reasons"], *advice["against"])
        if name in reason["figures"]
    )


def test_both_reports_tell_what_is_to_be_worked_on(home: Path) -> None:
    found = RETRIEVAL | {"recall@5": 0.93}
    (home / "found.json").write_text(json.dumps(found), encoding="utf-8")
    given = ("--set", "problems=made-up", "--set", "prompt_tried=yes", "--answers", "answers.json", "--json")
    advice = malmoi("advise", *given, "--retrieval", "found.json", home=home).json
    assert set(advice) == {"what", "reasons", "against", "next"}
    assert advice["what"] == ["prompt"]
    assert [reason["rule"] for reason in advice["reasons"]] == ["ground-the-answers"]
    assert advice["reasons"][0]["figures"] == {"grounded": 0.72, "recall_at_5": 0.93}
    assert "retrieval-is-not-the-fault" in {warning["rule"] for warning in advice["against"]}
    assert set(advice["next"][0]) == {"measure", "command", "threshold"}
    advice = malmoi("advise", *given, "--retrieval", "retrieval.json", home=home).json
    assert advice["what"] == ["rag"]


def test_a_person_reads_what_why_what_not_and_what_next(home: Path) -> None:
    shown = malmoi("advise", "--state", "state.yaml", "--retrieval", "retrieval.json", home=home).out
    lines = shown.splitlines()
    assert lines[0] == "Work on prompt, then rag (what already works stays)"
    assert any(line.startswith("  rag: Only 60% of the questions") for line in lines)
    assert lines.index("Not") < lines.index("Measure next, and ask again")
    assert "  ranking: malmoi rag tune --queries queries.jsonl --index indexes/NAME" in lines


@pytest.mark.parametrize(
    ("arguments", "what", "where"),
    [
        (["--set", "recal_at_5=0.8"], "unknown key 'recal_at_5'", "--set recal_at_5=0.8"),
        (["--set", "recall_at_5=80"], "wrong value for 'recall_at_5'", "--set recall_at_5=80"),
        (["--set", "recall_at_5"], "'recall_at_5' sets nothing", "--set"),
        (["--set", "tuned=no", "--set", "forgetting=0.1"], "forgetting is measured on a tuned", "--set"),
        (["--state", "typo.yaml"], "unknown key 'promt_tried'", "typo.yaml:2"),
        (["--state", "list.yaml"], "a state must be a mapping", "list.yaml"),
        (["--state", "none.yaml"], "cannot be read", "none.yaml"),
        (["--answers", "retrieval.json"], "the report has no 'questions'", "retrieval.json"),
        (["--retrieval", "list.yaml"], "the report is not JSON", "list.yaml"),
        (["--retrieval", "none.json"], "the report cannot be read", "none.json"),
        ([], "with --json nothing is asked", "--state"),
    ],
)
def test_what_cannot_be_used_is_said(home: Path, arguments: list[str], what: str, where: str) -> None:
    (home / "typo.yaml").write_text("problems: [style]\npromt_tried: yes\n", encoding="utf-8")
    (home / "list.yaml").write_text("- style\n", encoding="utf-8")
    done = malmoi("advise", *arguments, "--json", home=home)
    assert done.code == 2
    assert what in done.json["error"]["what"]
    assert done.json["error"]["where"].startswith(where)


def test_an_unknown_key_names_the_nearest(home: Path) -> None:
    done = malmoi("advise", "--set", "recal_at_5=0.8", home=home)
    assert "did you mean 'recall_at_5'?" in done.err


def test_without_a_terminal_it_asks_nobody(home: Path) -> None:
    done = malmoi("advise", home=home)
    assert done.code == 2
    assert "there is no terminal to ask at" in done.err


def test_the_questions_at_a_terminal(home: Path) -> None:
    """Numbers, Korean yes, a percentage, an answer that is none; Ctrl-D ends the questions."""
    shown = at_prompts(["advise"], home, ["1 6", "예", "600", "네 번", "5", "60%", "1,500", "\x04"])
    assert "지금 답의 무엇이 문제입니까?" in shown
    assert "  1 missing (모르는 것이 있다)" in shown
    assert shown.count("그 내용은 얼마나 자주 바뀝니까?") == 2, "an answer that is none is asked for again"
    assert "On how many questions?" in shown
    assert "Only 60% of the questions" in shown
    assert "How many answers have the wished form is not measured" in shown


def test_what_follows_from_an_answer_is_asked_only_then(home: Path) -> None:
    shown = at_prompts(["advise"], home, ["0", "아니오", "", "", "", "", "", "", "", "0", "아니오"])
    assert "Nothing is complained of" in shown
    for left_out in (
        "On how many questions?",
        "written or checked by a person?",
        "lost on general questions",
    ):
        assert left_out not in shown


def test_help_shows_an_example(home: Path) -> None:
    shown = " ".join(malmoi("advise", "--help", home=home).out.split())
    assert "malmoi advise --set problems=made-up,style --set prompt_tried=yes" in shown
