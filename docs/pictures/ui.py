"""Takes the pictures of the console: ``python docs/pictures/ui.py``.

Curates the samples and indexes their handbook in a workspace of its own, starts `malmoi ui` over it, and
writes ``docs/img/ui-*.png`` in both languages and both themes. Needs Chromium and Playwright.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import sync_playwright

from slackbot.emulator.process import started

ROOT: Final = Path(__file__).parents[2]
IMAGES: Final = ROOT / "docs" / "img"
MALMOI: Final = (sys.executable, "-m", "malmoi")
QUESTIONS: Final = {
    "ko": "연차 휴가는 며칠이고 언제까지 써야 하나요?",
    "en": "출장비는 언제까지 정산하나요?",
}
PATIENCE_MS: Final = 120_000


def prepare(home: Path) -> None:
    """Fill a workspace with what the samples give; a document that changes makes its index stale."""
    documents = Path(shutil.copytree(ROOT / "samples" / "handbook", home / "handbook"))
    commands = [
        ["curate", str(ROOT / "recipes/samples.yaml"), "--data", str(ROOT / "samples")],
        ["rag", "index", "handbook", "--out", "indexes/handbook"],
        ["eval", "make-queries", "--count", "12", "--out", "questions.jsonl"],
        ["eval", "retrieval", "--queries", "questions.jsonl", "--out", "retrieval.json"],
    ]
    for command in commands:
        subprocess.run([*MALMOI, *command, "--json"], check=True, cwd=home, stdout=subprocess.DEVNULL)
    (documents / "51-새-안내.md").write_text("# 새 안내\n\n새로 온 분은 첫날 10시에 옵니다.\n", "utf-8")


def ask(page: Any, question: str) -> None:
    """Ask, and open the first source."""
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    page.locator("#answer .cite").first.click(timeout=PATIENCE_MS)
    page.locator("#answer").hover()
    page.evaluate("scrollTo(0, 0)")


def take(browser: Any, url: str) -> None:
    """Every picture; the first question loads the models, and is not shown."""
    page = browser.new_page()
    page.goto(f"{url}ask")
    ask(page, QUESTIONS["ko"])
    page.close()
    for name, address, language, theme, width in (
        ("home-ko", "", "ko", "light", 1200),
        ("home-en-dark", "", "en", "dark", 1200),
        ("ask-ko", "ask", "ko", "light", 1200),
        ("ask-en-dark", "ask", "en", "dark", 1200),
        ("report-en", "release/report?name=samples", "en", "light", 1200),
        ("dropped-ko-dark", "release/rejects?name=samples&step=near_dedup", "ko", "dark", 1200),
        ("narrow-ko", "ask", "ko", "light", 400),
        ("narrow-en-dark", "release/ledger?name=samples", "en", "dark", 400),
    ):
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            locale={"ko": "ko-KR", "en": "en-GB"}[language],
            color_scheme=theme,
        )
        page = context.new_page()
        page.goto(url + address)
        if address == "ask":
            ask(page, QUESTIONS[language])
        if "report" in address:
            page.frame_locator("iframe").locator(".js-plotly-plot").first.wait_for(timeout=PATIENCE_MS)
        page.screenshot(path=IMAGES / f"ui-{name}.png")
        context.close()


def main() -> None:
    """Prepare a workspace, start the console, take the pictures."""
    IMAGES.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as runner:
        home = Path(folder) / "workspace"
        home.mkdir()
        os.environ |= {"MALMOI_HOME": str(home), "PYTHONPATH": str(ROOT)}
        prepare(home)
        console = [*MALMOI, "ui", "--port", "0", "--no-open", "--json"]
        # The overview shows the workspace as people write it, and nothing of this machine.
        with started(console, "the console", {"HOME": folder}) as said:
            browser = runner.chromium.launch(executable_path=chromium)
            take(browser, said["url"])
            browser.close()


if __name__ == "__main__":
    main()
