"""The variables SLACK_*: whether they are set and have the right shape; their values are never shown."""

from functools import partial

from slackbot.config import (
    APP_VARIABLE,
    BOT_VARIABLE,
    KEY_VARIABLE,
    SIGNING_VARIABLE,
    URL_VARIABLE,
    SlackConfig,
    Transport,
    check_token,
)
from slackbot.doctor.check import Check, Grade, ok, tried
from slackbot.policy import Policy


def variables(config: SlackConfig, transport: Transport) -> list[Check]:
    """A check for each variable that ``transport`` needs."""
    found = _tokens(config) if transport is Transport.SOCKET else _secrets(config)
    if all(check.grade is Grade.OK for check in found):
        address = partial(_address, config, transport)
        found.append(tried(URL_VARIABLE, address))
    return found


def decisions(policy: Policy) -> list[Check]:
    """What the owner decided, as the bot understands it."""
    who = f"{len(policy.allow):,} people and channels" if policy.allow else "everybody in the workspace"
    days = policy.retention_days
    texts = f"erased {days:,} days after the answer" if days else "kept until somebody erases them"
    return [
        ok(
            "mode",
            f"{policy.mode}; coaching {'on' if policy.coaching else 'off'}; language {policy.language}",
        ),
        ok("allow", f"{who} may ask"),
        ok("groups", f"{len(policy.groups):,} groups of the index are given to people or channels"),
        ok("retention", f"texts of questions and answers are {texts}"),
    ]


def _tokens(config: SlackConfig) -> list[Check]:
    given = {BOT_VARIABLE: config.bot_token, APP_VARIABLE: config.app_token}

    def look(variable: str) -> str:
        check_token(variable, given[variable].get_secret_value())
        return "set"

    return [tried(variable, partial(look, variable)) for variable in given]


def _secrets(config: SlackConfig) -> list[Check]:
    def look() -> str:
        config.check(Transport.HTTP)
        return "set; whether it is the right one shows with Slack's first request"

    found = [tried(SIGNING_VARIABLE, look)]
    if config.installs(Transport.HTTP) and not config.encryption_key.get_secret_value():
        fix = "make a key once and keep it safe: the tokens of the workspaces are kept encrypted only"
        found.append(Check(KEY_VARIABLE, Grade.FAULT, "not set", fix))
    return found


def _address(config: SlackConfig, transport: Transport) -> str:
    config.check(transport)
    return config.api_url
