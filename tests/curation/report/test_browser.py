"""The page in Chromium: charts are drawn, nothing runs or loads, it reads well on any screen."""

import json
import os
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from curation.report.data import ReleaseReport
from curation.report.page import render_report
from curation.report.palette import DARK, LIGHT

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here (Debian: apt-get install chromium)"
)

WIDE, NARROW = {"width": 1400, "height": 900}, {"width": 400, "height": 800}
# Bars that are seen, by chart: (drawn, with a size on the screen).
BARS = """() => Object.fromEntries([...document.querySelectorAll("figure[data-chart]")].map((figure) => {
  const boxes = [...figure.querySelectorAll(".bars path")].map((path) => path.getBoundingClientRect());
  return [figure.dataset.chart, boxes.filter((box) => box.width > 0 && box.height > 0).length];
}))"""
# How many pixels of a PNG have a colour, within a tolerance for the encoder's rounding.
PIXELS = """async ([png, colours]) => {
  const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes]));
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const { data } = canvas.getImageData(0, 0, image.width, image.height);
  return colours.map((colour) => {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    let found = 0;
    for (let at = 0; at < data.length; at += 4) {
      found += Math.abs(data[at] - r) + Math.abs(data[at + 1] - g) + Math.abs(data[at + 2] - b) < 6;
    }
    return found;
  });
}"""
HIDDEN = """(selector) => [...document.querySelectorAll(selector)]
  .every((one) => getComputedStyle(one).display === "none")"""

# Charts follow the width of the page.
ALL_FIT = """() => [...document.querySelectorAll(".plot")].every((plot) =>
  Math.abs((plot.querySelector("svg")?.getBoundingClientRect().width ?? 0) - plot.clientWidth) < 2)"""
LABELS_OUTSIDE = """() => [...document.querySelectorAll(".plot")].flatMap((plot) => {
  const frame = plot.getBoundingClientRect();
  return [...plot.querySelectorAll("text")].filter((text) => {
    const box = text.getBoundingClientRect();
    return box.width > 0 && (box.left < frame.left - 2 || box.right > frame.right + 2
      || box.top < frame.top - 2 || box.bottom > frame.bottom + 2);
  }).map((text) => plot.parentElement.dataset.chart + ": " + text.textContent);
})"""
ALL_DRAWN = """() => [...document.querySelectorAll(".plot")].every((plot) => plot.querySelector("svg"))"""
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as runner:
        started = runner.chromium.launch(executable_path=CHROMIUM)
        yield started
        started.close()


@pytest.fixture(scope="module")
def pages(
    rich: ReleaseReport,
    minimal: ReleaseReport,
    barren: ReleaseReport,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("report")
    found = {}
    for name, report in (("rich", rich), ("minimal", minimal), ("barren", barren)):
        found[name] = folder / f"{name}.html"
        found[name].write_text(render_report(report))
    return found


@pytest.fixture
def complaints() -> list[str]:
    """What the console said, what was thrown, and what was asked of the network."""
    return []


@pytest.fixture
def show(browser: Any, pages: dict[str, Path], complaints: list[str]) -> Iterator[Open]:
    contexts = []

    def opened(name: str = "rich", *, locale: str = "ko-KR", fragment: str = "", **options: Any) -> Any:
        context = browser.new_context(locale=locale, **{"viewport": WIDE, **options})
        contexts.append(context)
        page = context.new_page()
        address = pages[name].as_uri()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: None if request.url.startswith(address) else complaints.append(request.url),
        )
        page.goto(address + fragment)
        return page

    yield opened
    for context in contexts:
        context.close()


def until(page: Any, script: str, wanted: object = True) -> None:
    """Wait until the script gives what is wanted; the page's policy forbids Playwright's own waiting."""
    for _ in range(100):
        found = page.evaluate(script)
        if found == wanted:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{script} gives {found!r}, not {wanted!r}")


def expected_bars(page: Any) -> dict[str, range]:
    """Give by chart how many bars are to be seen: all but, at most, those thinner than a pixel."""
    charts = json.loads(page.locator("#report-figures").text_content())["charts"]
    found = {}
    for name, figure in charts.items():
        bars = [value for series in figure["series"] for value in series["values"] if value > 0]
        thick = [value for value in bars if figure["log"] or value > max(bars) / 200]
        found[name] = range(len(thick), len(bars) + 1)
    return found


