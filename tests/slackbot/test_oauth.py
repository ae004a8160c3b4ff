"""Workspaces install the app in a browser, are served at once, and leave without a trace in the others."""

import asyncio
import logging
import re
import time
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from slackbot import app, oauth
from slackbot.config import Limits, SlackConfig, Transport
from slackbot.emulator.process import running
from slackbot.listeners import Hooks
from slackbot.oauth_pages import Outcome
from slackbot.sign_in import open_teams
from slackbot.store import open_store
from slackbot.transport import http
from tests.slackbot.bot_process import KeywordAnswerer

KEY = Fernet.generate_key().decode()
QUICK = ("--post-interval", "0", "--ack-timeout", "1", "--retry-delays", "0", "0.5", "0.5")
FAST = Limits(post_interval=0.0, gather=0.0, stop_grace=1.0)


class Browser:
    """Follows no redirect by itself, and keeps the one cookie."""

    def __init__(self, bot_url):
        self.http = httpx.AsyncClient(base_url=bot_url, trust_env=False)
        self.cookie = ""

    async def start(self):
        """Begin to install; the address that Slack's page is asked for."""
        answer = await self.http.get(oauth.INSTALL_PATH)
        assert answer.status_code == 302
        self.cookie = re.match(rf"{oauth.COOKIE}=([^;]+)", answer.headers["set-cookie"])[1]
        return answer

    async def approve(self, answer):
        """Agree on Slack's page, which knows our address from the app's settings; what it sends back."""
        back = urlencode({"redirect_uri": str(self.http.base_url.join(oauth.REDIRECT_PATH))})
        approved = await self.http.get(f"{answer.headers['location']}&{back}")
        assert approved.status_code == 302, approved.text
        return dict(parse_qsl(urlsplit(approved.headers["location"]).query))

    async def come_back(self, query, cookie=None):
        cookie = self.cookie if cookie is None else cookie
        headers = {"Cookie": f"{oauth.COOKIE}={cookie}"} if cookie else {}
        return await self.http.get(oauth.REDIRECT_PATH, params=query, headers=headers)

    async def install(self):
        return await self.come_back(await self.approve(await self.start()))


class Bot:
    """A whole bot on HTTP in this process, with its emulator in another."""

    def __init__(self, emulator, browser, store, teams, installer):
        self.slack = emulator.client
        self.browser = browser
        self.store = store
        self.teams = teams
        self.installer = installer

    @property
    def served(self):
        return [team.me.team for team in self.teams]

    async def asked(self, team):
        channel = await asyncio.to_thread(self.slack.open_channel, f"c{time.monotonic_ns()}", team=team)
        return await asyncio.to_thread(self.slack.say, channel, "@malmoi 휴가?", team=team)

    async def answers(self, team):
        posted = await self.asked(team)
        return await asyncio.to_thread(self.slack.wait_for_replies, posted, 1)


@asynccontextmanager
async def serving(folder, port):
    config_of = partial(
        SlackConfig, signing_secret="s3cret", client_id="111.222", client_secret="client-canary"
    )
    options = ("--request-url", f"http://127.0.0.1:{port}{http.EVENTS_PATH}", "--signing-secret", "s3cret")
    client = ("--client-id", "111.222", "--client-secret", "client-canary")
    with running(*QUICK, *options, *client) as emulator:
        config = config_of(api_url=emulator.api_url)
        config.check(Transport.HTTP)
        store = open_store(folder / "inbox.sqlite", key=SecretStr(KEY))
        async with app.new_session() as session:
            client_of = partial(app.new_client, config, session)
            teams = await open_teams(config, Transport.HTTP, store.installations, client_of, 5.0)
            installer = oauth.Installer(config, store.installations, teams, client_of)
            answerer = KeywordAnswerer(folder)
            hooks = Hooks(handled=("app_uninstalled", "tokens_revoked"))
            bot = app.build(client_of(""), teams, answerer, store, FAST, hooks=hooks)
            installer.listen(bot.app)
            web = http.application(bot.app, config, installer.routes())
            async with http.serving(web, port=port):
                working = asyncio.create_task(bot.worker.run())
                browser = Browser(f"http://127.0.0.1:{port}")
                yield Bot(emulator, browser, store, teams, installer)
                await browser.http.aclose()
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await bot.worker.stop()
        await store.close()


@pytest.fixture
async def bot(tmp_path, unused_tcp_port):
    async with serving(tmp_path, unused_tcp_port) as bot:
        yield bot


def shown(answer, outcome):
    """Whether the page says ``outcome`` in both languages, and nothing that was sent."""
    status, korean, english = outcome.value
    return answer.status_code == status and korean in answer.text and english in answer.text


async def test_the_browser_is_sent_to_slack_with_what_the_manifest_asks_for(bot):
    answer = await bot.browser.start()
    place = urlsplit(answer.headers["location"])
    query = parse_qs(place.query)
    assert place.path == "/oauth/v2/authorize"
    assert query["client_id"] == ["111.222"]
    assert {"chat:write", "app_mentions:read"} <= set(query["scope"][0].split(","))
    assert query["scope"] == [",".join(oauth.bot_scopes())]
    assert query["state"] == [bot.browser.cookie]
    assert len(bot.browser.cookie) == 43
    cookie = answer.headers["set-cookie"].lower()
    for part in ("httponly", "secure", "samesite=lax", "max-age=600"):
        assert part in cookie
    assert "client-canary" not in str(answer.headers)


