"""Takes the pictures of the Slack page: ``python docs/pictures/slack.py``.

Starts the emulator and the bot over the samples' handbook, asks as people would in a real browser,
and writes ``docs/img/slack-*.png``. Needs Chromium and Playwright.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from slackbot.emulator.process import running, started

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "img"
QUESTION = "@malmoi 연차 휴가는 며칠인가요?"


def ask(page: Any, text: str) -> None:
    """Write ``text`` in the channel and open the thread once it is answered."""
    page.locator("#main .composer textarea").fill(text)
    page.locator("#main .composer textarea").press("Enter")
    asked = page.locator("#main .message").filter(has_text=text.removeprefix("@malmoi "))
    asked.locator(".open-thread").click(timeout=60_000)
    page.locator("#thread .message").nth(1).wait_for()


def take(browser: Any, url: str) -> None:
    """Every picture."""
    korean = browser.new_page(viewport={"width": 1200, "height": 740})
    korean.goto(f"{url}/?as=haneul")
    korean.locator("[data-action='open 질문']").click()
    ask(korean, QUESTION)
    korean.wait_for_timeout(500)
    korean.mouse.move(700, 300)
    korean.screenshot(path=IMAGES / "slack-thread.png")
    here = korean.url.partition("&")[2]
    english = browser.new_page(viewport={"width": 1200, "height": 700}, color_scheme="dark")
    english.goto(f"{url}/?as=emma&{here}")
    english.locator("#show-trouble").click()
    english.locator("[data-break=lostReply]").click()
    ask(english, "@malmoi 점심 식대는 얼마인가요?")
    english.locator("[data-break=redeliver]").click()
    english.locator(".toast").first.wait_for()
    english.wait_for_timeout(6_500)
    english.screenshot(path=IMAGES / "slack-trouble.png")
    narrow = browser.new_page(viewport={"width": 400, "height": 760})
    narrow.goto(f"{url}/?as=haneul&{here}")
    narrow.locator("#thread .message").nth(1).wait_for()
    narrow.wait_for_timeout(500)
    narrow.screenshot(path=IMAGES / "slack-narrow.png")


def main() -> None:
    """Index the handbook, start both processes, take the pictures."""
    IMAGES.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, running() as slack, sync_playwright() as runner:
        index, store = Path(folder, "index"), Path(folder, "slack.sqlite")
        malmoi = [sys.executable, "-m", "malmoi"]
        indexing = [
            *malmoi,
            "rag",
            "index",
            str(ROOT / "samples" / "handbook"),
            "--out",
            str(index),
            "--json",
        ]
        subprocess.run(indexing, check=True, stdout=subprocess.DEVNULL)
        environment = {
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
        }
        bot = [*malmoi, "slack", "run", "--index", str(index), "--store", str(store), "--json"]
        with started(bot, "the bot", environment):
            browser = runner.chromium.launch(executable_path=chromium)
            take(browser, slack.api_url.removesuffix("/api/"))
            browser.close()


if __name__ == "__main__":
    main()
