"""The emulator's page in Chromium, with the real bot: what a person does there, and what they see."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from slackbot.emulator.client import EmulatorClient
from slackbot.emulator.process import running
from slackbot.policy import Policy
from tests.slackbot.conftest import FAST, QUICK_SLACK, ROOT

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = playwright.expect
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here (Debian: apt-get install chromium)"
)

WIDE, NARROW = {"width": 1400, "height": 900}, {"width": 400, "height": 800}
PAGE = ROOT / "slackbot" / "emulator" / "page"
PASSAGE = "연차 휴가는 입사일을 기준으로 해마다 열다섯 날이 생깁니다."
Open = Callable[..., Any]


@dataclass
class Local:
    """The emulator with the bot, and a browser that looks at it."""

    url: str
    client: EmulatorClient
    bot_token: str
    browser: Any
    folder: Path
    start_bot: Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    folder = tmp_path_factory.mktemp("page")
    with running(*QUICK_SLACK) as emulator, playwright.sync_playwright() as runner:
        bots = []

        def start_bot() -> "subprocess.Popen[bytes]":
            options = {
                "store": str(folder / "inbox.sqlite"),
                "folder": str(folder),
                "limits": FAST,
                "delay": 0.4,
            }
            environment = {
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "SLACK_BOT_TOKEN": emulator.bot_token,
                "SLACK_APP_TOKEN": emulator.app_token,
                "SLACK_API_URL": emulator.api_url,
            }
            script = Path(__file__).with_name("bot_process.py")
            with (folder / "bot.log").open("ab") as log:
                command = [sys.executable, str(script), json.dumps(options)]
                bots.append(subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log))
            emulator.client.wait_until(lambda state: state["connections"] == 2, "connections")
            return bots[-1]

        browser = runner.chromium.launch(executable_path=CHROMIUM)
        url = emulator.api_url.removesuffix("/api/")
        yield Local(url, emulator.client, emulator.bot_token, browser, folder, start_bot)
        browser.close()
        for bot in bots:
            bot.terminate()
            bot.wait(20)


@pytest.fixture(scope="module")
def bot(local: Local) -> Local:
    local.start_bot()
    return local


@pytest.fixture
def show(local: Local) -> Iterator[Open]:
    """Open the page as somebody; nothing may complain, nothing may be asked of anyone else."""
    contexts, complaints = [], []

    def opened(who: str = "haneul", channel: str = "", **options: Any) -> Any:
        context = local.browser.new_context(**{"viewport": WIDE, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda one: one.url.startswith(local.url) or complaints.append(one.url))
        page.goto(f"{local.url}/?as={who}" + (f"&in={channel}" if channel else ""))
        page.locator("#main h1").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def channel(local: Local, request: pytest.FixtureRequest) -> str:
    return local.client.open_channel(re.sub(r"\W+", "-", request.node.name))


def write(page: Any, text: str, *, pane: str = "#main") -> None:
    page.locator(f"{pane} .composer textarea").fill(text)
    page.locator(f"{pane} .composer textarea").press("Enter")


def ask(page: Any, text: str = "@malmoi 휴가는 며칠인가요?") -> Any:
    """Ask in the channel and open the thread; gives the answer."""
    write(page, text)
    asked = text.removeprefix("@malmoi ")
    page.locator("#main .message").filter(has_text=asked).locator(".open-thread").click()
    expect(page.locator("#thread .message").first).to_contain_text(asked)
    return page.locator("#thread .message").nth(1)


def test_without_a_bot_the_page_says_how_to_start_one(local: Local, show: Open) -> None:
    page = show(permissions=["clipboard-read", "clipboard-write"])
    expect(page.locator(".banner")).to_contain_text("연결된 봇이 없습니다")
    page.locator(".banner button").click()
    page.locator(".toast").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == (
        f"export SLACK_API_URL={local.url}/api/\n"
        f"export SLACK_BOT_TOKEN={local.bot_token} SLACK_APP_TOKEN=xapp-local-emulator\nmalmoi slack run"
    )
    bot = local.start_bot()
    expect(page.locator(".banner")).to_be_hidden()
    bot.terminate()
    bot.wait(20)
    expect(page.locator(".banner")).to_be_visible()


def test_a_question_is_answered_in_the_thread_with_its_source(bot: Local, show: Open, channel: str) -> None:
    page = show(channel=channel)
    answer = ask(page)
    expect(answer).to_contain_text(PASSAGE)
    expect(answer).to_contain_text("[1] handbook/leave.md")
    expect(answer.locator("blockquote")).to_have_text(PASSAGE)
    expect(page.locator("#main .message")).to_have_count(1)
    expect(page.locator("#main .open-thread strong")).to_have_text("답글 1개")
    expect(page.locator("#main .mention")).to_have_text("@말모이")


def test_a_thumb_down_asks_for_the_reason(bot: Local, show: Open, channel: str) -> None:
    page = show(channel=channel)
    answer = ask(page)
    answer.locator("[data-value=down]").click()
    dialog = page.locator("dialog[open]")
    dialog.wait_for()
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator(".field .fault").first).to_have_text("필요한 항목입니다.")
    dialog.locator("input[type=radio]").first.check()
    dialog.locator("textarea").fill("근거가 옛 규정입니다.")
    dialog.locator("button[type=submit]").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(answer.locator("[data-value=down]")).to_have_attribute("aria-pressed", "true")
    thanks = page.locator("#thread .message.private")
    expect(thanks).to_contain_text("나에게만 보입니다")
    with sqlite3.connect(bot.folder / "inbox.sqlite") as store:
        kept = store.execute("SELECT value, reason FROM feedback WHERE channel = ?", (channel,)).fetchall()
    assert [value for value, _ in kept] == ["down"]
    assert kept[0][1].endswith("근거가 옛 규정입니다.")


def test_a_broken_post_leaves_one_answer(bot: Local, show: Open, channel: str) -> None:
    page = show(channel=channel)
    page.locator("#show-trouble").click()
    for number, name in enumerate(("lostReply", "down", "limited", "reset"), start=1):
        page.locator(f"[data-break={name}]").click()
        expect(page.locator(".waiting")).to_contain_text("chat.postMessage")
        ask(page, f"@malmoi 휴가 {number}?")
        expect(page.locator("#thread .message")).to_have_count(2)
        expect(page.locator(".waiting")).to_have_text("")
    page.locator("[data-break=redeliver]").click()
    expect(page.locator(".log .times").first).to_be_visible()
    events, calls = page.locator(".log").all()
    for told in ("app_mention", "reaction_added"):
        expect(events).to_contain_text(told)
    expect(calls.locator(".bad").filter(has_text="lost_reply")).to_have_text("200 lost_reply")
    expect(calls.locator(".bad").filter(has_text="ratelimited")).to_have_text("429 ratelimited")
    page.wait_for_timeout(700)
    expect(page.locator("#thread .message")).to_have_count(2)
    replies = [
        m for m in bot.client.state("channels")["channels"][channel]["messages"] if m["user"] == "U0MALMOI"
    ]
    assert len(replies) == 4


@pytest.mark.parametrize("name", ["refresh", "closeSocket", "abort"])
def test_after_a_lost_connection_the_bot_answers(bot: Local, show: Open, channel: str, name: str) -> None:
    page = show(channel=channel)
    page.locator("#show-trouble").click()
    page.locator(f"[data-break={name}]").click()
    expect(ask(page)).to_contain_text(PASSAGE)
    expect(page.locator("#thread .message")).to_have_count(2)


def test_two_people_see_each_other_at_once(bot: Local, show: Open, channel: str) -> None:
    haneul, emma = show("haneul", channel), show("emma", channel)
    assert [page.evaluate("document.documentElement.lang") for page in (haneul, emma)] == ["ko", "en"]
    write(haneul, "점심 드셨어요? @emma")
    seen = emma.locator("#main .message")
    expect(seen).to_contain_text("점심 드셨어요?")
    expect(seen.locator("strong").first).to_have_text("김하늘")
    expect(seen.locator(".mention.mine")).to_have_text("@Emma Reed")
    seen.hover()
    seen.locator(".tools button").first.click()
    expect(haneul.locator(".reaction")).to_have_attribute("title", ":+1: Emma Reed")
    haneul.locator("#main .message").hover()
    haneul.locator(".tools [aria-haspopup]").click()
    haneul.get_by_role("menuitem", name="고치기").click()
    haneul.locator(".editor textarea").fill("점심 드셨나요?")
    haneul.locator(".editor textarea").press("Enter")
    expect(seen).to_contain_text("점심 드셨나요?")
    expect(seen).to_contain_text("(edited)")
    emma.locator("#main .message").hover()
    emma.locator(".tools [aria-haspopup]").click()
    expect(emma.get_by_role("menuitem", name="Edit")).to_have_count(0)
    emma.keyboard.press("Escape")
    haneul.locator("#main .message").hover()
    haneul.locator(".tools [aria-haspopup]").click()
    haneul.get_by_role("menuitem", name="지우기").click()
    expect(seen).to_have_count(0)


def test_what_a_command_answers_only_its_person_sees(bot: Local, show: Open, channel: str) -> None:
    haneul, doyun = show("haneul", channel), show("doyun", channel)
    write(haneul, "/malmoi 상태")
    private = haneul.locator("#main .message.private")
    expect(private).to_contain_text("나에게만 보입니다")
    write(doyun, "보이세요?")
    expect(doyun.locator("#main .message")).to_have_count(1)
    expect(haneul.locator("#main .message")).to_have_count(2)
    private.locator(".only-you button").click()
    expect(private).to_have_count(0)
    haneul.locator("#main .top [aria-haspopup]").click()
    haneul.get_by_role("menuitem", name="새 글마다").click()
    expect(private).to_be_visible()
    write(doyun, "휴가는 며칠인가요?")
    expect(doyun.locator("#main .open-thread")).to_have_count(1)


def test_a_summary_opens_from_the_menu_of_a_message(bot: Local, show: Open, channel: str) -> None:
    page = show(channel=channel)
    ask(page)
    page.locator("#main .message").hover()
    page.locator("#main .tools [aria-haspopup]").click()
    page.get_by_role("menuitem", name="스레드 요약").click()
    expect(page.locator("dialog[open]")).to_contain_text("휴가", timeout=20_000)
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_the_home_and_the_direct_conversation(bot: Local, show: Open) -> None:
    page = show("seoyeon")
    page.locator("[data-action='open 앱 홈']").click()
    expect(page.locator(".home .block-header")).to_be_visible()
    page.locator(".home .accessory button").click()
    page.locator("[data-action='open 말모이']").click()
    expect(page.locator("#main h1")).to_have_text("말모이")
    write(page, "휴가는 며칠인가요?")
    page.locator("#main .open-thread").click()
    expect(page.locator("#thread .message").nth(1)).to_contain_text(PASSAGE)


def test_the_assistant_opens_with_something_to_ask(bot: Local, show: Open) -> None:
    page = show("doyun")
    page.locator("[data-action='open 도우미 열기']").click()
    prompts = page.locator("#thread .prompts button")
    expect(prompts.first).to_be_visible()
    page.locator("#thread textarea").fill("휴가는 며칠인가요?")
    page.locator("#thread textarea").press("Enter")
    expect(page.locator("#thread .message").last).to_contain_text(PASSAGE)
    expect(prompts).to_have_count(0)


def test_a_streamed_answer_grows(bot: Local, show: Open, channel: str) -> None:
    page = show(channel=channel)
    answer = ask(page, "@malmoi 조금씩 알려 주세요")
    expect(answer).to_contain_text("1째 문장은")
    early = len(answer.inner_text())
    expect(answer).to_contain_text("5째 문장은", timeout=20_000)
    expect(answer.locator(".feedback")).to_have_count(2)
    assert len(answer.inner_text()) > early


HOSTILE = (
    '<img src=x onerror="alert(1)"> <!channel> <script>alert(2)</script> '
    "\u202eabc\u202c [a](javascript:alert(3))"
)


def test_hostile_text_is_only_text(bot: Local, show: Open, channel: str) -> None:
    page = show(channel=channel)
    write(page, HOSTILE)
    typed = page.locator("#main .message").last.locator(".words")
    expect(typed).to_have_text(HOSTILE)
    # Not through the page, which escapes: what an app could send.
    bot.client.say(channel, f"{HOSTILE} <javascript:alert(4)|눌러> <https://example.test/?q=1|말>")
    raw = page.locator("#main .message").last.locator(".words")
    expect(raw).to_contain_text("눌러 (javascript:alert(4))")
    expect(raw.locator("a")).to_have_attribute("href", "https://example.test/?q=1")
    answer = ask(page, "@malmoi 주차는 어디에 하나요?")
    expect(answer).to_contain_text("<!channel> <@U0DOYUN> <http://evil.test|안내>")
    assert answer.locator(".mention, a").count() == 0
    assert page.locator("#main img, #thread img, #app script, [onerror], [style*=url]").count() == 0
    last = page.locator("#main .message .words").first
    assert last.evaluate("(node) => getComputedStyle(node).unicodeBidi") == "plaintext"


def test_enter_does_not_send_half_a_syllable(local: Local, show: Open, channel: str) -> None:
    page = show(channel=channel)
    field_ = page.locator("#main .composer textarea")
    field_.fill("안녕")
    held = """(node, isComposing) => node.dispatchEvent(
      new KeyboardEvent("keydown", { key: "Enter", isComposing, cancelable: true, bubbles: true }))"""
    assert field_.evaluate(held, True) is True
    assert field_.input_value() == "안녕"
    field_.press("Shift+Enter")
    field_.type("하세요 @mal")
    expect(page.locator(".completions [role=option]")).to_have_count(1)
    field_.press("Enter")
    assert field_.input_value() == "안녕\n하세요 @malmoi "
    assert field_.evaluate(held, False) is False
    expect(page.locator("#main .message .words")).to_have_text("안녕\n하세요 @말모이")
    assert field_.input_value() == ""


def test_2000_messages_stay_fluid_and_the_place_is_kept(local: Local, show: Open, channel: str) -> None:
    for number in range(2_000):
        local.client.say(channel, f"{number}번째 이야기입니다. 길이는 여느 글과 같습니다.")
    page = show(channel=channel)
    expect(page.locator("#main .message")).to_have_count(2_000)
    at_end = """() => {
      const { scrollHeight, scrollTop, clientHeight } = document.querySelector("#main .scroller");
      return scrollHeight - scrollTop - clientHeight < 2;
    }"""
    assert page.evaluate(at_end)
    first = page.locator("#main .message").first.element_handle()
    local.client.say(channel, "끝에 온 글")
    expect(page.locator("#main .message")).to_have_count(2_001)
    page.wait_for_function(at_end)
    assert first.evaluate("(node) => node.isConnected"), "what had not changed was drawn anew"
    slow = """() => new Promise((done) => {
      let worst = 0, last = performance.now(), frames = 0;
      const tick = (now) => {
        worst = Math.max(worst, now - last);
        last = now;
        if (++frames < 60) requestAnimationFrame(tick);
        else done(worst);
      };
      requestAnimationFrame(tick);
    })"""
    page.locator("#main .scroller").evaluate("(node) => { node.scrollTop = 5000; }")
    page.wait_for_timeout(100)
    for number in range(5):
        local.client.say(channel, f"위를 보는 동안 {number}")
    worst = page.evaluate(slow)
    expect(page.locator("#main .message")).to_have_count(2_006)
    assert page.locator("#main .scroller").evaluate("(node) => node.scrollTop") == 5000
    assert worst < 500
    page.locator("#main .below").click()
    page.wait_for_function(at_end)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("who", ["haneul", "emma"])
@pytest.mark.parametrize("width", [400, 700, 1000, 1600])
def test_nothing_hangs_over_the_side(bot: Local, show: Open, width: int, who: str, scheme: str) -> None:
    page = show(who, viewport={"width": width, "height": 800}, color_scheme=scheme)
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    unnamed = """() => [...document.querySelectorAll("button, select, textarea, input")]
      .filter((one) => one.checkVisibility({ visibilityProperty: true }))
      .filter((one) => !one.getAttribute("aria-label") && !one.innerText?.trim() && !one.labels?.length)
      .length"""
    assert page.evaluate(over) == 0
    if width <= 700:
        page.locator("#main .top button").first.click()
    page.locator("#show-trouble").click()
    page.wait_for_timeout(200)
    assert page.evaluate(over) == 0
    assert page.evaluate(unnamed) == 0


def test_the_page_loads_only_itself_and_sets_no_markup(local: Local, show: Open) -> None:
    page = show()
    policy = page.evaluate("fetch('/').then((one) => one.headers.get('content-security-policy'))")
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    for path in PAGE.iterdir():
        if path.suffix in (".js", ".html"):
            source = path.read_text(encoding="utf-8")
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|style=|\son\w+=", source
            )
            assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)[\w]", source)
    offered = re.search(r"OFFERED = \[(.*)\]", (PAGE / "emoji.js").read_text(encoding="utf-8"))
    assert offered is not None
    assert f'"{Policy().save_emoji}"' in offered[1]
