"""The console in Chromium: what a person does there, with a mouse and with the keyboard alone."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.conftest import announced, started
from tests.ui.test_pages import PAGES

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here (Debian: apt-get install chromium)"
)
PATIENCE_MS = 60_000
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    process = started(home, "--port", "0")
    try:
        yield announced(process)["url"].rstrip("/")
    finally:
        process.terminate()
        process.wait(60)
        if process.stdout:
            process.stdout.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def show(url: str, browser: Any) -> Iterator[Open]:
    """Open a page; nothing may complain, nothing may be asked of anyone else, nothing planted may run."""
    contexts, complaints, pages = [], [], []

    def opened(address: str = "/", width: int = 1200, **options: Any) -> Any:
        viewport = {"width": width, "height": 800}
        context = browser.new_context(viewport=viewport, **{"locale": "ko-KR", **options})
        contexts.append(context)
        page = context.new_page()
        pages.append(page)
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda one: one.url.startswith(url) or complaints.append(one.url))
        page.goto(url + address)
        return page

    yield opened
    planted = [page.evaluate("window.planted ?? null") for page in pages]
    for context in contexts:
        context.close()
    assert complaints == []
    assert set(planted) <= {None}


def ask(page: Any, question: str) -> None:
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")


def test_an_answer_stands_beside_its_source_and_the_quote_is_marked(show: Open) -> None:
    page = show("/ask")
    ask(page, "연차 휴가는 며칠 전에 신청하나요?")
    expect(page.locator("#answer")).to_contain_text("5영업일", timeout=PATIENCE_MS)
    expect(page.locator("#status")).to_contain_text("초 걸렸습니다")
    source = page.locator("#source-1")
    expect(source.locator(".passage")).to_be_hidden()
    page.locator("#answer .cite").first.click()
    expect(source.locator(".passage")).to_be_visible()
    expect(source.locator("mark")).to_have_text(re.compile("5영업일"))
    assert page.evaluate("document.activeElement.closest('details')?.id") == "source-1"
    # Side by side.
    answer, sources = page.locator("#answer").bounding_box(), page.locator("#sources").bounding_box()
    assert sources["x"] > answer["x"] + answer["width"]


def test_what_a_document_says_is_text(show: Open) -> None:
    page = show("/ask")
    ask(page, "주차장 요금은 한 달에 얼마인가요?")
    page.locator("#answer .cite").first.click(timeout=PATIENCE_MS)
    expect(page.locator("#answer")).to_contain_text("<img src=x onerror")
    expect(page.locator("#source-1 .from")).to_contain_text("심은 글<img")
    expect(page.locator("#source-1 .passage")).to_contain_text('onerror="window.planted=1">')
    assert page.locator("main img").count() == 0
    for address in ("/measurement?file=evaluations/retrieval.json",):
        page.goto(page.url.partition("/ask")[0] + address)
        assert page.locator("main img").count() == 0


def test_a_refusal_looks_like_one(show: Open) -> None:
    page = show("/ask", locale="en-GB")
    ask(page, "사장님의 생일은 언제인가요?")
    expect(page.locator("#answer.refused")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#answer")).to_contain_text("Not answered")
    expect(page.locator("#sources")).to_have_text("none")
    ask(page, "연차 휴가는 며칠 전에 신청하나요?")
    expect(page.locator("#answer")).to_contain_text("5영업일")
    expect(page.locator("#answer.refused")).to_have_count(0)


def test_a_group_is_named_in_the_form(show: Open) -> None:
    page = show("/ask")
    page.locator(".limits summary").click()
    page.locator("[name=groups]").fill("인사팀, 총무팀")
    ask(page, "임원 성과급은 기본급의 몇 퍼센트인가요?")
    expect(page.locator("#answer.refused")).to_be_visible(timeout=PATIENCE_MS)
    page.locator("[name=groups]").fill("인사팀, 이사회")
    ask(page, "임원 성과급은 기본급의 몇 퍼센트인가요?")
    expect(page.locator("#answer")).to_contain_text("200퍼센트")


def test_a_fault_is_said(show: Open) -> None:
    page = show("/ask")
    page.locator("#question").evaluate("one => one.removeAttribute('maxlength')")
    ask(page, "가" * 2_100)
    expect(page.locator("#status")).to_contain_text("2,000", timeout=PATIENCE_MS)
    expect(page.locator("#stop")).to_be_hidden()


def test_the_box_of_the_overview_asks_at_once(show: Open) -> None:
    page = show("/")
    page.locator("#quick").fill("연차 휴가는 며칠 전에 신청하나요?")
    page.locator("#quick").press("Enter")
    expect(page.locator("#answer")).to_contain_text("5영업일", timeout=PATIENCE_MS)


def test_the_report_draws_its_charts_in_its_own_origin(show: Open) -> None:
    page = show("/release/report?name=samples")
    report = page.frame_locator("iframe.report")
    expect(report.locator(".js-plotly-plot").first).to_be_attached(timeout=PATIENCE_MS)
    frame = next(one for one in page.frames if "report.html" in one.url)
    assert frame.evaluate("window.origin") == "null"
    assert (
        frame.evaluate("() => { try { return parent.document.title } catch { return 'refused' } }")
        == "refused"
    )


def test_rows_are_looked_for_and_filtered(show: Open) -> None:
    page = show("/release/rejects?name=samples")
    page.locator("[name=step]").select_option("exact_dedup")
    page.get_by_role("button", name="찾기").click()
    expect(page.locator("article.row")).to_have_count(10)
    page.locator("[name=q]").fill("도서")
    page.locator("[name=q]").press("Enter")
    expect(page.locator("article.row").first).to_contain_text("도서")


@pytest.mark.parametrize("width", [400, 1200])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_fits_and_can_be_read(show: Open, url: str, width: int, theme: str) -> None:
    page = show("/", width, color_scheme=theme)
    for address in PAGES:
        page.goto(url + address)
        page.locator("main h1").wait_for()
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, address
        assert page.evaluate(CONTRAST) == [], address


# Each text against the ground that it stands on: at least 4.5 : 1 (WCAG 2.2, 1.4.3).
CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((one) => one / 255)
    .map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const found = rgb(getComputedStyle(one).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255, 255];
  };
  const faint = [];
  for (const node of document.querySelectorAll("body *")) {
    const words = [...node.childNodes].filter((one) => one.nodeType === 3 && one.data.trim());
    const skipped = node.closest(".aside, .skip, svg, button:disabled");
    if (!words.length || !node.checkVisibility() || skipped) continue;
    const pair = [light(rgb(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${node.className} ${words[0].data.trim().slice(0, 30)}`);
  }
  return faint;
}"""


