"""The bot's memory over very many events: does it grow?

Of each thousand events half are mentions, two events each, and half are talk that the bot ignores. The
figure is the slope of the resident memory (least squares) per 10,000 events after the first 20,000,
measured at rest; the emulator, which remembers what was said, is another process. Also the sizes of the
database and its write-ahead log.

The full length is 100,000 events. Usage: python benchmarks/slack/memory.py [--events 40000] [--json]
"""

import argparse
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import report
from processes import OURS, PLAIN, BotProcess, measured, settled, where

from slackbot.emulator.client import EmulatorClient

LIMIT_MB = 1.0
WARM_UP = 20_000
STEP = 10_000
ROUND = 1_000
SLACK = ("--post-interval", "0", "--log-limit", "2000")
# As quick as possible: with Slack's pace the same would take hours.
QUICK = {"post_interval": 0.0}


@dataclass(frozen=True)
class Sample:
    events: int
    rss_mb: float
    database_mb: float
    log_mb: float
    seconds: float


def slope(samples: list[Sample]) -> float:
    """MB per 10,000 events, by least squares; samples of the warm-up are left out."""
    points = [(one.events / STEP, one.rss_mb) for one in samples if one.events >= WARM_UP]
    if len(points) < 2:  # a line needs two
        return float("nan")
    mean_x, mean_y = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    above = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return above / sum((x - mean_x) ** 2 for x, _ in points)


def sampled(bot: BotProcess, events: int, begun: float) -> Sample:
    log = bot.store.with_name(f"{bot.store.name}-wal")
    sizes = [path.stat().st_size / 2**20 if path.exists() else 0.0 for path in (bot.store, log)]
    return Sample(events, bot.usage.memory_info().rss / 2**20, *sizes, time.monotonic() - begun)


def one_round(client: EmulatorClient) -> None:
    """A thousand events: 250 mentions, then 500 messages to nobody."""
    mentions = ROUND // 4
    client.burst(mentions, channels=25, text="@malmoi 질문 {n}", forget=True)
    found = settled(client, patience=60.0, every=0.2)
    if found["lost"]:
        sys.exit(f"{found['lost']} of {mentions} questions were not answered")
    client.burst(ROUND - 2 * mentions, channels=25, text="그냥 하는 말 {n}", forget=True)
    while client.load()["acked"] < ROUND - 2 * mentions:
        time.sleep(0.1)


def run(which: str, events: int, *, said: bool) -> list[Sample]:
    with measured(which, *SLACK, **({"limits": QUICK} if which == OURS else {})) as bot:
        begun = time.monotonic()
        samples = [sampled(bot, 0, begun)]
        for done in range(ROUND, events + 1, ROUND):
            one_round(bot.client)
            if done % (STEP // 2) == 0:
                samples.append(sampled(bot, done, begun))
                if said:
                    print(which, samples[-1], file=sys.stderr, flush=True)
    return samples


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=40_000)
    options.add_argument("--without-peer", action="store_true")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    found = {OURS: run(OURS, given.events, said=not given.json)}
    if not given.without_peer:
        found[PLAIN] = run(PLAIN, given.events, said=not given.json)
    slopes = {which: slope(samples) for which, samples in found.items()}
    mine = slopes.pop(OURS)
    last = found[OURS][-1]
    report(
        {
            "name": "slack_memory",
            "unit": "MB of resident memory per 10,000 events",
            "lower_is_better": True,
            "ours": mine,
            "peers": slopes,
            "limit": LIMIT_MB,
            "ratio_to_best_peer": None,  # both may be zero or below
            "events": given.events,
            "rss_mb": {which: {str(one.events): one.rss_mb for one in rows} for which, rows in found.items()},
            "largest_step_mb": max(b.rss_mb - a.rss_mb for a, b in pairwise(found[OURS])),
            "database_bytes_an_event": last.database_mb * 2**20 / given.events,
            "log_mb_max": max(one.log_mb for one in found[OURS]),
            "events_a_second": given.events / last.seconds,
            **where(),
        },
        as_json=given.json,
    )


if __name__ == "__main__":
    main()
