"""Pages of measurements: they say what went wrong, in both languages, and nothing in them runs."""

import shutil
from dataclasses import replace

import pytest

from rag.evaluation.answers import AnswersReport, measure_answers
from rag.evaluation.answers_page import render_answers
from rag.evaluation.page import render_retrieval
from rag.evaluation.questions import Question
from rag.evaluation.retrieval import FoundFor, RetrievalReport
from tests.rag.evaluation.scripted import LEAVE, PAY, Held, Scripted, answer, refusal

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HOSTILE = "</script><img src=x onerror=\"document.title='ran'\"> \u202e 며칠?"
WORST = '<section id="worst">'


def _answers() -> AnswersReport:
    cases = {
        Question(query="연차는?", relevant=("연차.md",), answer="16일"): answer(f"{LEAVE} [1]", "연차"),
        Question(query=HOSTILE, relevant=("연차.md",)): answer("휴가는 99일입니다. [1]", "연차"),
        Question(query="급여는?", relevant=("급여.md",), answer="25일"): refusal(),
        Question(query="생일은?", answerable=False, checked=False): answer(f"{PAY} [1]", "급여"),
    }
    answerer = Scripted({question.query: given for question, given in cases.items()})
    return measure_answers(answerer, Held(), list(cases))


def _retrieval() -> RetrievalReport:
    measures = {f"recall@{k}": 1.0 for k in (1, 5, 10)} | {"mrr@10": 1.0, "ndcg@10": 1.0}
    well = FoundFor("잘된 질문", ("가",), ("가", "나"), measures, 3.0)
    second = FoundFor("둘째 질문", ("나",), ("가", "나"), measures | {"ndcg@10": 0.63}, 3.0)
    lost = FoundFor(HOSTILE, ("없는 문서",), ("가", "나"), dict.fromkeys(measures, 0.0), 3.0, ("없는 문서",))
    return RetrievalReport((well, second, lost), dense=False, unchecked=2)


def test_answers_that_went_wrong_are_shown_the_gravest_first():
    page = render_answers(_answers(), "handbook", "extractive")
    worst = page.partition(WORST)[2]
    places = [worst.index(query) for query in ("생일은?", "onerror", "급여는?")]
    assert places == sorted(places)
    assert "연차는?" not in worst
    assert "99일" in worst
    assert "is not in its source" in worst
    assert "없음. 답하지 않아야 합니다" in worst
    assert "refused what a source answers" in worst
    assert "1 questions are drafts that nobody checked." in page
    assert "handbook · extractive" in page


def test_questions_that_found_worst_are_shown_first():
    page = render_retrieval(_retrieval(), "handbook")
    worst = page.partition(WORST)[2]
    assert worst.index("onerror") < worst.index("둘째 질문")
    assert "잘된 질문" not in worst
    assert "10위 밖" in worst
    assert "place 2" in worst
    assert "By words alone" in page
    assert "1 relevant ids are not in the index" in page


@pytest.mark.parametrize(
    "render", [lambda: render_answers(_answers(), "a", "m"), lambda: render_retrieval(_retrieval(), "a")]
)
def test_nothing_of_a_question_is_markup(render):
    page = render()
    assert "<img" not in page
    assert "&lt;img" in page
    assert "U+202E" in page


def test_equal_reports_give_equal_pages_and_one_without_faults_says_so():
    report = _retrieval()
    assert render_retrieval(report, "a") == render_retrieval(report, "a")
    well = replace(report, questions=report.questions[:1])
    assert "None: no question could have gone better." in render_retrieval(well, "a")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian: apt-get install chromium)")
def test_both_pages_fit_a_telephone_and_draw_their_chart(tmp_path):
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    (tmp_path / "answers.html").write_text(render_answers(_answers(), "handbook", "extractive"))
    (tmp_path / "retrieval.html").write_text(render_retrieval(_retrieval(), "handbook"))
    with playwright.sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path=CHROMIUM)
        for name in ("answers", "retrieval"):
            for scheme in ("light", "dark"):
                page = browser.new_page(viewport={"width": 400, "height": 800}, color_scheme=scheme)
                complaints: list[str] = []
                page.on("console", lambda message, told=complaints: told.append(message.text))
                page.on("pageerror", lambda error, told=complaints: told.append(str(error)))
                page.goto((tmp_path / f"{name}.html").as_uri())
                for _ in range(100):
                    if page.locator(".plot svg").count():
                        break
                    page.wait_for_timeout(50)
                assert page.locator(".plot svg").count() > 0
                assert page.evaluate("document.documentElement.scrollWidth") == 400
                assert page.title() != "ran"
                assert complaints == []
        browser.close()
