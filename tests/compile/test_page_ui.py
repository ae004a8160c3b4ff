"""The built page in a real browser: what a reader sees and can do, with and without a model."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from compile.page import WEB
from compile.serving import BundleServer
from tests.compile.browser import made_once_a_run, needs_browser, needs_compiler, needs_node
from tests.compile.page_screens import bring, exported, face_bundle, opened, payload, with_models

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [needs_browser, needs_node]

TITLES = {
    "ko-KR": ("ko", "이 브라우저 안에서 답하는 도우미"),
    "en-GB": ("en", "An assistant that answers inside this browser"),
    "ja-JP": ("ja", "このブラウザの中で答えるアシスタント"),
    "fr-FR": ("en", "An assistant that answers inside this browser"),
}


@pytest.fixture(scope="module")
def url(shared_folder: Path, built_page: Path) -> Iterator[str]:
    folder = made_once_a_run(shared_folder / "face-bundle", lambda out: face_bundle(out, built_page))
    with BundleServer(folder) as server:
        yield server.url


@pytest.fixture(scope="module")
def model_url(shared_folder: Path, built_page: Path, tiny_bundle: Path) -> Iterator[str]:
    folder = shared_folder / "face-bundle-with-model"
    with BundleServer(
        made_once_a_run(folder, lambda out: with_models(out, tiny_bundle, built_page))
    ) as server:
        yield server.url


def test_the_shell_is_small(built_page: Path) -> None:
    index = (built_page / "index.html").read_text(encoding="utf-8")
    named = re.findall(r'(?:src|href)="\./([^"]+)"', index)
    assert any(name.endswith(".js") for name in named)
    sizes = [len(gzip.compress((built_page / name).read_bytes())) for name in ["index.html", *named]]
    assert sum(sizes) < 100_000  # 300 kB are allowed; the engines, pdf.js and the renderer come later
    assert not re.search(r"<script(?![^>]*src=)|<style|style=|https?://", index)


def test_it_paints_at_once_and_asks_nobody_else(browser: "Browser", url: str) -> None:
    asked: list[str] = []
    painted = []
    for _ in range(2):
        with opened(browser, url) as page:
            page.on("request", lambda request: asked.append(request.url))
            painted += [
                page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime")
            ]
            bring(page, exported())
            page.wait_for_timeout(300)
    assert min(painted) < 1000
    assert [one for one in asked if not one.startswith((url, "blob:", "data:"))] == []


@pytest.mark.parametrize("locale", TITLES)
def test_it_speaks_the_browsers_language(browser: "Browser", url: str, locale: str) -> None:
    language, title = TITLES[locale]
    with opened(browser, url, locale=locale) as page:
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator(".load-card h2").inner_text() == title
        # Another language is chosen and stays chosen; the dialog speaks it at once.
        page.locator(".side-foot button").last.click()
        page.locator("dialog select").first.select_option("ja")
        assert page.locator("dialog h2").inner_text() == "設定"
        page.reload()
        page.locator(".load-card h2").wait_for()
        assert page.locator("html").get_attribute("lang") == "ja"


@pytest.mark.parametrize(
    ("locale", "scheme", "width"), [("ko-KR", "light", 1200), ("en-GB", "dark", 1200), ("ja-JP", "dark", 400)]
)
def test_it_can_be_used_by_everyone(
    browser: "Browser", url: str, locale: str, scheme: str, width: int
) -> None:
    size = {"width": 1200, "height": 800}
    with opened(browser, url, locale=locale, color_scheme=scheme, viewport=size, bypass_csp=True) as page:
        page.evaluate((WEB / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
        assert _violations(page) == []
        bring(page, exported(), locale[:2])
        page.set_viewport_size({"width": width, "height": 800})
        assert _violations(page) == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        page.locator(".cite").click()
        assert _violations(page) == []
        page.keyboard.press("Escape")
        if width < 900:
            page.locator(".top .quiet").click()
        page.locator(".side-foot button").first.click()
        assert _violations(page) == []
        page.keyboard.press("Escape")
        if width < 900:
            page.locator(".top .quiet").click()
        page.locator(".side-foot button").last.click()
        assert _violations(page) == []


def _violations(page: "Page") -> list[tuple[str, Any]]:
    page.wait_for_timeout(250)  # Colours are those of a panel that has come to rest.
    found = page.evaluate("async () => (await axe.run()).violations")
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def test_a_model_that_does_not_load_is_explained(browser: "Browser", url: str) -> None:
    with opened(browser, url) as page:
        page.get_by_role("button", name="모델 불러오기").click()
        alert = page.get_by_role("alert")
        alert.wait_for()
        assert "다시 시도" in alert.inner_text()
        assert page.get_by_role("button", name="다시 시도").is_enabled()


def test_an_answer_shows_its_sources_and_nothing_from_outside(browser: "Browser", url: str) -> None:
    with opened(browser, url) as page:
        bring(page, exported())
        answer = page.locator(".answer")
        assert "[7]" in answer.inner_text()  # no such passage: not a link
        assert page.title() == "말모이"
        assert page.locator(".answer img").count() == 0
        links = page.locator(".answer a")
        assert [links.nth(n).get_attribute("href") for n in range(links.count())] == [
            "https://outside.example/rules"
        ]
        assert links.first.get_attribute("rel") == "noopener noreferrer"
        cite = page.get_by_role("button", name="자료 1 열기: 연차 휴가")
        cite.click()
        shown = page.get_by_role("dialog").inner_text()
        assert all(
            part in shown
            for part in ("연차 휴가는 1년에 열다섯 날입니다.", "휴가 › 연차", "leave.txt", "3쪽")
        )
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
        assert page.evaluate("() => document.activeElement.className") == "cite"


def test_conversations_are_kept_named_exported_and_deleted(browser: "Browser", url: str) -> None:
    with opened(browser, url) as page:
        bring(page, exported(state="writing", text="15일"))
        assert "쓰는 도중에 끊긴 답입니다." in page.locator(".answer").inner_text()
        page.get_by_role("button", name="더 보기").click()
        page.get_by_label("대화 이름").fill("휴가")
        page.get_by_role("button", name="이름 바꾸기").click()
        page.reload()
        page.get_by_role("button", name="휴가", exact=True).wait_for()
        page.get_by_role("button", name="더 보기").click()
        with page.expect_download() as told:
            page.get_by_role("button", name="Markdown으로 내보내기").click()
        assert told.value.suggested_filename == "휴가.md"
        assert "# 휴가\n" in Path(told.value.path()).read_text(encoding="utf-8")
        with page.expect_download() as told:
            page.get_by_role("button", name="JSON으로 내보내기").click()
        assert json.loads(Path(told.value.path()).read_text())["conversations"][0]["title"] == "휴가"
        page.get_by_role("button", name="지우기").click()
        page.get_by_role("button", name="지우기").click()
        page.get_by_text("아직 대화가 없습니다.").wait_for()


def test_two_tabs_see_each_others_changes(browser: "Browser", url: str) -> None:
    with opened(browser, url) as page:
        bring(page, exported())
        other = page.context.new_page()
        other.goto(url)
        other.locator(".conversation-open").click()
        other.locator(".answer").wait_for()
        page.bring_to_front()
        page.get_by_role("button", name="더 보기").click()
        page.get_by_label("대화 이름").fill("휴가")
        page.get_by_role("button", name="이름 바꾸기").click()
        other.get_by_role("heading", name="휴가", exact=True).wait_for()
        page.get_by_role("button", name="더 보기").click()
        page.get_by_role("button", name="지우기").click()
        page.get_by_role("button", name="지우기").click()
        other.get_by_text("다른 탭에서 지운 대화입니다.").wait_for()


def test_own_files_stay_in_the_browser(browser: "Browser", url: str) -> None:
    text = "# 주차\n\n손님 차는 지하 3층에 네 시간까지 세웁니다."
    with opened(browser, url) as page:
        page.get_by_role("button", name="내 파일").click()
        assert "이 브라우저에만 저장되고 밖으로 나가지 않습니다" in page.get_by_role("dialog").inner_text()
        adding = page.locator(".file-add input")
        adding.set_input_files(
            [
                payload("주차.md", "text/markdown", text.encode()),
                payload("그림.png", "image/png", b"\x89PNG"),
            ]
        )
        page.get_by_role("dialog").get_by_text("'그림.png': txt, md, pdf 파일만").wait_for()
        page.reload()
        page.locator(".side-foot .count").wait_for()
        page.get_by_role("button", name="내 파일").click()
        assert page.locator(".file-name").all_inner_texts() == ["주차.md"]
        page.get_by_role("button", name="'주차.md' 빼기").click()
        page.get_by_text("더한 파일이 없습니다.").wait_for()


def test_a_full_disk_is_told(browser: "Browser", url: str) -> None:
    with opened(browser, url) as page:
        keys = page.context.new_cdp_session(page)
        keys.send("Storage.overrideQuotaForOrigin", {"origin": url.rstrip("/"), "quotaSize": 1})
        page.get_by_role("button", name="내 파일").click()
        file = payload("긴 글.txt", "text/plain", "말모이 ".encode() * 100_000)
        page.locator(".file-add input").set_input_files(file)
        page.get_by_role("dialog").get_by_text("저장 공간이 모자라 저장하지 못했습니다").wait_for()
        assert page.locator(".file-name").all_inner_texts() == ["긴 글.txt"]  # it serves until the tab closes


def test_settings_are_checked_and_can_be_reset(browser: "Browser", url: str) -> None:
    with opened(browser, url) as page:
        page.get_by_role("button", name="설정", exact=True).click()
        field = page.get_by_label("온도")
        field.fill("9")
        assert field.get_attribute("aria-invalid") == "true"
        assert page.get_by_text("0에서 2 사이의 값을 적어 주세요.").is_visible()
        field.fill("1.1")
        page.get_by_label("화면").select_option("dark")
        page.get_by_label("실행 방식").select_option("webgpu")
        page.reload()
        page.get_by_role("button", name="설정", exact=True).click()
        assert page.get_by_label("온도").input_value() == "1.1"
        dark = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        page.get_by_role("button", name="처음 값으로").click()
        assert page.get_by_label("온도").input_value() == "0.3"
        assert page.get_by_label("실행 방식").input_value() == "webgpu"  # what runs stays as it is
        assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") != dark


@needs_compiler
def test_a_conversation_with_a_model(browser: "Browser", model_url: str) -> None:
    with opened(browser, model_url) as page:
        page.evaluate("() => localStorage.setItem('malmoi.settings', '{\"temperature\": 0}')")
        page.reload()
        page.get_by_role("button", name="모델 불러오기").click()
        field = page.get_by_role("textbox", name="질문")
        field.wait_for(timeout=60_000)
        # What the sources do not answer is said, and no model is asked.
        field.fill("우주선 연료는 어떻게 보관하나요?")
        field.press("Enter")
        page.locator(".not-covered").wait_for()
        assert page.locator(".passages button").count() == 3
        # The Enter that ends a syllable sends nothing.
        page.get_by_label("자료에서 찾아 답하기").uncheck()
        field.fill("안")
        keys = page.context.new_cdp_session(page)
        keys.send("Input.imeSetComposition", {"text": "녕", "selectionStart": 1, "selectionEnd": 1})
        field.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
        assert page.locator(".question").count() == 1
        keys.send("Input.insertText", {"text": "녕"})
        field.press("Shift+Enter")
        assert field.input_value() == "안녕\n"
        # A tab that is closed in mid-answer keeps what was written.
        lasting = next(filter(lambda asked: _broken_off(page, asked), ("안녕", "반가워요", "하나 둘 셋")))
        assert page.locator(".answer .prose").last.inner_text() != ""
        before = page.locator(".question").count()
        # The model that was loaded before comes back by itself; the question is asked in other words.
        page.get_by_role("button", name="질문 고치기").click(timeout=60_000)
        page.get_by_role("textbox", name="질문 고치기").fill(f" {lasting} ")
        page.get_by_role("button", name="고쳐서 다시 묻기").click()
        page.locator(".answer .caret").wait_for()
        page.keyboard.press("Escape")
        page.locator(".ending", has_text="멈춘 답입니다.").wait_for()
        assert page.locator(".question").count() == before
        assert "WebGPU" in page.locator(".figures").last.inner_text()


def _broken_off(page: "Page", asked: str) -> bool:
    """Ask, and close the page while it answers. A model of chance may say too little for that."""
    field = page.get_by_role("textbox", name="질문", exact=True)
    field.fill(asked)
    page.locator('.round[type="submit"]:enabled').wait_for(timeout=60_000)
    field.press("Enter")
    page.locator(".answer .caret").wait_for()
    page.wait_for_timeout(300)
    page.reload()
    page.locator(".conversation-open").click()
    page.locator(".answer").last.wait_for()
    return "쓰는 도중에 끊긴 답입니다." in page.locator(".answer").last.inner_text()
