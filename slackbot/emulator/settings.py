"""How the local Slack behaves: its tokens, its pace, its patience."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

BOT_TOKEN = "xoxb-local-emulator"  # noqa: S105 - opens nothing but the emulator
APP_TOKEN = "xapp-local-emulator"  # noqa: S105
SIGNING_SECRET = "local-signing-secret"  # noqa: S105
CLIENT_ID = "1111111111.2222222222"
CLIENT_SECRET = "local-client-secret"  # noqa: S105
LONGEST_S = 86_400.0


def manifest_scopes() -> tuple[str, ...]:
    """The bot scopes that the app's manifest asks for."""
    return tuple(_manifest()["oauth_config"]["scopes"]["bot"])


def manifest_features() -> dict[str, list[dict[str, Any]]]:
    """The shortcuts and slash commands that the app's manifest announces."""
    features = _manifest()["features"]
    return {name: features.get(name, []) for name in ("shortcuts", "slash_commands")}


def _manifest() -> dict[str, Any]:
    text = (Path(__file__).parents[1] / "manifest.yaml").read_text(encoding="utf-8")
    manifest: dict[str, Any] = yaml.safe_load(text)
    return manifest


@dataclass(frozen=True, slots=True)
class EmulatorSettings:
    """What the emulator was started with; times are in seconds.

    ``post_interval`` is the pace of chat.postMessage in one channel (0: no limit);
    ``ack_timeout`` is how long an envelope may stay unacknowledged before it is delivered again,
    and ``retry_delays`` how long each further delivery waits after that. ``tiers`` limits each
    method as docs.slack.dev "Rate limits" says. ``log_limit`` bounds how many calls and how many
    deliveries are remembered (0: all); totals count every one. With a ``request_url``, events go
    there as signed HTTP requests instead of over Socket Mode.
    """

    bot_token: str = BOT_TOKEN
    app_token: str = APP_TOKEN
    post_interval: float = 1.0
    ack_timeout: float = 3.0
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    ping_interval: float = 10.0
    scopes: tuple[str, ...] = field(default_factory=manifest_scopes)
    workspaces: int = 1
    request_url: str = ""
    signing_secret: str = SIGNING_SECRET
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    tiers: bool = False
    log_limit: int = 200_000

    def changed(self, wanted: Mapping[str, Any]) -> "EmulatorSettings":
        """These settings with what may change while it runs; raises `ValueError` with the reason."""
        values: dict[str, Any] = {}
        for name, value in wanted.items():
            if name in ("post_interval", "ack_timeout"):
                values[name] = _seconds(name, value)
            elif name == "retry_delays":
                if not isinstance(value, list) or len(value) > 100:
                    raise ValueError("retry_delays must be a list of at most 100 seconds")
                values[name] = tuple(_seconds(name, delay) for delay in value)
            elif name == "tiers":
                if not isinstance(value, bool):
                    raise ValueError("tiers must be true or false")
                values[name] = value
            elif name == "log_limit":
                if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                    raise ValueError("log_limit must be a whole number from 0")
                values[name] = value
            else:
                raise ValueError(
                    f"there is no setting {name!r}; settings are post_interval, ack_timeout, retry_delays, "
                    "tiers, log_limit, refuse_connections"
                )
        return replace(self, **values)

    def shown(self) -> dict[str, Any]:
        """What may change while it runs, as the control page shows it."""
        return {
            "post_interval": self.post_interval,
            "ack_timeout": self.ack_timeout,
            "retry_delays": list(self.retry_delays),
            "tiers": self.tiers,
            "log_limit": self.log_limit,
        }


def _seconds(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number of seconds")
    if not (math.isfinite(value) and 0 <= value <= LONGEST_S):
        raise ValueError(f"{name} must be a number of seconds from 0 to {LONGEST_S:g}")
    return float(value)
