"""The page on Slack: its commands, options, variables and limits are those of the program."""

import re
import tomllib
from pathlib import Path

import pytest
import typer

from malmoi.main import app
from malmoi.slack_settings import DATABASE_VARIABLE, policy_of
from malmoi.workspace import Settings
from slackbot.config import Limits, SlackConfig
from slackbot.emulator.settings import APP_TOKEN, BOT_TOKEN
from slackbot.listeners.command_line import MODES, VERBS, mode_of, parsed, switch_of
from slackbot.oauth import INSTALL_PATH
from slackbot.phrases import interaction, of
from slackbot.policy import Mode, Policy
from slackbot.store.erasure import IDS_LAST_S


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "docs/slack.md").read_text(encoding="utf-8")


def commands() -> dict[str, typer.core.TyperCommand]:
    root = typer.main.get_command(app)
    return {**root.commands["slack"].commands, "rag index": root.commands["rag"].commands["index"]}  # type: ignore[attr-defined]


def test_every_command_is_named_and_every_option_exists(page: str) -> None:
    known = commands()
    assert set(re.findall(r"malmoi slack (\w+)", page)) == set(known) - {"rag index"}
    for name, rest in re.findall(r"malmoi (?:slack )?(rag index|\w+)([^`\n#]*)", page):
        if name in known:
            options = {option for parameter in known[name].params for option in parameter.opts}
            assert set(re.findall(r"--[a-z][a-z-]+", rest)) <= options, name


def test_what_is_typed_after_the_command_is_understood(page: str) -> None:
    typed = [
        line.removeprefix("/malmoi ") for line in re.findall(r"^/malmoi .*?(?:  |$)", page, re.MULTILINE)
    ]
    verbs = [parsed(line.strip()) for line in typed]
    assert [verb for verb, _ in verbs] == list(VERBS)
    rest = dict(verbs)
    assert rest["ask"] == "휴가는 며칠인가요?"
    assert mode_of(rest["mode"]) is Mode.ROOTS
    assert switch_of(rest["coaching"]) == (False, False)
    assert switch_of("채널 끄기") == (False, True)
    for mode in Mode:
        assert f"`{mode}`" in page
        assert any(word in page for word in MODES[mode])


def test_the_settings_are_valid(page: str) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    settings = Settings.model_validate(tomllib.loads(block))
    assert policy_of(settings.slack).groups == {"인사팀": ("U0123ABCD", "C0123ABCD")}


def test_variables_exist(page: str) -> None:
    known = {f"SLACK_{name.upper()}" for name in SlackConfig.model_fields} | {DATABASE_VARIABLE}
    named = set(re.findall(r"SLACK_[A-Z_]+", page))
    assert named == known
    assert f"SLACK_BOT_TOKEN={BOT_TOKEN} SLACK_APP_TOKEN={APP_TOKEN}" in page


def test_limits_are_those_of_the_code(page: str) -> None:
    limits, flat = Limits(), " ".join(page.split())
    assert limits.gather == 3.0
    assert "within three seconds are one question" in flat
    assert f"within {limits.stop_grace:.0f} seconds or gives it back" in flat
    assert limits.model_patience == 1800
    assert f"(90; 0 keeps them); ids for {IDS_LAST_S / 86_400:.0f} days" in flat
    assert Policy().retention_days == 90
    assert f"`:{Policy().save_emoji}:`" in page
    assert Policy().mode is Mode.MENTION
    assert f"bot.example.com{INSTALL_PATH}" in page


def test_what_people_see_is_what_the_bot_says(page: str) -> None:
    say = of("ko")
    said = " ".join([say.not_allowed, *say.refusals.values(), say.model_down])
    quoted = re.findall(r'^\| "(.*?)" \|', page, re.MULTILINE)
    assert len(quoted) == 3
    assert [words for words in quoted if words not in said] == []
    assert interaction.of("ko").summary_title in page


def test_pictures_and_files_are_there(page: str, project: Path) -> None:
    for name in re.findall(r"`(deploy/[\w.-]+)`", page):
        assert (project / name).is_file()
    for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page):
        assert (project / "docs" / name).is_file(), name
