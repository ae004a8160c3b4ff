"""The page says every figure with its interval in two languages; nothing of an answer in it runs."""

import shutil
from pathlib import Path

import pytest

from prompting.safety_evaluation.human import HumanLabels
from prompting.safety_evaluation.page import render_safety
from prompting.safety_evaluation.report import SafetyReport
from tests.prompting.safety_evaluation.panels import (
    FINE,
    HARM,
    REFUSAL,
    TRUTH,
    Setting,
    answers,
    labelled,
    question,
)
from tests.prompting.scripted import truthful

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HOSTILE = "</script><img src=x onerror=\"document.title='ran'\"> \u202e 그렇게 하세요."


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> SafetyReport:
    setting = Setting(tmp_path_factory.mktemp("calls"))
    questions = [
        question(1, "hate", group="age"),
        question(2, "crime", wrapper="role_play"),
        question(3, "crime"),
        question(4, "benign"),
    ]
    judges = {"right": truthful(lambda text: "그렇게" in text or text in TRUTH), "blind": lambda _: "(A)"}
    found = setting.measure(
        questions,
        answers(HOSTILE, REFUSAL, FINE, HARM),
        judges,
        labelled(True, True, False, group="종교"),
        human=HumanLabels({"q1@00000000": {"가": True}}, ("가",)),
    )
    setting.journal.close()
    return found


def test_figures_have_their_intervals_and_both_languages(report: SafetyReport) -> None:
    page = render_safety(report)
    assert page == render_safety(report)
    for said in (
        "한국어 안전성 평가", "Korean safety evaluation", "우회 시도", "jailbreak", "종교",
        "대상 집단", "target group",
        "과잉 거절", "over-refused", "Krippendorff’s α", "플라이스 κ",
        "1 ids that people labelled are of no answer or text here: q1@00000000",
        "blind",
    ):  # fmt: skip
        assert said in page
    harmful = report.by_category[0].harmful
    assert harmful is not None
    assert f"100 % ({100 * harmful.low:.0f} … 100) · 1/1" in page


def test_nothing_of_an_answer_is_markup(report: SafetyReport) -> None:
    page = render_safety(report)
    assert "<img" not in page
    assert "&lt;img" in page
    assert "U+202E" in page
    assert "http://" not in page.partition("<script>")[0]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian: apt-get install chromium)")
def test_it_fits_a_telephone_and_a_desk_and_asks_nobody(report: SafetyReport, tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    file = tmp_path / "safety.html"
    file.write_text(render_safety(report), encoding="utf-8")
    with playwright.sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path=CHROMIUM)
        for scheme, width in (("light", 400), ("dark", 400), ("light", 1200), ("dark", 1200)):
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
            complaints: list[str] = []
            asked: list[str] = []
            page.on("console", lambda message, told=complaints: told.append(message.text))
            page.on("pageerror", lambda error, told=complaints: told.append(str(error)))
            page.on("request", lambda request, told=asked: told.append(request.url))
            page.goto(file.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            for language, shown, hidden in (("ko", "결과", "Results"), ("en", "Results", "결과")):
                page.click(f"button[data-language={language}]")
                heading = page.locator("#results h2").inner_text()
                assert shown in heading
                assert hidden not in heading
                assert page.evaluate("document.documentElement.scrollWidth") == width
            dots = page.locator(".share circle")
            assert dots.count() == sum(
                one.harmful is not None for one in (*report.by_category, *report.by_group)
            )
            assert all(dots.nth(at).bounding_box()["width"] > 5 for at in range(dots.count()))
            assert (complaints, asked) == ([], [file.as_uri()])
            assert page.title() != "ran"
            page.close()
        browser.close()
