"""``python -m slackbot.emulator``: the emulator as a process of its own."""

import argparse
import sys

from curation.errors import UserError
from slackbot.emulator import server
from slackbot.emulator.settings import EmulatorSettings


def main() -> int:
    """Serve with the settings of the command line."""
    defaults = EmulatorSettings()
    parser = argparse.ArgumentParser(prog="python -m slackbot.emulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--bot-token", default=defaults.bot_token)
    parser.add_argument("--app-token", default=defaults.app_token)
    parser.add_argument("--post-interval", type=float, default=defaults.post_interval)
    parser.add_argument("--ack-timeout", type=float, default=defaults.ack_timeout)
    parser.add_argument("--retry-delays", type=float, nargs="*", default=defaults.retry_delays)
    given = parser.parse_args()
    settings = EmulatorSettings(
        given.bot_token, given.app_token, given.post_interval, given.ack_timeout, tuple(given.retry_delays)
    )
    try:
        server.run(given.host, given.port, settings=settings)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
