"""Registers everything a person does with the bot beside writing messages."""

from typing import Final

from slack_bolt.async_app import AsyncApp

from slackbot.listeners import actions, assistant, commands, home, reactions, shortcuts
from slackbot.listeners.parts import Parts

# What `events` has to let through; of all other events nobody is told.
EVENTS: Final = (
    "app_home_opened",
    "assistant_thread_started",
    "reaction_added",
    "reaction_removed",
)


def register(app: AsyncApp, parts: Parts) -> None:
    """Listen to buttons, modals, shortcuts, reactions, the command, the home and the assistant pane."""
    for module in (actions, shortcuts, reactions, commands, home, assistant):
        module.register(app, parts)
