import pytest

from curation.errors import UserError
from rag.evaluation.answers import AnswersReport, measure_answers
from rag.evaluation.questions import Question
from tests.rag.evaluation.scripted import LEAVE, PARKING, PAY, Held, Scripted, answer, refusal

LEAVE_QUESTION = Question(query="연차는 며칠?", relevant=("연차.md",), answer="16일")
BOTH = Question(query="연차와 급여는?", relevant=("연차.md", "급여.md"))
UNANSWERABLE = Question(query="사장님 생일은?", answerable=False, checked=False)


def _measured(*pairs) -> AnswersReport:
    return measure_answers(
        Scripted({question.query: given for question, given in pairs}),
        Held(),
        [question for question, _ in pairs],
    )


@pytest.mark.parametrize(
    ("question", "given", "expected", "wrongs"),
    [
        (
            LEAVE_QUESTION,
            answer(f"{LEAVE} [1]", "연차"),
            {
                "grounded": 1.0,
                "citation_precision": 1.0,
                "citation_recall": 1.0,
                "refusal_accuracy": 1.0,
                "exact_match": 0.0,
                "f1": pytest.approx(2 * 3 / (3 + 18)),
                "contains": 1.0,
            },
            (),
        ),
        # One of two relevant documents, and one that is not: half of either.
        (
            BOTH,
            answer(f"{LEAVE} [1]\n{PARKING} [2]", "연차", "주차"),
            {"grounded": 1.0, "citation_precision": 0.5, "citation_recall": 0.5, "exact_match": None},
            ("wrong_citation",),
        ),
        # A sentence of the two stands in no source.
        (
            LEAVE_QUESTION,
            answer(f"{LEAVE} [1]\n연차 휴가는 2년을 채우면 99일이 됩니다. [1]", "연차"),
            {"grounded": 0.5, "citation_precision": 1.0},
            ("ungrounded",),
        ),
        # A true sentence of the wrong document answers nothing.
        (
            LEAVE_QUESTION,
            answer(f"{PAY} [1]", "급여"),
            {"grounded": 1.0, "citation_precision": 0.0, "citation_recall": 0.0, "contains": 0.0},
            ("other_answer", "wrong_citation"),
        ),
        (
            LEAVE_QUESTION,
            refusal(),
            {
                "grounded": None,
                "citation_precision": None,
                "citation_recall": 0.0,
                "refusal_accuracy": 0.0,
                "exact_match": 0.0,
                "f1": 0.0,
                "contains": 0.0,
            },
            ("false_refusal",),
        ),
        (
            UNANSWERABLE,
            refusal(),
            {"grounded": None, "citation_recall": None, "refusal_accuracy": 1.0, "contains": None},
            (),
        ),
        (
            UNANSWERABLE,
            answer(f"{PAY} [1]", "급여"),
            {"grounded": 1.0, "citation_precision": None, "refusal_accuracy": 0.0},
            ("false_answer",),
        ),
    ],
)
def test_one_answer(question, given, expected, wrongs):
    (one,) = _measured((question, given)).questions
    assert {name: one.measures[name] for name in expected} == expected
    assert one.wrongs == wrongs


def test_passages_can_be_relevant_too():
    question = Question(query="연차는?", relevant=("연차#0",))
    (one,) = _measured((question, answer(f"{LEAVE} [1]", "연차"))).questions
    assert (one.cited, one.measures["citation_precision"]) == (("연차#0",), 1.0)


def test_the_means_leave_out_what_does_not_apply():
    report = _measured(
        (LEAVE_QUESTION, answer(f"{LEAVE} [1]", "연차")),
        (BOTH, answer(f"{LEAVE} [1]\n{PARKING} [2]\n연차 휴가는 99일이 됩니다. [1]", "연차", "주차")),
        (UNANSWERABLE, refusal()),
    )
    # Three of four sentences; two answers have citations to judge; three refusals were decided.
    assert report.measure("grounded") == pytest.approx(3 / 4)
    assert (report.measure("citation_precision"), report.count("citation_precision")) == (0.75, 2)
    assert (report.measure("refusal_accuracy"), report.count("refusal_accuracy")) == (1.0, 3)
    assert (report.measure("contains"), report.count("contains")) == (1.0, 1)
    found = report.as_json()
    assert (found["questions"], found["sentences"], found["unchecked"]) == (3, 4, 1)
    assert [row["measures"]["contains"] for row in found["per_query"]] == [1.0, None, None]


def test_nothing_answered_has_no_grounded_share():
    report = _measured((UNANSWERABLE, refusal()))
    assert report.measure("grounded") is None
    assert report.as_json()["citation_precision"] is None


def test_the_gravest_come_first():
    wrong = Question(query="급여는?", relevant=("급여.md",))
    unsupported = Question(query="주차는?", relevant=("주차.md",))
    refused = Question(query="반차는?", relevant=("반차.md",))
    report = _measured(
        (LEAVE_QUESTION, answer(f"{LEAVE} [1]", "연차")),
        (wrong, answer(f"{LEAVE} [1]", "연차")),
        (refused, refusal()),
        (unsupported, answer("주차 자리는 33면입니다. [1]", "주차")),
        (UNANSWERABLE, answer(f"{PAY} [1]", "급여")),
    )
    assert [one.query for one in report.worst()] == ["사장님 생일은?", "주차는?", "반차는?", "급여는?"]
    assert (report.wrong("false_answer"), report.wrong("false_refusal")) == (1, 1)
    assert "33면" in report.worst()[1].faults[0]


def test_the_first_answer_is_given_once_unmeasured_and_latencies_are_milliseconds():
    answerer = Scripted({LEAVE_QUESTION.query: answer(f"{LEAVE} [1]", "연차", first_token=0.25)})
    report = measure_answers(answerer, Held(), [LEAVE_QUESTION])
    assert answerer.asked == [LEAVE_QUESTION.query] * 2
    assert report.as_json()["latency_ms"]["first_token"] == {"p50": 250.0, "p99": 250.0}
    assert report.total(0.5) < 250


def test_a_model_that_always_fails_is_no_measurement():
    with pytest.raises(UserError, match="failed at every question"):
        _measured((LEAVE_QUESTION, refusal("model_failed")), (BOTH, refusal("model_failed")))
    report = _measured((LEAVE_QUESTION, refusal("model_failed")), (UNANSWERABLE, refusal()))
    assert report.as_json()["model_failed"] == 1
