"""`malmoi eval` and `malmoi rag tune` as a person and a program use them."""

import json
from pathlib import Path

import pytest

from rag.evaluation.questions import read_questions
from rag.search import open_index
from rag.settings import Ranking
from tests.malmoi.command import malmoi_here as malmoi
from tests.rag.conftest import HANDBOOK, write_documents

QUESTIONS = [
    {"query": "연차 휴가는 1년을 채우면 며칠인가요?", "relevant": ["연차.md"], "answer": "16일"},
    {"query": "급여는 매달 언제 들어오나요?", "relevant": ["급여.md"], "answer": "25일"},
    {"query": "국내 출장 숙박비는 얼마까지 드리나요?", "relevant": ["주차.md"]},
    {"query": "사장님 강아지의 이름은 무엇인가요?", "answerable": False, "checked": False},
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with an index by words, and questions of which the third names a wrong document."""
    folder = tmp_path_factory.mktemp("evaluated")
    write_documents(folder / "docs.jsonl", HANDBOOK)
    lines = [json.dumps(one, ensure_ascii=False) for one in QUESTIONS]
    (folder / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    built = malmoi("rag", "index", "docs.jsonl", "--out", "indexes/book", "--embedder", "none", home=folder)
    assert built.code == 0, built.err
    return folder


def test_retrieval_is_measured_and_kept(home: Path) -> None:
    command = (
        "eval",
        "retrieval",
        "--queries",
        "questions.jsonl",
        "--out",
        "kept/r.json",
        "--html",
        "r.html",
    )
    found = malmoi(*command, "--json", home=home).json
    assert (found["queries"], found["dense"], found["unchecked"]) == (3, False, 0)
    assert found["recall@1"] == pytest.approx(2 / 3, abs=1e-4)
    assert set(found["latency_ms"]) == {"p50", "p99"}
    assert json.loads((home / "kept/r.json").read_text()) == found
    assert "국내 출장 숙박비" in (home / "r.html").read_text()
    shown = malmoi("eval", "retrieval", "--queries", "questions.jsonl", home=home).out
    assert "By words alone" in shown
    assert "국내 출장 숙박비" in shown
    assert "연차 휴가는" not in shown


def test_answers_are_measured_compared_and_shown(home: Path) -> None:
    command = ("eval", "answers", "--queries", "questions.jsonl", "--out", "a.json", "--html", "a.html")
    found = malmoi(*command, "--json", home=home).json
    assert (found["model"], found["questions"], found["unchecked"]) == ("extractive", 4, 1)
    assert (found["grounded"], found["refusal_accuracy"]) == (1.0, 1.0)
    assert found["citation_precision"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["contains"] == 1.0
    assert [row["measures"]["citation_precision"] for row in found["per_query"]] == [1.0, 1.0, 0.0, None]
    assert "국내 출장 숙박비" in (home / "a.html").read_text()

    shown = malmoi("eval", "answers", "--queries", "questions.jsonl", home=home).out
    assert "Wrong: cites other documents 1" in shown
    assert "1 of 4 questions are drafts that nobody checked" in shown

    told = malmoi("eval", "compare", "a.json", "a.json", home=home).out
    assert "These questions do not tell the two apart" in told


def test_drafts_are_written_once_and_can_be_measured(home: Path) -> None:
    command = ("eval", "make-queries", "--count", "6", "--out", "drafts.jsonl")
    shown = malmoi(*command, home=home).out
    assert "Now read every line" in shown
    assert "이제 한 줄씩 읽으십시오" in shown
    drafts = read_questions(home / "drafts.jsonl")
    assert len(drafts) >= 4
    assert not any(draft.checked for draft in drafts)
    (home / "drafts.jsonl").write_text("mine", encoding="utf-8")
    again = malmoi(*command, "--json", home=home)
    assert (again.code, again.json["error"]["where"]) == (2, "drafts.jsonl")
    assert (home / "drafts.jsonl").read_text() == "mine"
    forced = malmoi(*command, "--force", "--json", home=home).json
    assert [row["query"] for row in forced["drafts"]] == [draft.query for draft in drafts]


def test_questions_that_cannot_be_asked_stop_before_anything_is_done(home: Path) -> None:
    (home / "blank.jsonl").write_text('{"query": "가"}\n{"query": " "}\n', encoding="utf-8")
    done = malmoi("eval", "answers", "--queries", "blank.jsonl", "--out", "none.json", home=home)
    assert done.code == 2
    assert "blank.jsonl:2" in done.err
    assert not (home / "none.json").exists()


def test_tuning_says_what_it_lacks_and_changes_nothing(home: Path) -> None:
    shown = malmoi("rag", "tune", "--queries", "questions.jsonl", "--apply", "--force", home=home).out
    assert "at least 20 questions with relevant ids" in shown
    assert "at least 10 answerable and 10 unanswerable questions" in shown
    assert "Nothing to apply: the settings stay." in shown
    assert open_index(home / "indexes/book").ranking == Ranking()


def test_a_real_gain_is_applied_only_when_asked_for(home: Path) -> None:
    # Answerable questions of one known word beside an unknown one: the gate refuses them all.
    known = ["연차", "반차", "출장", "주차", "급여", "비밀번호"]
    rare = ["보라색", "피아노", "오토바이", "낙타"]
    asked = [f"{word} {other}?" for word in known for other in rare]
    refused = [f"{one} {other}?" for one in ("기린", "자두", "바둑") for other in rare]
    lines = [json.dumps({"query": one}) for one in asked]
    lines += [json.dumps({"query": one, "answerable": False}) for one in refused]
    (home / "gate.jsonl").write_text("\n".join(lines), encoding="utf-8")
    command = ("rag", "tune", "--queries", "gate.jsonl", "--json")
    found = malmoi(*command, home=home).json
    assert (found["gate"]["is_real"], found["ranking"]["is_real"], found["applied"]) == (True, False, False)
    assert open_index(home / "indexes/book").ranking == Ranking()
    again = malmoi(*command, "--apply", home=home).json
    assert again["applied"] is True
    assert again["fitted"] == found["fitted"]
    gate = found["fitted"]["gate"]
    assert 0 < gate < Ranking().gate
    # The ranking, whose gain nobody could tell, stays.
    assert open_index(home / "indexes/book").ranking == Ranking(gate=gate)