@pytest.mark.parametrize("name", ["rich", "minimal", "barren"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_bar_is_drawn_without_complaint(
    show: Open, complaints: list[str], name: str, viewport: dict[str, int]
) -> None:
    page = show(name, viewport=viewport)
    page.evaluate("document.querySelectorAll('details.source').forEach((one) => { one.open = true; })")
    until(page, ALL_DRAWN)
    drawn, expected = page.evaluate(BARS), expected_bars(page)
    assert drawn.keys() == expected.keys()
    assert {name: drawn[name] for name in drawn if drawn[name] not in expected[name]} == {}
    assert any(drawn.values()) == (name != "barren")
    assert complaints == []


def test_charts_in_closed_parts_are_drawn_when_these_open(show: Open) -> None:
    page = show(fragment="#source-news")
    page.locator("#source-news svg").first.wait_for()
    assert page.locator("#source-reviews svg").count() == 0
    page.locator("#source-reviews > summary").click()
    page.locator("#source-reviews svg").first.wait_for()


@pytest.mark.parametrize(
    ("locale", "chosen"), [("ko-KR", "ko"), ("en-GB", "en"), ("fr-FR", "ko")], ids=["ko", "en", "other"]
)
def test_the_language_follows_the_reader(show: Open, locale: str, chosen: str) -> None:
    page = show(locale=locale)
    other = {"ko": "en", "en": "ko"}[chosen]
    assert page.evaluate("document.documentElement.lang") == chosen
    assert page.evaluate(HIDDEN, f".{other}")
    assert page.locator(f"h2 .{chosen}").first.is_visible()


def test_the_language_can_be_switched(show: Open, complaints: list[str]) -> None:
    page = show()
    chart = page.locator("figure[data-chart=funnel]")
    words = {"ko": ("완전 중복 제거", "행 수", "한눈에"), "en": ("exact_dedup", "rows", "Overview")}
    for language, other in (("en", "ko"), ("ko", "en")):
        page.locator(f"button[data-language={language}]").click()
        label, axis, heading = words[language]
        drawn = " ".join(chart.locator(".plot text").all_text_contents())
        assert label in drawn
        assert axis in drawn
        assert page.locator("#overview h2").inner_text() == heading
        assert page.evaluate(HIDDEN, f".{other}")
        assert page.locator("button[aria-pressed=true]").get_attribute("data-language") == language
    assert complaints == []


@pytest.mark.parametrize("name", ["rich", "minimal"])
@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_nothing_hangs_over_the_side(show: Open, name: str, locale: str) -> None:
    page = show(name, locale=locale)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for width in (1400, 700, 400, 320):
        page.set_viewport_size({"width": width, "height": 800})
        until(page, ALL_FIT)
        assert (
            page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        )
        assert page.evaluate(LABELS_OUTSIDE) == []


@pytest.mark.parametrize(("scheme", "colours"), [("light", LIGHT), ("dark", DARK)], ids=["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_screenshot_shows_the_colours_of_the_charts(
    show: Open, browser: Any, scheme: str, colours: dict[str, str], viewport: dict[str, int]
) -> None:
    page = show(color_scheme=scheme, viewport=viewport)
    names = ("paper", "kept", "dropped")
    for chart in ("funnel", "lengths"):
        image = page.locator(f"figure[data-chart={chart}] .plot").screenshot()
        if os.environ.get("REPORT_SCREENSHOTS"):
            name = f"{chart}-{scheme}-{viewport['width']}.png"
            Path(os.environ["REPORT_SCREENSHOTS"], name).write_bytes(image)
        pixels = count_pixels(browser, image, [colours[name] for name in names])
        assert dict(zip(names, [count > 300 for count in pixels], strict=True)) == dict.fromkeys(names, True)


def count_pixels(browser: Any, png: bytes, colours: list[str]) -> list[int]:
    blank = browser.new_page()
    try:
        found: list[int] = blank.evaluate(PIXELS, [b64encode(png).decode(), colours])
    finally:
        blank.close()
    return found


def test_a_page_turned_dark_or_printed_is_drawn_again(show: Open) -> None:
    page = show(color_scheme="light")
    fill = "() => getComputedStyle(document.querySelector('[data-chart=funnel] .bars path')).fill"
    seen = {}
    for name, media in (
        ("light", {"color_scheme": "light"}),
        ("dark", {"color_scheme": "dark"}),
        ("print", {"color_scheme": "dark", "media": "print"}),
    ):
        page.emulate_media(**media)
        wanted = "rgb(" + ", ".join(str(int(colour(name)[at : at + 2], 16)) for at in (1, 3, 5)) + ")"
        until(page, fill, wanted)
        seen[name] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert seen["light"] == seen["print"] != seen["dark"]


def colour(name: str) -> str:
    return DARK["kept"] if name == "dark" else LIGHT["kept"]


def test_hostile_texts_are_texts(show: Open, complaints: list[str]) -> None:
    page = show()
    assert page.title().startswith("시험 <i>모음</i>")
    assert page.locator("main img, main b, main i:not(.key i)").count() == 0
    assert page.locator("script").count() == 3
    drawn = page.locator("figure[data-chart=personal-data] .plot").text_content()
    assert "<b>kind of tomorrow</b>" in drawn
    assert complaints == []


def test_the_policy_stops_what_would_run_or_load(show: Open, complaints: list[str]) -> None:
    page = show()
    arrived: list[str] = []
    page.on("requestfinished", lambda request: arrived.append(request.url))
    page.evaluate(
        """() => {
          document.body.insertAdjacentHTML("beforeend", "<b onclick='document.title = 1' id='trap'>trap</b>"
            + "<img src='https://example.invalid/x.png'>");
          const script = document.createElement("script");
          script.textContent = "document.title = 'ran'";
          document.body.append(script);
          document.getElementById("trap").click();
        }"""
    )
    stopped = page.evaluate("fetch('https://example.invalid/').then(() => 'sent', () => 'stopped')")
    assert stopped == "stopped"
    assert page.title().startswith("시험")
    assert arrived == []
    stopped_by_policy = [complaint for complaint in complaints if "Content Security Policy" in complaint]
    for what in ("inline event handler", "inline script", "Loading the image", "Connecting to"):
        assert any(complaint.startswith(("Executing " + what, what)) for complaint in stopped_by_policy), what


def test_without_scripts_all_figures_are_there_in_both_languages(show: Open) -> None:
    page = show(java_script_enabled=False)
    assert page.locator("figure[data-chart=funnel] table").is_visible()
    assert page.locator("figure[data-chart=lengths] table").is_visible()
    assert page.locator("#overview h2").inner_text() == "한눈에 Overview"
    assert not page.locator(".languages").is_visible()
    assert not page.locator(".keys").first.is_visible()


def test_a_drawn_chart_folds_its_table_away(show: Open) -> None:
    page = show()
    table = page.locator("figure[data-chart=funnel] table")
    assert not table.is_visible()
    page.locator("figure[data-chart=funnel] summary").click()
    assert table.is_visible()
    # And it stays as its reader left it.
    page.locator("button[data-language=en]").click()
    assert table.is_visible()
