"""Fifteen questions in a channel that takes one post a second; others ask elsewhere meanwhile.

Beside us the plain bot, which loses what Slack puts off, and the same with slack_sdk's handler that
waits inside the call. The figure is the p99 of the answers in the other channels.

Usage: python benchmarks/slack/pace.py [--questions 15] [--others 5] [--runs 3] [--json]
"""

import argparse
import math
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import report
from processes import OURS, PLAIN, limited, measured, ratio, where

from curation.errors import UserError

LIMIT_MS = 2_000.0
MOST_LIMITED = 2
REPEATING = f"{PLAIN}, RateLimit handler x20"
WAYS: dict[str, dict[str, object]] = {OURS: {}, PLAIN: {}, REPEATING: {"repeat_limited": True}}


def once(way: str, questions: int, others: int) -> dict[str, Any]:
    which = OURS if way == OURS else PLAIN
    with measured(which, **WAYS[way]) as bot:
        client = bot.client
        places = [client.open_channel(f"elsewhere-{n}") for n in range(others)]
        busy = client.burst(questions, channels=1)
        begun, took = time.monotonic(), []
        for n in range(questions):
            said = time.monotonic()
            try:
                client.wait_for_replies(client.say(places[n % others], "@malmoi 다른 질문"), timeout=5.0)
                took.append(1000 * (time.monotonic() - said))
            except UserError:
                took.append(math.inf)
            time.sleep(max(0.0, said + 1.0 - time.monotonic()))
        last = time.monotonic() + 2.0 * questions
        while client.load()["lost"] and time.monotonic() < last:
            time.sleep(0.1)
        posted = client.load()
        return {
            "channel": busy[0],
            "posted": posted["answered"],
            "lost": posted["lost"],
            "doubled": posted["doubled"],
            "seconds_until_all": time.monotonic() - begun,
            "put_off_by_slack_429": limited(client, "chat.postMessage"),
            "elsewhere_ms": took,
        }


def together(runs: list[dict[str, Any]]) -> dict[str, Any]:
    elsewhere = sorted(one for run in runs for one in run["elsewhere_ms"])
    return {
        "posted": sum(run["posted"] for run in runs),
        "lost": sum(run["lost"] for run in runs),
        "doubled": sum(run["doubled"] for run in runs),
        "put_off_by_slack_429": [run["put_off_by_slack_429"] for run in runs],
        "seconds_until_all": statistics.median(run["seconds_until_all"] for run in runs),
        "elsewhere_ms": {
            "p50": elsewhere[math.ceil(0.5 * len(elsewhere)) - 1],
            "p99": elsewhere[math.ceil(0.99 * len(elsewhere)) - 1],
        },
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--questions", type=int, default=15)
    options.add_argument("--others", type=int, default=5, help="other channels")
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    found = {
        way: together([once(way, given.questions, given.others) for _ in range(given.runs)]) for way in WAYS
    }
    values = {way: found[way]["elsewhere_ms"]["p99"] for way in WAYS}
    mine = values.pop(OURS)
    report(
        {
            "name": "slack_pace",
            "unit": "ms until the answer in other channels (p99)",
            "lower_is_better": True,
            "ours": mine,
            "peers": values,
            "limit": LIMIT_MS,
            "ratio_to_best_peer": ratio(mine, min(values.values())),
            "most_429_allowed": MOST_LIMITED,
            "runs": given.runs,
            "measured": found,
            **where(),
        },
        as_json=given.json,
    )


if __name__ == "__main__":
    main()
