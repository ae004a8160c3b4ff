"""Questions at a pace, then a thousand at once: what is lost or doubled, and how long people wait.

A mention is two events; both have to be acknowledged. Slack's own pace of one post a second and channel
applies, over a hundred channels. The figure is the p99 until the asker sees a first sign (a reaction or
the answer), the median of the runs.

Usage: python benchmarks/slack/load.py [--events-per-second 50] [--seconds 60] [--burst 1000] [--runs 3]
[--profile FILE] [--json]
"""

import argparse
import statistics
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import report
from processes import OURS, PLAIN, measured, ratio, settled, where

LIMIT_MS = 1_000.0
CHANNELS = 100


def once(which: str, questions: int, per_second: float, **options: object) -> dict[str, Any]:
    with measured(which, **options) as bot:
        begun = bot.cpu_seconds()
        bot.client.burst(questions, channels=CHANNELS, per_second=per_second)
        found = settled(bot.client, patience=30.0)
        found["cpu_ms_a_question"] = 1000 * (bot.cpu_seconds() - begun) / questions
        found["rss_mb"] = bot.usage.memory_info().rss / 2**20
    return found


def together(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Medians of the times, sums of what went wrong."""

    def medians(name: str) -> dict[str, float]:
        return {
            rank: statistics.median(run[name].get(rank, float("nan")) for run in runs)
            for rank in ("p50", "p99", "max")
        }

    return {
        "questions": sum(run["messages"] for run in runs),
        "lost": sum(run["lost"] for run in runs),
        "doubled": sum(run["doubled"] for run in runs),
        "acked_after_repeat": sum(run["acked_after_repeat"] for run in runs),
        "not_acked": sum(run["events"] - run["acked"] for run in runs),
        "ack_ms": medians("ack_ms"),
        "first_sign_ms": medians("first_sign_ms"),
        "answered_ms": medians("answered_ms"),
        "first_sign_p99_ms_of_each_run": [run["first_sign_ms"].get("p99") for run in runs],
        "cpu_ms_a_question": statistics.median(run["cpu_ms_a_question"] for run in runs),
        "rss_mb": max(run["rss_mb"] for run in runs),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events-per-second", type=float, default=50.0)
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--burst", type=int, default=1_000, help="questions at once; 0: none")
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--profile", help="one run of ours under cProfile, into this file")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    pace = given.events_per_second / 2
    steady = int(pace * given.seconds)
    if given.profile:
        print(once(OURS, steady or given.burst, pace, profile=given.profile))
        return
    cases = {"steady": (steady, pace), "burst": (given.burst, 0.0)}
    found = {
        case: {
            which: together([once(which, questions, per_second) for _ in range(given.runs)])
            for which in (OURS, PLAIN)
        }
        for case, (questions, per_second) in cases.items()
        if questions
    }
    first = found.get("steady") or found["burst"]
    mine, plain = first[OURS]["first_sign_ms"]["p99"], first[PLAIN]["first_sign_ms"]["p99"]
    report(
        {
            "name": "slack_load",
            "unit": f"ms until the first sign (p99) at {given.events_per_second:g} events/s",
            "lower_is_better": True,
            "ours": mine,
            "peers": {PLAIN: plain},
            "limit": LIMIT_MS,
            "ratio_to_best_peer": ratio(mine, plain),
            "runs": given.runs,
            "measured": found,
            **where(),
        },
        as_json=given.json,
    )


if __name__ == "__main__":
    main()
