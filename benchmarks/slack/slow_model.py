"""Two hundred questions wait for a model that takes 30 s a question, and more arrive.

A mention is two events. The model answers four questions at a time, as the bot's limits say, so nobody
who asks during the measurement is answered in it; what counts is that Slack and the askers hear at once
that the question has arrived. The figure is the p99 of the acknowledgements.

Usage: python benchmarks/slack/slow_model.py [--waiting 200] [--events-per-second 20] [--seconds 30]
[--model-seconds 30] [--runs 3] [--json]
"""

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import report
from processes import OURS, PLAIN, measured, ratio, where

LIMIT_MS = 500.0
CHANNELS = 50


def once(which: str, waiting: int, questions: int, per_second: float, model: float) -> dict[str, Any]:
    with measured(which, delay=model) as bot:
        client = bot.client
        client.burst(waiting, channels=CHANNELS)
        client.wait_until(lambda _: client.load()["acked"] == 2 * waiting, "connections", timeout=60.0)
        first = client.load()
        client.burst(questions, channels=CHANNELS, per_second=per_second, forget=True)
        time.sleep(questions / per_second + 1.0)
        found = client.load()
        found["redelivered"] = client.state("totals")["totals"]["repeated"]
        found["burst"] = first
        return found


def together(runs: list[dict[str, Any]]) -> dict[str, Any]:
    def median(name: str, rank: str) -> float:
        return statistics.median(run[name].get(rank, float("nan")) for run in runs)

    return {
        "questions": sum(run["messages"] for run in runs),
        "not_acked": sum(run["events"] - run["acked"] for run in runs),
        "redelivered": sum(run["redelivered"] for run in runs),
        "ack_ms": {rank: median("ack_ms", rank) for rank in ("p50", "p99", "max")},
        "ack_p99_ms_of_each_run": [run["ack_ms"]["p99"] for run in runs],
        "with_a_first_sign": sum(run["first_sign_ms"]["count"] for run in runs),
        "first_sign_ms": {rank: median("first_sign_ms", rank) for rank in ("p50", "p99", "max")},
        "ack_p99_ms_of_the_waiting": statistics.median(run["burst"]["ack_ms"]["p99"] for run in runs),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--waiting", type=int, default=200)
    options.add_argument("--events-per-second", type=float, default=20.0)
    options.add_argument("--seconds", type=float, default=30.0)
    options.add_argument("--model-seconds", type=float, default=30.0)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    pace = given.events_per_second / 2
    questions = int(pace * given.seconds)
    found = {
        which: together(
            [once(which, given.waiting, questions, pace, given.model_seconds) for _ in range(given.runs)]
        )
        for which in (OURS, PLAIN)
    }
    mine, plain = found[OURS]["ack_ms"]["p99"], found[PLAIN]["ack_ms"]["p99"]
    report(
        {
            "name": "slack_slow_model",
            "unit": f"ms until an event is acknowledged (p99), {given.waiting} questions waiting",
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