def test_the_keyboard_is_enough(show: Open) -> None:
    page = show("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.goto(page.url.partition("#")[0] + "ask")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type("연차 휴가는 며칠 전에 신청하나요?")
    page.keyboard.press("Enter")
    cite = page.locator("#answer .cite").first
    expect(cite).to_be_visible(timeout=PATIENCE_MS)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "cite":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#source-1 .passage")).to_be_visible()


def test_language_and_theme_are_chosen_and_kept(show: Open, url: str) -> None:
    page = show("/cards?q=3i4k")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Corpus cards")
    expect(page.locator("article")).to_have_count(1)  # what was looked for stays
    page.get_by_role("link", name="Dark", exact=True).click()
    page.goto(url)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)"
    assert page.evaluate("document.documentElement.lang") == "en"


def test_the_local_slack_is_started_and_stopped_by_buttons(show: Open) -> None:
    page = show("/slack")
    page.locator("[name=index]").select_option("")
    page.get_by_role("button", name="켜기").click()
    link = page.get_by_role("link", name="로컬 슬랙 열기")
    expect(link).to_be_visible(timeout=PATIENCE_MS)
    with page.context.expect_page() as opened:
        link.click()
    slack = opened.value
    slack.locator("#main h1").wait_for()
    assert slack.evaluate("window.opener") is None
    slack.close()
    page.get_by_role("button", name="끄기").click()
    expect(page.get_by_role("button", name="켜기")).to_be_visible(timeout=PATIENCE_MS)
