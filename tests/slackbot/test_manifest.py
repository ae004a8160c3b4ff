"""The manifest asks for exactly what the code uses."""

import ast
from pathlib import Path

import slack_sdk.web.async_client
import yaml

import slackbot
from slackbot import intake

FOLDER = Path(slackbot.__file__).parent
# Which scopes each method needs, for each kind of conversation that the bot is in.
HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history"}
SCOPES_OF_METHODS = {
    "auth_test": set(),
    "apps_connections_open": set(),  # a scope of the app-level token, not of the bot
    "chat_postMessage": {"chat:write"},
    "conversations_replies": HISTORY,
    "reactions_add": {"reactions:write"},
}
SCOPES_OF_EVENTS = {
    "app_mention": {"app_mentions:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
}


def manifest():
    return yaml.safe_load((FOLDER / "manifest.yaml").read_text(encoding="utf-8"))


def called_methods():
    known = {name for name in dir(slack_sdk.web.async_client.AsyncWebClient) if "_" in name.strip("_")}
    found = set()
    for file in FOLDER.rglob("*.py"):
        if "emulator" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in known:
                found.add(node.attr)
    return found


def test_scopes_are_those_of_the_methods_called_and_the_events_read():
    wanted = manifest()
    methods = called_methods()
    assert methods == set(SCOPES_OF_METHODS)
    events = set(wanted["settings"]["event_subscriptions"]["bot_events"])
    needed = set().union(*(SCOPES_OF_METHODS[m] for m in methods), *(SCOPES_OF_EVENTS[e] for e in events))
    assert set(wanted["oauth_config"]["scopes"]["bot"]) == needed


def test_events_are_those_that_intake_reads():
    events = manifest()["settings"]["event_subscriptions"]["bot_events"]
    assert {event.partition(".")[0] for event in events} == set(intake.EVENT_TYPES)
    kinds = {event.partition(".")[2] for event in events} - {""}
    assert kinds == {"channels", "groups", "im", "mpim"}


def test_socket_mode_and_direct_messages_are_on():
    wanted = manifest()
    assert wanted["settings"]["socket_mode_enabled"] is True
    assert wanted["features"]["app_home"]["messages_tab_read_only_enabled"] is False
