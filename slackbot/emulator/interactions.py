"""The payloads of interactions: clicks, submitted and closed views, shortcuts, slash commands.

Shapes: docs.slack.dev "Interaction payloads", "Implementing slash commands".
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slackbot.emulator.markup import interactive
from slackbot.emulator.models import Block, Channel, User
from slackbot.emulator.views import View
from slackbot.emulator.workspace import Workspace

Payload = dict[str, Any]
_ONE_OF = ("static_select", "radio_buttons", "overflow")
_MANY_OF = ("checkboxes", "multi_static_select")
_PICKED = {
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
}


def common(kind: str, workspace: Workspace, user: User) -> Payload:
    """What every interaction carries."""
    return {
        "type": kind,
        "token": "local",
        "api_app_id": workspace.app_id,
        "team": {"id": workspace.team_id, "domain": workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.team,
        },
    }


def in_channel(channel: Channel) -> Payload:
    """The channel as interactions name it."""
    name = {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)
    return {"id": channel.id, "name": name}


def command(
    workspace: Workspace, channel: Channel, user: User, *, name: str, text: str, trigger: str, response: str
) -> Payload:
    """The form of a slash command; every value is text."""
    return {
        "token": "local",
        "team_id": workspace.team_id,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": in_channel(channel)["name"],
        "user_id": user.id,
        "user_name": user.name,
        "command": name if name.startswith("/") else f"/{name}",
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": response,
        "trigger_id": trigger,
    }


def element_of(blocks: Sequence[Block], action_id: str) -> tuple[str, Mapping[str, Any]]:
    """The block_id and the element with this action_id; raises `ValueError` naming those there are."""
    known = []
    for place, block in enumerate(blocks):
        for element in interactive(block):
            if element.get("action_id") == action_id:
                return str(block.get("block_id") or f"b{place}"), element
            known.append(str(element.get("action_id")))
    there = f"there are {', '.join(known)}" if known else "nothing there can be clicked"
    raise ValueError(f"no element has the action_id {action_id!r}; {there}")


def action(block_id: str, element: Mapping[str, Any], value: Any, ts: str) -> Payload:
    """One entry of ``actions``: what the click on an element says."""
    kind = str(element.get("type"))
    said: Payload = {
        "type": kind,
        "action_id": element.get("action_id"),
        "block_id": block_id,
        "action_ts": ts,
    }
    if kind == "feedback_buttons":
        buttons = [element[name] for name in ("positive_button", "negative_button") if name in element]
        for button in buttons:
            if button.get("value") == value:
                return said | {"text": button.get("text"), "value": value}
        raise ValueError(f"value must be one of {', '.join(str(b.get('value')) for b in buttons)}")
    if kind in ("button", "icon_button"):
        own = element.get("value")
        if value not in (None, own):
            raise ValueError(f"the value of {element.get('action_id')} is {own!r}")
        return said | {"text": element.get("text")} | ({"value": own} if own is not None else {})
    return said | chosen(element, value)


def chosen(element: Mapping[str, Any], value: Any) -> Payload:
    """What an input element holds once a person has chosen ``value``, as in ``state.values``."""
    kind = str(element.get("type"))
    if kind in _ONE_OF:
        return {"type": kind, "selected_option": None if value is None else _option(element, value)}
    if kind in _MANY_OF:
        several = [] if value is None else value
        if not isinstance(several, list):
            raise ValueError(f"{element.get('action_id')} takes a list of values")
        return {"type": kind, "selected_options": [_option(element, one) for one in several]}
    if kind in _PICKED:
        return {"type": kind, _PICKED[kind]: value}
    return {"type": kind, "value": value}


def entered(view: View, values: Mapping[str, Any]) -> Payload:
    """The ``state.values`` of a view with these values by action_id; an omitted one keeps its initial.

    Raises
    ------
    ValueError
        A name that the view does not have, or a required input left empty.
    """
    state: Payload = {}
    known = set()
    for block, element in _inputs(view["blocks"]):
        name = str(element.get("action_id"))
        known.add(name)
        value = values.get(name, _initial(element))
        if block.get("type") == "input" and not block.get("optional") and value in (None, "", []):
            raise ValueError(f"{name} is required")
        state.setdefault(str(block["block_id"]), {})[name] = chosen(element, value)
    unknown = [name for name in values if name not in known]
    if unknown:
        raise ValueError(f"the view has no input {unknown[0]!r}; it has {', '.join(sorted(known)) or 'none'}")
    return state


def _inputs(blocks: Sequence[Block]) -> Iterator[tuple[Block, Mapping[str, Any]]]:
    for block in blocks:
        for element in interactive(block):
            if element.get("type") not in ("button", "icon_button", "feedback_buttons", "overflow"):
                yield block, element


def _initial(element: Mapping[str, Any]) -> Any:
    if element.get("type") in _ONE_OF:
        option = element.get("initial_option")
        return option.get("value") if isinstance(option, Mapping) else None
    if element.get("type") in _MANY_OF:
        return [option.get("value") for option in _mappings(element.get("initial_options"))]
    picked = _PICKED.get(str(element.get("type")), "selected_value").removeprefix("selected_")
    return element.get(f"initial_{picked}")


def _option(element: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
    groups = _mappings(element.get("option_groups")) or [element]
    options = [option for group in groups for option in _mappings(group.get("options"))]
    for option in options:
        if option.get("value") == value:
            return option
    raise ValueError(f"value must be one of {', '.join(str(option.get('value')) for option in options)}")


def _mappings(value: object) -> list[Mapping[str, Any]]:
    """The objects in a list; none when it is no list."""
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []
