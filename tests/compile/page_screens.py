"""What tests of the page's face share: a bundle to open, conversations to show, and the page of a browser."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compile.page import copy_page
from compile.search import export_search

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FilePayload, Page

HANDBOOK = Path(__file__).parents[2] / "samples" / "handbook"
# A model whose files are nowhere: what the page shows until a model runs, and when none does.
MISSING = {
    "id": "missing",
    "name": "없는 모델",
    "model": "models/missing/",
    "bytes": 84_200_000,
    "context": 2048,
    "requiredFeatures": [],
    "bufferBytes": 1_000_000,
    "trimMessages": False,
    "gguf": None,
}
PASSAGE = {
    "id": "p1",
    "title": "연차 휴가",
    "headings": ["휴가", "연차"],
    "text": "연차 휴가는 1년에 열다섯 날입니다.",
    "source": "leave.txt",
    "page": 3,
    "own": False,
}
ANSWER_TEXT = """15일입니다. [1] 다음 해에는 [7] 늘어납니다.

![그림](https://outside.example/a.png) <img src="https://outside.example/b.png" onerror="document.title=''">

[회사](https://outside.example/rules) [나쁜](javascript:alert(1))

| 해 | 날 |
|---|---|
| 1 | 15 |
"""


def exported(title: str = "연차 질문", **answer: Any) -> str:
    """A conversation as the page exports it."""
    said = {"role": "assistant", "text": ANSWER_TEXT, "created": 2, "state": "done", "covered": True}
    said |= {"passages": [PASSAGE], "figures": None, "fault": None} | answer
    asked = {"role": "user", "text": "연차는 며칠인가요?", "created": 1}
    one = {"title": title, "created": 1, "updated": 2, "messages": [asked, said]}
    return json.dumps({"format": "malmoi-conversations", "version": 1, "conversations": [one]})


def face_bundle(out: Path, page: Path) -> Path:
    """A bundle with the page and the passages of the sample handbook, and a model that is not there."""
    copy_page(page, out)
    passages = export_search(HANDBOOK, out / "search").passages
    search = {"folder": "search/", "passages": passages}
    (out / "page.json").write_text(
        json.dumps({"name": "규정", "version": "1", "models": [MISSING], "search": search}), encoding="utf-8"
    )
    return out


def with_models(out: Path, bundle: Path, page: Path) -> Path:
    """The same, with the first model of a bundle."""
    face_bundle(out, page)
    described = json.loads((out / "page.json").read_text(encoding="utf-8"))
    described["models"] = json.loads((bundle / "page.json").read_text(encoding="utf-8"))["models"][:1]
    (out / "page.json").write_text(json.dumps(described), encoding="utf-8")
    shutil.copytree(bundle / "models" / described["models"][0]["id"], out / described["models"][0]["model"])
    shutil.copy(bundle / "app-config.json", out)
    return out


@contextmanager
def opened(browser: "Browser", url: str, **options: Any) -> Iterator["Page"]:
    """The page in a browser profile of its own; what it logs as an error fails the test."""
    context = browser.new_context(**{"locale": "ko-KR", "viewport": {"width": 1200, "height": 800}} | options)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = context.new_page()
    page.goto(url)
    page.locator(".load-card h2").wait_for()
    yield page
    context.close()
    assert errors == []


def payload(name: str, mime_type: str, data: bytes) -> "FilePayload":
    """A file to hand to the page."""
    return {"name": name, "mimeType": mime_type, "buffer": data}


def bring(page: "Page", text: str, spoken: str = "ko") -> None:
    """Import conversations through the settings, and open the newest."""
    settings, close = {"ko": ("설정", "닫기"), "en": ("Settings", "Close"), "ja": ("設定", "閉じる")}[spoken]
    page.get_by_role("button", name=settings, exact=True).click()
    file = payload("talk.json", "application/json", text.encode())
    page.locator('input[accept*="json"]').set_input_files(file)
    page.locator(".notice").first.wait_for()
    page.get_by_role("button", name=close, exact=True).click()
    page.locator(".conversation-open").first.click()
    page.locator(".answer").last.wait_for()
