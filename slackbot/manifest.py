"""The app's manifest: what Slack is told of the app when it is made."""

from importlib import resources
from typing import Any
from urllib.parse import urlsplit

import yaml

import slackbot
from curation.errors import ConfigurationError
from slackbot.oauth import REDIRECT_PATH
from slackbot.transport.http import EVENTS_PATH


def text() -> str:
    """The manifest for Socket Mode, with its comments."""
    return resources.files(slackbot).joinpath("manifest.yaml").read_text(encoding="utf-8")


def for_http(base: str) -> str:
    """The manifest for a bot that Slack reaches at ``base``, such as ``https://bot.example.com``.

    Raises
    ------
    ConfigurationError
        Slack sends nothing to such an address.
    """
    base = base.rstrip("/")
    if not _is_public(base):
        raise ConfigurationError(
            "This is not an address that Slack can send to.",
            where=f"--http {base}",
            fix="Give the public address of the bot, https://NAME, without a path of its own for events.",
        )
    manifest: dict[str, Any] = yaml.safe_load(text())
    events = f"{base}{EVENTS_PATH}"
    settings = manifest["settings"]
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"] = {"request_url": events, **settings["event_subscriptions"]}
    settings["interactivity"]["request_url"] = events
    manifest["oauth_config"] = {"redirect_urls": [f"{base}{REDIRECT_PATH}"], **manifest["oauth_config"]}
    for command in manifest["features"]["slash_commands"]:
        command["url"] = events
    return yaml.safe_dump(manifest, allow_unicode=True, sort_keys=False, width=110)


def _is_public(base: str) -> bool:
    try:
        parts = urlsplit(base)
        _ = parts.port  # raises for one that there cannot be
    except ValueError:
        return False
    if parts.query or parts.fragment or "@" in parts.netloc or not base.isprintable() or " " in base:
        return False
    return parts.scheme == "https" and bool(parts.hostname)
