"""kill -9 at random moments under load: is every question answered, once, and for its last text?

Slack delivers again what was not acknowledged. Three ways: short answers, answers that are streamed
while they are written, and short ones while people edit their questions. The bot is started again at
once; the figure is the number of questions lost, doubled or answered for an old text.

Usage: python benchmarks/slack/kills.py [--kills 20] [--per-second 20] [--seed 8] [--json]
"""

import argparse
import random
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from machine import report
from processes import OURS, PLAIN, BotProcess, measured, replies, settled, where

from curation.errors import UserError
from slackbot.emulator.client import EmulatorClient, Posted

CHANNELS = 40
# What a crash took is delivered again until it is acknowledged; no kill leaves a question for dead.
PATIENT_SLACK = (
    *("--post-interval", "0.2", "--log-limit", "20000"),
    *("--ack-timeout", "1", "--retry-delays", *["0.5"] * 90),
)
ENOUGH = {"attempts": 100, "post_interval": 0.2}
MANY = {"concurrency": 64, "per_person": 64}
# Each with how long the bot lives between two kills: an answer in work must be able to end.
WAYS: dict[str, tuple[dict[str, Any], tuple[float, float]]] = {
    "short": ({"delay": 0.1, "limits": ENOUGH}, (0.1, 0.8)),
    "streamed": ({"delay": 1.6, "sentences": 8, "limits": ENOUGH | MANY}, (0.5, 4.0)),
    "edited": ({"delay": 0.1, "limits": ENOUGH}, (0.1, 0.8)),
}


class Editor(threading.Thread):
    """Edits questions that were asked, one each tenth of a second, some several times."""

    def __init__(self, client: EmulatorClient, draw: random.Random) -> None:
        super().__init__(daemon=True)
        self._client = client
        self._draw = draw
        self._over = threading.Event()
        self.last: dict[str, str] = {}  # the text that was said last, by ts
        self.edits = 0

    def run(self) -> None:
        asked: list[Posted] = []
        while not self._over.wait(0.1):
            if self.edits % 20 == 0:
                asked = questions(self._client)
            if asked:
                self._edit(self._draw.choice(asked[-60:]))

    def end(self) -> None:
        self._over.set()
        self.join()

    def _edit(self, posted: Posted) -> None:
        self.edits += 1
        text = f"판{self.edits}판"
        self._client.edit(posted, f"@malmoi 질문 {text}")
        self.last[posted.ts] = text


def questions(client: EmulatorClient) -> list[Posted]:
    """The roots that people wrote, oldest first."""
    channels = client.state("channels")["channels"].items()
    found = [
        Posted(channel, message["ts"], ())
        for channel, known in channels
        for message in known["messages"]
        if not message.get("bot_id") and message.get("thread_ts", message["ts"]) == message["ts"]
    ]
    return sorted(found, key=lambda posted: float(posted.ts))


def once(which: str, way: str, kills: int, per_second: float, seed: int) -> dict[str, Any]:
    draw = random.Random(seed)
    options, (shortest, longest) = WAYS[way]
    if which == PLAIN:
        options = {"delay": options["delay"]}
    with measured(which, *PATIENT_SLACK, **options) as bot:
        client = bot.client
        # More than will be said until the last kill; what is left is said to a bot that lives.
        lasts = kills * ((shortest + longest) / 2 + bot.seconds_to_start)
        client.burst(
            int(per_second * lasts), channels=CHANNELS, per_second=per_second, text="@malmoi 질문 {n}"
        )
        editor = Editor(client, random.Random(seed)) if way == "edited" else None
        if editor is not None:
            editor.start()
        for _ in range(kills):
            time.sleep(draw.uniform(shortest, longest))
            bot.kill()
            bot.start()
        said_when_over = client.load()["messages"]
        if editor is not None:
            editor.end()
        found = settled(client, patience=15.0)
        time.sleep(3.0)  # edits are followed by answers to them
        begun = {"said_under_kills": said_when_over, "seconds_to_start": bot.seconds_to_start}
        return begun | verdict(bot, which, found, editor)


def verdict(bot: BotProcess, which: str, load: dict[str, Any], editor: Editor | None) -> dict[str, Any]:
    said = replies(bot.client)
    asked = questions(bot.client)
    last = editor.last if editor is not None else {}
    stale = [ts for ts, text in last.items() if said.get(ts) and not any(text in one for one in said[ts])]
    return {
        "questions": len(asked),
        "edits": editor.edits if editor is not None else 0,
        "lost": sum(not said.get(posted.ts) for posted in asked),
        "doubled": sum(len(texts) > 1 for texts in said.values()),
        "answered_for_an_old_text": len(stale),
        "acked_after_repeat": load["acked_after_repeat"],
        "states": bot.states() if which == OURS else {},
    }


def wrong(found: dict[str, Any]) -> int:
    return int(found["lost"] + found["doubled"] + found["answered_for_an_old_text"])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--per-second", type=float, default=20.0, help="questions")
    options.add_argument("--seed", type=int, default=8)
    options.add_argument("--ways", nargs="*", choices=WAYS, default=list(WAYS))
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    found = {}
    for way in given.ways:
        for which in (OURS, PLAIN):
            try:
                found[f"{way}: {which}"] = once(which, way, given.kills, given.per_second, given.seed)
            except UserError as error:  # a bot that does not come back after a kill
                raise SystemExit(f"{which}, {way}: {error}") from error
    mine = sum(wrong(found[f"{way}: {OURS}"]) for way in given.ways)
    plain = sum(wrong(found[f"{way}: {PLAIN}"]) for way in given.ways)
    report(
        {
            "name": "slack_kills",
            "unit": f"questions lost, doubled or answered for an old text in {given.kills} kills a way",
            "lower_is_better": True,
            "ours": mine,
            "peers": {PLAIN: plain},
            "limit": 0,
            "ratio_to_best_peer": mine / plain if plain else None,
            "kills": given.kills * len(given.ways),
            "measured": found,
            **where(),
        },
        as_json=given.json,
    )


if __name__ == "__main__":
    main()
