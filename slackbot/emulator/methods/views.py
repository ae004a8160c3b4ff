"""views.*: modals and the Home tab."""

from collections.abc import Mapping
from typing import Any

from slackbot.emulator.arguments import Arguments, json_of, text_of
from slackbot.emulator.methods.chat import Reply
from slackbot.emulator.models import MethodError
from slackbot.emulator.service import Slack


def opened(slack: Slack, arguments: Arguments) -> Reply:
    """views.open: needs the trigger of something that a person did within the last three seconds."""
    view = _view(arguments)
    user = _person(slack, arguments)
    return {"view": slack.workspace.views.open(user, view)}


def pushed(slack: Slack, arguments: Arguments) -> Reply:
    """views.push."""
    view = _view(arguments)
    user = _person(slack, arguments)
    return {"view": slack.workspace.views.push(user, view)}


def updated(slack: Slack, arguments: Arguments) -> Reply:
    """views.update."""
    view = slack.workspace.views.update(
        _view(arguments),
        view_id=text_of(arguments, "view_id"),
        external_id=text_of(arguments, "external_id"),
        guard=text_of(arguments, "hash"),
    )
    return {"view": view}


def published(slack: Slack, arguments: Arguments) -> Reply:
    """views.publish."""
    user = text_of(arguments, "user_id")
    if user not in slack.workspace.users:
        raise MethodError("user_not_found")
    return {"view": slack.workspace.views.publish(user, _view(arguments), text_of(arguments, "hash"))}


def _person(slack: Slack, arguments: Arguments) -> str:
    return slack.service.pointers.exchange(text_of(arguments, "trigger_id"), slack.workspace.team_id)


def _view(arguments: Arguments) -> Mapping[str, Any]:
    view = json_of(arguments, "view", "invalid_arguments")
    if not isinstance(view, Mapping):
        raise MethodError("invalid_arguments", response_metadata={"messages": ["missing field: view"]})
    return view
