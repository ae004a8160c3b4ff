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
    parser.add_argument("--scopes", nargs="*", default=defaults.scopes)
    parser.add_argument("--workspaces", type=int, default=defaults.workspaces)
    parser.add_argument("--request-url", default=defaults.request_url)
    parser.add_argument("--signing-secret", default=defaults.signing_secret)
    parser.add_argument("--client-id", default=defaults.client_id)
    parser.add_argument("--client-secret", default=defaults.client_secret)
    parser.add_argument("--tiers", action="store_true")
    parser.add_argument("--log-limit", type=int, default=defaults.log_limit)
    given = parser.parse_args()
    settings = EmulatorSettings(
        bot_token=given.bot_token,
        app_token=given.app_token,
        post_interval=given.post_interval,
        ack_timeout=given.ack_timeout,
        retry_delays=tuple(given.retry_delays),
        scopes=tuple(given.scopes),
        workspaces=given.workspaces,
        request_url=given.request_url,
        signing_secret=given.signing_secret,
        client_id=given.client_id,
        client_secret=given.client_secret,
        tiers=given.tiers,
        log_limit=given.log_limit,
    )
    try:
        server.run(given.host, given.port, settings=settings)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
