"""The built page without a connection: the server is gone, and an answer cites a passage that opens."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from compile.serving import BundleServer
from tests.compile.browser import made_once_a_run, needs_browser, needs_compiler, needs_node
from tests.compile.parrots import build

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [needs_browser, needs_node, needs_compiler]

QUESTION = "연차 휴가는 며칠 전까지 신청해야 하나요?"
REPLY = "Yes. [1]"


@pytest.fixture(scope="module")
def bundle(shared_folder: Path, built_page: Path) -> Path:
    return made_once_a_run(shared_folder / "airplane-bundle", lambda out: build(out, built_page, REPLY))


def test_an_answer_is_cited_when_the_server_is_gone(browser: "Browser", bundle: Path) -> None:
    asked: list[str] = []
    context = browser.new_context(locale="ko-KR")
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    with BundleServer(bundle) as server:
        url = server.url
        page.goto(url)
        page.get_by_text("이제 인터넷이 끊겨도 쓸 수 있습니다.").wait_for(timeout=60_000)
        page.get_by_role("button", name="모델 불러오기").click()
        page.get_by_role("textbox", name="질문").wait_for(timeout=60_000)
    context.set_offline(True)
    page.reload()
    field = page.get_by_role("textbox", name="질문")
    field.wait_for(timeout=60_000)
    field.fill(QUESTION)
    page.locator('.round[type="submit"]:enabled').wait_for(timeout=60_000)
    field.press("Enter")
    answer = page.locator(".answer")
    answer.locator(".figures").wait_for(timeout=60_000)
    assert answer.locator(".prose").inner_text().strip() == "Yes. 1"
    answer.locator(".prose button").click()
    opened = page.get_by_role("dialog")
    assert "쉬려는 날의 5영업일 전까지" in opened.inner_text()
    context.close()
    assert [one for one in asked if not one.startswith((url, "blob:", "data:"))] == []
