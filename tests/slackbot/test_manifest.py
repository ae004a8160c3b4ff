"""The manifest asks for exactly what the code uses."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import slack_sdk.web.async_client
import yaml
from slack_bolt.async_app import AsyncApp

import slackbot
from slackbot import intake, phrases, render, views
from slackbot.listeners import commands, interactions
from slackbot.oauth import Installer
from slackbot.phrases import interaction
from tests.slackbot.interactions import ANSWER

FOLDER = Path(slackbot.__file__).parent
# Which scopes each method needs, for each kind of conversation that the bot is in
# (docs.slack.dev/reference/methods); none: any token may call it.
HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history"}
CONVERSATIONS = {"channels:read", "groups:read", "im:read", "mpim:read"}
SCOPES_OF_METHODS: dict[str, set[str]] = {
    "apps_connections_open": set(),  # a scope of the app-level token, not of the bot
    "assistant_threads_setStatus": {"chat:write"},
    "assistant_threads_setSuggestedPrompts": {"assistant:write"},
    "assistant_threads_setTitle": {"assistant:write"},
    "auth_revoke": set(),
    "auth_test": set(),
    "chat_appendStream": {"chat:write"},
    "chat_delete": {"chat:write"},
    "chat_getPermalink": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_startStream": {"chat:write"},
    "chat_stopStream": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": HISTORY,
    "conversations_info": CONVERSATIONS,
    "conversations_members": CONVERSATIONS,
    "conversations_replies": HISTORY,
    "oauth_v2_access": set(),
    "reactions_add": {"reactions:write"},
    "reactions_remove": {"reactions:write"},
    "users_conversations": CONVERSATIONS,
    "users_info": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_update": set(),
}
SCOPES_OF_EVENTS: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "assistant_thread_started": set(),
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
    "tokens_revoked": set(),
}


# What a workspace's leaving says, heard where workspaces install the app themselves.
LEAVING = {"app_uninstalled", "tokens_revoked"}


class Listed(AsyncApp):
    """A bolt application that remembers what was listened to."""

    def __init__(self) -> None:
        super().__init__(token="xoxb-1", signing_secret="", name="listed")
        self.heard: dict[str, set[str]] = {}

    def event(self, event: Any, *rest: Any) -> Any:
        return self._hear("event", event, super().event(event, *rest))

    def action(self, constraints: Any, *rest: Any) -> Any:
        return self._hear("action", constraints, super().action(constraints, *rest))

    def view(self, constraints: Any, *rest: Any) -> Any:
        return self._hear("view", constraints, super().view(constraints, *rest))

    def command(self, command: Any, *rest: Any) -> Any:
        return self._hear("command", command, super().command(command, *rest))

    def message_shortcut(self, callback_id: Any, *rest: Any) -> Any:
        return self._hear("shortcut", callback_id, super().message_shortcut(callback_id, *rest))

    def _hear(self, kind: str, name: str, listen: Any) -> Any:
        self.heard.setdefault(kind, set()).add(name)
        return listen


@pytest.fixture(scope="module")
def heard() -> dict[str, set[str]]:
    app = Listed()
    interactions.register(app, None)  # what they call matters only once something is heard
    Installer(None, None, None, None).listen(app)
    return app.heard


def manifest() -> dict[str, Any]:
    return yaml.safe_load((FOLDER / "manifest.yaml").read_text(encoding="utf-8"))


def called_methods() -> set[str]:
    known = {name for name in dir(slack_sdk.web.async_client.AsyncWebClient) if "_" in name.strip("_")}
    found = set()
    for file in FOLDER.rglob("*.py"):
        if "emulator" in file.relative_to(FOLDER).parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in known:
                found.add(node.attr)
    return found


def values_of(node: Any, key: str) -> Iterator[str]:
    """Every value of ``key`` in a payload, however deep."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from values_of(value, key)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from values_of(value, key)


def everything_shown() -> list[Any]:
    say, labels = interaction.of("ko"), phrases.of("ko")
    return [
        views.reason_modal(say, "{}"),
        views.summary_modal(say, "글"),
        *(views.home(say, labels, coached=coached) for coached in (True, False)),
        views.nudge("글", labels),
        views.forget_question(say),
        *(message.blocks for message in render.answer(ANSWER)),
    ]


def test_scopes_are_those_of_the_methods_called_and_the_events_and_commands_heard():
    wanted, methods = manifest(), called_methods()
    assert methods <= set(SCOPES_OF_METHODS)
    events = set(wanted["settings"]["event_subscriptions"]["bot_events"])
    needed = set().union(*(SCOPES_OF_METHODS[m] for m in methods), *(SCOPES_OF_EVENTS[e] for e in events))
    assert set(wanted["oauth_config"]["scopes"]["bot"]) == needed | {"commands"}


def test_events_are_those_that_intake_reads_and_that_have_listeners(heard):
    events = manifest()["settings"]["event_subscriptions"]["bot_events"]
    assert {event.partition(".")[0] for event in events} == {*intake.EVENT_TYPES, *heard["event"]}
    kinds = {event.partition(".")[2] for event in events} - {""}
    assert kinds == {"channels", "groups", "im", "mpim"}
    assert heard["event"] - LEAVING == set(interactions.EVENTS)


def test_commands_and_shortcuts_are_those_that_have_listeners(heard):
    features = manifest()["features"]
    assert {one["command"] for one in features["slash_commands"]} == heard["command"] == {commands.COMMAND}
    assert {one["callback_id"] for one in features["shortcuts"]} == heard["shortcut"]
    assert {one["type"] for one in features["shortcuts"]} == {"message"}


def test_every_button_and_modal_that_is_shown_has_a_listener_and_the_other_way_round(heard):
    shown = everything_shown()
    inputs = {views.REASON_CHOICE, views.REASON_TEXT}
    assert set(values_of(shown, "action_id")) - inputs == heard["action"]
    submitted = {view["callback_id"] for view in shown if isinstance(view, dict) and "submit" in view}
    assert submitted == heard["view"]


def test_what_is_listened_to_is_switched_on():
    wanted = manifest()
    features, settings = wanted["features"], wanted["settings"]
    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"]["is_enabled"] is True
    assert features["app_home"]["home_tab_enabled"] is True
    assert features["app_home"]["messages_tab_read_only_enabled"] is False
    assert features["assistant_view"]["assistant_description"]


def test_lengths_that_slack_allows():
    features = manifest()["features"]
    for shortcut in features["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
        assert len(shortcut["callback_id"]) <= 255
    assert all(len(command["description"]) <= 2_000 for command in features["slash_commands"])
    assert len(manifest()["display_information"]["name"]) <= 35
