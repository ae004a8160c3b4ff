"""What clicks are, and what interactive payloads have in common."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from slackbot.listeners.parts import Actor

Body = Mapping[str, Any]
_T = TypeVar("_T")
_log = logging.getLogger("malmoi.slack.interactions")


@dataclass(frozen=True, slots=True)
class Click:
    """A button that was pressed; ``message`` is empty when it stands in a view."""

    actor: Actor
    value: str
    message: str
    trigger: str


def click_of(body: Body) -> Click:
    """Project a ``block_actions`` payload."""
    container, message = body.get("container") or {}, body.get("message") or {}
    ts = str(container.get("message_ts") or "")
    channel = str(container.get("channel_id") or (body.get("channel") or {}).get("id") or "")
    thread = str(container.get("thread_ts") or message.get("thread_ts") or "")
    actor = Actor(team_of(body), body["user"]["id"], channel, thread, str(body.get("response_url") or ""))
    return Click(actor, str(body["actions"][0].get("value") or ""), ts, str(body.get("trigger_id") or ""))


def projected(project: Callable[[Body], _T], body: Body) -> _T | None:
    """What ``project`` reads; ``None`` when the payload lacks what it needs."""
    try:
        return project(body)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        # After the acknowledgement an error would take it back: bolt answers 404 then.
        _log.warning("a payload of type %s could not be read: %s", body.get("type"), type(error).__name__)
        return None


def team_of(body: Body) -> str:
    """The workspace that a click, shortcut or submission is for.

    ``team`` is null where an organisation installed the app; a view names the installation it is of.
    """
    installed = (body.get("view") or {}).get("app_installed_team_id")
    return str(installed or (body.get("team") or {}).get("id") or body["user"].get("team_id") or "")