async def test_a_workspace_is_served_as_soon_as_it_has_installed_the_app_and_others_too(bot, tmp_path):
    assert bot.served == []
    for number in (1, 2):
        answer = await bot.browser.install()
        assert answer.status_code == 303
        assert len(bot.served) == number
        place = urlsplit(answer.headers["location"])
        assert place.path == "/app_redirect"
        assert parse_qs(place.query)["team"] == [bot.served[-1]]
    assert len(set(bot.served)) == 2
    for team in bot.served:
        [reply] = await bot.answers(team)
        assert "열다섯" in reply["text"]
    assert [one.me.team for one in await bot.store.installations.all()] == sorted(bot.served)
    for file in tmp_path.iterdir():
        for one in await bot.store.installations.all():
            assert one.token.get_secret_value().encode() not in file.read_bytes()


async def test_a_workspace_that_leaves_is_forgotten_and_the_others_go_on(bot):
    for _ in range(2):
        await bot.browser.install()
    left, stays = bot.served
    await asyncio.to_thread(bot.slack.uninstall, left)
    async with asyncio.timeout(5):
        while left in bot.served:
            await asyncio.sleep(0.02)
    assert [one.me.team for one in await bot.store.installations.all()] == [stays]
    assert len(await bot.answers(stays)) == 1
    assert (await bot.browser.install()).status_code == 303
    assert set(bot.served) == {left, stays}


async def test_a_state_is_good_once_and_in_one_browser(bot):
    query = await bot.browser.approve(await bot.browser.start())
    own, other = bot.browser.cookie, "x" * 43
    for cookie in ("", other, own[:-1]):
        assert shown(await bot.browser.come_back(query, cookie), Outcome.STALE)
    for state in ("", other, "\x00", "é", own + "\n"):
        assert shown(await bot.browser.come_back(query | {"state": state}), Outcome.STALE)
    assert bot.served == []
    assert (await bot.browser.come_back(query)).status_code == 303  # none of these has used it up
    assert shown(await bot.browser.come_back(query), Outcome.STALE)


async def test_a_state_that_this_bot_did_not_give_out_is_refused(bot):
    query = await bot.browser.approve(await bot.browser.start())
    forged = "A" * 43
    assert shown(await bot.browser.come_back(query | {"state": forged}, forged), Outcome.STALE)


async def test_after_ten_minutes_it_is_too_late(bot, monkeypatch):
    query = await bot.browser.approve(await bot.browser.start())
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 601)
    assert shown(await bot.browser.come_back(query), Outcome.STALE)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"error": "access_denied"}, Outcome.DENIED),
        ({"error": "<script>alert(1)</script>"}, Outcome.REFUSED),
        ({}, Outcome.REFUSED),
        ({"code": "<script>alert(1)</script>"}, Outcome.REFUSED),
        ({"code": ""}, Outcome.REFUSED),
    ],
)
async def test_what_goes_wrong_is_said_in_two_languages(bot, answer, outcome):
    await bot.browser.start()
    page = await bot.browser.come_back({"state": bot.browser.cookie} | answer)
    assert shown(page, outcome)
    assert "script" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert bot.served == []
    # and it can be started again from there
    assert (await bot.browser.install()).status_code == 303


@pytest.mark.parametrize(
    ("method", "kind", "outcome"),
    [
        ("oauth.v2.access", "unavailable", Outcome.UNREACHABLE),
        ("oauth.v2.access", "reset", Outcome.UNREACHABLE),
        ("auth.test", "unavailable", Outcome.UNREACHABLE),
    ],
)
async def test_a_slack_that_fails_leaves_nothing_behind(bot, method, kind, outcome):
    query = await bot.browser.approve(await bot.browser.start())
    await asyncio.to_thread(bot.slack.fail, method, kind)
    assert shown(await bot.browser.come_back(query), outcome)
    assert bot.served == []
    assert await bot.store.installations.all() == []


async def test_no_secret_is_logged(bot, caplog):
    for name in ("oauth", "http"):
        caplog.set_level(logging.DEBUG, f"malmoi.slack.{name}")
    query = await bot.browser.approve(await bot.browser.start())
    await bot.browser.come_back(query)
    await bot.browser.come_back(
        {"state": (await bot.browser.start()) and bot.browser.cookie, "code": "code-canary"}
    )
    [one] = await bot.store.installations.all()
    ours = "".join(record.getMessage() for record in caplog.records if record.name.startswith("malmoi"))
    assert f"installed in {one.me.team}" in ours
    assert "invalid_code" in ours
    secrets = (
        one.token.get_secret_value(),
        "client-canary",
        "code-canary",
        query["code"],
        query["state"],
        KEY,
    )
    for secret in secrets:
        assert secret not in ours


async def test_a_bot_that_starts_again_serves_who_installed_it(tmp_path, unused_tcp_port_factory):
    async with serving(tmp_path, unused_tcp_port_factory()) as bot:
        await bot.browser.install()
        served = bot.served
    async with serving(tmp_path, unused_tcp_port_factory()) as bot:
        assert bot.served == served
