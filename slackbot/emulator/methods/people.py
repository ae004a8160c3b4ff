"""users.info, bots.info, team.info and reactions.*: who there is, and what they think of a message."""

from slackbot.emulator import events
from slackbot.emulator.arguments import Arguments, flag, text_of
from slackbot.emulator.methods.chat import Reply, addressed
from slackbot.emulator.models import MethodError
from slackbot.emulator.service import Slack


def user_info(slack: Slack, arguments: Arguments) -> Reply:
    """users.info."""
    user = slack.workspace.user(text_of(arguments, "user"))
    with_locale = flag(arguments, "include_locale")
    return {"user": user.shown(here=slack.workspace.team_id, with_locale=with_locale)}


def bot_info(slack: Slack, arguments: Arguments) -> Reply:
    """bots.info."""
    wanted = text_of(arguments, "bot") or slack.workspace.bot.bot_id
    for user in slack.workspace.users.values():
        if user.bot_id == wanted:
            return {
                "bot": {
                    "id": user.bot_id,
                    "deleted": False,
                    "name": user.name,
                    "app_id": user.app_id,
                    "user_id": user.id,
                }
            }
    raise MethodError("bot_not_found")


def team_info(slack: Slack, _: Arguments) -> Reply:
    """team.info."""
    return {"team": slack.workspace.described()}


def add_reaction(slack: Slack, arguments: Arguments) -> Reply:
    """reactions.add."""
    return _react(slack, arguments, remove=False)


def remove_reaction(slack: Slack, arguments: Arguments) -> Reply:
    """reactions.remove."""
    return _react(slack, arguments, remove=True)


def _react(slack: Slack, arguments: Arguments, *, remove: bool) -> Reply:
    workspace = slack.workspace
    channel, message = addressed(slack, arguments, "timestamp")
    name = text_of(arguments, "name")
    workspace.react(message, workspace.bot, name, remove=remove)
    event = events.reaction_event(workspace, channel, message, workspace.bot, name, removed=remove)
    slack.announce(event, channel)
    slack.service.load.saw_sign(channel.id, message.ts)
    return {}
