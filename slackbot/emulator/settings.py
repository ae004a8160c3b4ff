"""How the local Slack behaves: its tokens, its pace, its patience."""

from dataclasses import dataclass

BOT_TOKEN = "xoxb-local-emulator"  # noqa: S105 - opens nothing but the emulator
APP_TOKEN = "xapp-local-emulator"  # noqa: S105


@dataclass(frozen=True, slots=True)
class EmulatorSettings:
    """What the emulator was started with; times are in seconds.

    ``post_interval`` is the pace of chat.postMessage in one channel (0: no limit);
    ``ack_timeout`` is how long an envelope may stay unacknowledged before it is delivered again,
    and ``retry_delays`` how long each further delivery waits after that.
    """

    bot_token: str = BOT_TOKEN
    app_token: str = APP_TOKEN
    post_interval: float = 1.0
    ack_timeout: float = 3.0
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    ping_interval: float = 10.0
