"""Slack ends the connections in the middle of the work: how soon are all of them back, what is lost?

``abort`` resets the TCP connections, ``close`` closes the WebSockets, ``refresh_requested`` announces
the end, as Slack does every few hours. Twenty events a second arrive meanwhile. The figure is the
longest of the medians of the three, in seconds.

Usage: python benchmarks/slack/reconnect.py [--runs 5] [--events-per-second 20] [--json]
"""

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import report
from processes import OURS, PLAIN, measured, ratio, settled, where

LIMIT_S = 5.0
REASONS = ("abort", "close", "refresh_requested")
LONGEST_S = 90.0
QUIET_S = 2.0


def once(which: str, reason: str, per_second: float, runs: int) -> dict[str, Any]:
    with measured(which) as bot:
        client = bot.client
        client.burst(int(per_second * 2 * QUIET_S * (runs + 1)), channels=50, per_second=per_second)
        took = []
        for _ in range(runs):
            time.sleep(QUIET_S)
            before = client.state("connections", "totals")
            begun = time.monotonic()
            client.disconnect(reason)

            def is_back(state: dict[str, Any], wanted: int = opened(before) + before["connections"]) -> bool:
                return opened(state) >= wanted and bot.is_whole(state)

            client.wait_until(is_back, "connections", "totals", timeout=LONGEST_S)
            took.append(time.monotonic() - begun)
        found = settled(client, patience=20.0)
        return {
            "seconds": {"median": statistics.median(took), "max": max(took)},
            "questions": found["messages"],
            "lost": found["lost"],
            "doubled": found["doubled"],
            "not_acked": found["events"] - found["acked"],
            "acked_after_repeat": found["acked_after_repeat"],
            "first_sign_ms": found["first_sign_ms"],
        }


def opened(state: dict[str, Any]) -> int:
    """How many connections were ever asked for."""
    return int(state["totals"]["calls_by_method"].get("apps.connections.open", 0))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5, help="disconnects of each kind")
    options.add_argument("--events-per-second", type=float, default=20.0)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    found = {
        which: {reason: once(which, reason, given.events_per_second / 2, given.runs) for reason in REASONS}
        for which in (OURS, PLAIN)
    }
    mine, plain = (max(one["seconds"]["median"] for one in found[which].values()) for which in found)
    report(
        {
            "name": "slack_reconnect",
            "unit": "seconds until all connections are back",
            "lower_is_better": True,
            "ours": mine,
            "peers": {PLAIN: plain},
            "limit": LIMIT_S,
            "ratio_to_best_peer": ratio(mine, plain),
            "runs": given.runs,
            "measured": found,
            **where(),
        },
        as_json=given.json,
    )


if __name__ == "__main__":
    main()
