"""How the built page ends an answer, and what it tells of that: loops, stops, turns left out."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from compile.serving import BundleServer
from tests.compile.browser import made_once_a_run, needs_browser, needs_compiler, needs_node
from tests.compile.page_screens import bring, exported, face_bundle, opened, payload
from tests.compile.parrots import build

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [needs_browser, needs_node]

SENTENCE = "Abcdefghijklmnopqrstuvw. "
UNCOVERED = "우주선 연료는 어떻게 보관하나요?"
# All that stands in the place of a selector, one after the other, under a name.
_WATCH = """([name, selector]) => {
  const seen = (window[name] = []);
  const look = () => {
    const text = document.querySelector(selector)?.textContent ?? null;
    if (text !== null && seen.at(-1) !== text) seen.push(text);
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


@pytest.fixture(scope="module")
def url(shared_folder: Path, built_page: Path) -> Iterator[str]:
    folder = made_once_a_run(shared_folder / "face-bundle", lambda out: face_bundle(out, built_page))
    with BundleServer(folder) as server:
        yield server.url


@pytest.fixture(scope="module")
def loop_url(shared_folder: Path, built_page: Path) -> Iterator[str]:
    folder = shared_folder / "loop-bundle"
    made_once_a_run(folder, lambda out: build(out, built_page, SENTENCE, endless=True))
    with BundleServer(folder) as server:
        yield server.url


@pytest.mark.parametrize(
    ("locale", "dropped", "loop"),
    [
        ("ko-KR", "앞선 문답 2개는 길어서 빼고 읽음", "같은 말이 되풀이되어 끝냄"),
        ("en-GB", "earlier turns left out for length: 2", "ended because it repeated itself"),
        ("ja-JP", "長さのため前のやり取り2件を省略", "同じ言葉の繰り返しのため終了"),
    ],
)
def test_what_was_left_out_is_told_beside_the_figures(
    browser: "Browser", url: str, locale: str, dropped: str, loop: str
) -> None:
    figures = {"engine": "webgpu", "completionTokens": 9, "decodeTokensPerSecond": 2, "memoryBytes": None}
    plain, told = (
        json.loads(exported(figures=one)) for one in (figures, figures | {"droppedTurns": 2, "isLoop": True})
    )
    plain["conversations"][0]["messages"] += told["conversations"][0]["messages"]
    with opened(browser, url, locale=locale) as page:
        bring(page, json.dumps(plain), locale[:2])
        first, second = page.locator(".figures").all_inner_texts()
        assert len(first.split(" · ")) == 3
        assert second == f"{first} · {dropped} · {loop}"


@needs_compiler
def test_a_loop_is_ended_and_a_stop_is_told(browser: "Browser", loop_url: str) -> None:
    with opened(browser, loop_url) as page:
        bring(page, _four_turns())
        page.get_by_role("button", name="모델 불러오기").click()
        page.locator('.round[type="submit"]').wait_for(timeout=60_000)
        page.locator(".load").wait_for(state="detached", timeout=60_000)
        page.evaluate(_WATCH, ["heard", '[aria-live="polite"]'])
        for form in ("NFC", "NFD"):
            _ask(page, unicodedata.normalize(form, UNCOVERED))
            page.locator(".not-covered").last.wait_for()
            page.locator('.actions button:enabled[aria-label="다시 답하기"]').wait_for()
        assert page.locator(".question-text").all_inner_texts()[-2:] == [UNCOVERED] * 2
        heard = page.evaluate("() => window.heard")
        assert [text[:6] for text in heard if text] == ["자료에서 이"] * 2  # the same words, heard twice

        page.get_by_label("자료에서 찾아 답하기").uncheck()
        _ask(page, "안녕하세요")
        page.locator(".figures").wait_for(timeout=60_000)
        answer = page.locator(".answer").last
        assert answer.locator(".prose").inner_text() == SENTENCE.strip()
        assert "멈춘 답입니다." not in answer.inner_text()
        told = page.locator(".figures").inner_text()
        assert "같은 말이 되풀이되어 끝냄" in told
        assert "앞선 문답 1개는 길어서 빼고 읽음" in told  # three of four are read
        assert page.evaluate("() => window.heard.at(-1)") == f"답이 끝났습니다. {SENTENCE.strip()}"

        # Two clicks send once, and stop nothing.
        page.locator("#question").fill("또")
        page.locator('.round[type="submit"]:enabled').dblclick()
        page.locator(".figures").nth(1).wait_for(timeout=60_000)
        assert "멈춘 답입니다." not in page.locator(".answer").last.inner_text()
        assert page.evaluate("() => document.activeElement.id") == "question"

        page.evaluate(_WATCH, ["waiting", ".waiting"])
        page.locator("#question").fill("다시")
        page.evaluate(
            """() => {
              document.querySelector("form.composer").requestSubmit();
              document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
            }"""
        )
        page.locator(".ending", has_text="멈춘 답입니다.").wait_for()
        assert page.evaluate("() => window.waiting") == ["멈추는 중입니다…"]


def _four_turns() -> str:
    file = json.loads(exported())
    asked = {"role": "user", "text": "안녕?", "created": 1}
    said = {"role": "assistant", "text": "네.", "created": 1, "state": "done", "covered": True}
    said |= {"passages": [], "figures": None, "fault": None}
    file["conversations"][0]["messages"] = [asked, said] * 4
    return json.dumps(file)


def _ask(page: "Page", question: str) -> None:
    field = page.locator("#question")
    field.fill(question)
    page.locator('.round[type="submit"]:enabled').wait_for()
    field.press("Enter")


def test_a_file_that_could_not_be_stored_outlives_another_tabs_changes(browser: "Browser", url: str) -> None:
    with opened(browser, url) as page:
        keys = page.context.new_cdp_session(page)
        quota = {"origin": url.rstrip("/")}
        keys.send("Storage.overrideQuotaForOrigin", quota | {"quotaSize": 1})
        page.get_by_role("button", name="내 파일").click()
        large = payload("긴 글.txt", "text/plain", "말모이 ".encode() * 100_000)
        page.locator(".file-add input").set_input_files(large)
        page.get_by_role("dialog").get_by_text("저장 공간이 모자라 저장하지 못했습니다").wait_for()
        keys.send("Storage.overrideQuotaForOrigin", quota)
        other = page.context.new_page()
        other.goto(url)
        other.get_by_role("button", name="내 파일").click()
        other.locator(".file-add input").set_input_files(payload("짧은 글.txt", "text/plain", b"abc"))
        other.locator(".file-name").wait_for()
        page.locator(".file-name", has_text="짧은 글.txt").wait_for()
        assert page.locator(".file-name").all_inner_texts() == ["긴 글.txt", "짧은 글.txt"]
        other.get_by_role("button", name="'짧은 글.txt' 빼기").click()
        page.locator(".file-name", has_text="짧은 글.txt").wait_for(state="detached")
        assert page.locator(".file-name").all_inner_texts() == ["긴 글.txt"]
