"""What a control request says: every value is checked, every fault is named."""

import math
from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from slackbot.emulator.models import Channel, Message, User
from slackbot.emulator.service import Service, Slack


class Body:
    """The JSON object of a POST, or the query of a GET; raises `ValueError` with the reason."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    @classmethod
    async def read(cls, request: web.Request) -> "Body":
        """The body of a request."""
        try:
            values = orjson.loads(await request.read())
        except orjson.JSONDecodeError as error:
            raise ValueError(f"the body is not JSON: {error}") from error
        if not isinstance(values, dict):
            raise ValueError("the body must be a JSON object")
        return cls(values)

    def text(self, name: str, default: str | None = None) -> str:
        """A text; one without a default must be there."""
        value = self.values.get(name)
        if value is None:
            value = default
        if value is None:
            raise ValueError(f"{name} is missing")
        if not isinstance(value, str):
            raise ValueError(f"{name} must be text")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Yes or no."""
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be true or false")
        return value

    def number(self, name: str, default: float | None, most: float) -> float:
        """A number from 0 to ``most``."""
        value = self.values.get(name, default)
        if value is None:
            raise ValueError(f"{name} is missing")
        if isinstance(value, str):
            value = float(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{name} must be a number")
        if not (math.isfinite(value) and 0 <= value <= most):
            raise ValueError(f"{name} must be a number from 0 to {most:g}")
        return float(value)

    def count(self, name: str, default: int | None, most: int, *, least: int = 1) -> int:
        """A whole number from ``least`` to ``most``."""
        value = self.number(name, default, most)
        if value != int(value) or value < least:
            raise ValueError(f"{name} must be a whole number from {least} to {most}")
        return int(value)

    def names(self, name: str) -> list[str]:
        """A list of texts, or several in one, separated by commas."""
        value = self.values.get(name) or []
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",")]
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise ValueError(f"{name} must be a list of texts")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """An object; empty when it is absent."""
        value = self.values.get(name) or {}
        if not isinstance(value, dict):
            raise ValueError(f"{name} must be an object")
        return value

    def slack(self, service: Service) -> Slack:
        """The workspace of ``team`` or that the channel is of, else the first."""
        team = self.text("team", "")
        ref = str(self.values.get("channel", ""))
        if not team:
            owners = [w.team_id for w in service.workspaces.values() if ref in w.channels]
            team = owners[0] if owners else ""
        return Slack(service, service.workspace(team))

    def channel(self, slack: Slack) -> Channel:
        """The channel by id or name."""
        return slack.workspace.channel(self.text("channel"))

    def user(self, slack: Slack) -> User:
        """The person by id or name; the workspace's first person when none is named."""
        return slack.workspace.user(self.text("user", slack.workspace.people[0].name))

    def message(self, slack: Slack) -> tuple[Channel, Message]:
        """The message by channel and ts."""
        channel = self.channel(slack)
        return channel, channel.message(self.text("ts"))
