"""Hints on Slack's conventions against labelled conversations (data/conversations.jsonl).

A split thought is found when the hint comes at any of its messages; every hint elsewhere is a false one.
Rules were fitted on the split "dev"; beside us two simple rules. Usage: python
benchmarks/slack/conventions.py [--misses] [--json]
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import orjson
from machine import CORPORA, machine, report, versions
from real_texts import rates

from rag.types import Turn
from slackbot.coaching import Kind, advice, thread_to_read
from slackbot.coaching.advice import REMEMBERED_S
from slackbot.intake import Question

DATA = Path(__file__).parent / "data" / "conversations.jsonl"
LIMIT = 0.9
BOT = "malmoi"
NONE = "none"
BEGUN = 1_750_000_000


@dataclass(frozen=True)
class Row:
    """One message of the data; ``thread`` and ``message`` are numbers within the conversation."""

    conversation: str
    split: str
    message: int
    thread: int
    at: int
    place: str
    author: str
    bot: bool
    text: str
    label: str


Conversation = Sequence[Row]
Found = dict[int, str]  # the kind of the hint by the number of the message
Way = Callable[[Conversation], Found]


def conversations(split: str = "") -> list[Conversation]:
    """The conversations of a split, or all."""
    rows = [Row(**orjson.loads(line)) for line in DATA.read_bytes().splitlines()]
    together: dict[str, list[Row]] = {}
    for row in rows:
        if split in ("", row.split):
            together.setdefault(row.conversation, []).append(row)
    return list(together.values())


def question_of(row: Row, conversation: Conversation) -> Question:
    """What intake makes of the message."""
    mentions = {word[1:] for word in row.text.split() if word.startswith("@")}
    in_thread = row.thread != row.message
    addressed = "thread" if in_thread else "channel"
    if row.place == "direct":
        addressed = "direct"
    elif BOT in mentions:
        addressed = "mention"
    return Question(
        event_id=f"Ev{row.message}",
        team="T1",
        channel="C1",
        ts=_ts(row.at),
        thread=_ts(conversation[row.thread - 1].at),
        user=row.author,
        text=row.text.removeprefix(f"@{BOT}").strip(),
        addressed=addressed,
        calls_others=bool(mentions - {BOT}),
    )


def ours(conversation: Conversation) -> Found:
    """What `slackbot.coaching` says: it hears people, and reads the thread that it asks for."""
    found: Found = {}
    heard: list[Question] = []
    for row in conversation:
        if row.bot:
            continue
        message = question_of(row, conversation)
        recent = [one for one in heard if float(message.ts) - float(one.ts) <= REMEMBERED_S]
        wanted = thread_to_read(message, recent)
        nudge = advice(message, recent, turns(conversation, wanted, row) if wanted else ())
        if nudge is not None:
            found[row.message] = nudge.kind
        heard.append(message)
    return found


def turns(conversation: Conversation, thread: str, before: Row) -> tuple[Turn, ...]:
    """The thread before a message, as `slackbot.intake.turns` gives it: other bots are left out."""
    return tuple(
        Turn("assistant" if row.bot else "user", row.text.removeprefix(f"@{BOT}").strip())
        for row in conversation
        if _ts(conversation[row.thread - 1].at) == thread
        and row.message < before.message
        and (not row.bot or row.author == BOT)
    )


def never(_: Conversation) -> Found:
    return {}


def three_within_a_minute(conversation: Conversation) -> Found:
    """Any third message of one person in the channel within sixty seconds."""
    found: Found = {}
    for row in conversation:
        same = [
            one
            for one in conversation[: row.message]
            if one.author == row.author and one.thread == one.message and row.at - one.at <= 60
        ]
        if row.thread == row.message and len(same) >= 3:
            found[row.message] = Kind.SPLIT
    return found


def counts(rows: Iterable[Conversation], way: Way) -> Counter[tuple[str, str]]:
    """How many hints of each kind are ``right``, ``false`` and ``missed``."""
    counted: Counter[tuple[str, str]] = Counter()
    for conversation in rows:
        counted.update((kind, what) for kind, what, _ in judged(conversation, way))
    return counted


def judged(conversation: Conversation, way: Way) -> list[tuple[str, str, Row]]:
    """Each hint and each thing missed, as kind, ``right``/``false``/``missed`` and its message."""
    found = way(conversation)
    due: dict[tuple[str, str], list[Row]] = {}
    for row in conversation:
        if row.label != NONE:
            due.setdefault((row.label, row.author), []).append(row)
    outcome = []
    for (kind, _), rows in due.items():
        hit = any(found.get(row.message) == kind for row in rows)
        outcome.append((kind, "right" if hit else "missed", rows[-1]))
    for row in conversation:
        kind = found.get(row.message, NONE)
        if kind not in (NONE, row.label):
            outcome.append((kind, "false", row))
    return outcome


def measures(counted: Counter[tuple[str, str]], kinds: Sequence[str]) -> dict[str, float]:
    right, false, missed = (
        sum(counted[kind, what] for kind in kinds) for what in ("right", "false", "missed")
    )
    return {
        "precision": right / (right + false) if right + false else 0.0,
        "recall": right / (right + missed) if right + missed else 0.0,
        "f1": 2 * right / (2 * right + false + missed) if right + false + missed else 0.0,
        "events": right + missed,
    }


def table(rows: Sequence[Conversation], way: Way) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of each kind, and of all together (micro)."""
    counted = counts(rows, way)
    kinds = [str(kind) for kind in Kind]
    return {kind: measures(counted, [kind]) for kind in kinds} | {"micro": measures(counted, kinds)}


def microseconds() -> float:
    """Mean time that a message of the data takes us."""
    every = conversations()
    begun = time.perf_counter()
    for conversation in every:
        ours(conversation)
    return 1e6 * (time.perf_counter() - begun) / sum(map(len, every))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--misses", action="store_true", help="what goes wrong in the split dev")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    if given.misses:
        for conversation in conversations("dev"):
            for kind, what, row in judged(conversation, ours):
                if what != "right":
                    print(row.conversation, row.message, what, kind, row.text)
        return
    every = conversations()
    measured = {
        split or "all": {name: table(conversations(split), way) for name, way in WAYS.items()}
        for split in ("dev", "held_out", "")
    }
    f1 = {name: tables["micro"]["f1"] for name, tables in measured["held_out"].items()}
    mine = f1.pop("ours")
    best = max(f1.values())
    report(
        {
            "name": "slack_conventions",
            "unit": "micro F1 of the held-out conversations",
            "ours": mine,
            "peers": f1,
            "limit": LIMIT,
            "ratio_to_best_peer": mine / best if best else None,
            "messages": sum(map(len, every)),
            "conversations": len(every),
            "measured": measured,
            "real_texts": rates(CORPORA) if CORPORA.is_dir() else {},
            "microseconds_a_message": microseconds(),
            "machine": machine(),
            "versions": versions("malmoi"),
        },
        as_json=given.json,
    )


WAYS: dict[str, Way] = {"ours": ours, "never": never, "three messages in 60 s": three_within_a_minute}


def _ts(at: int) -> str:
    return f"{BEGUN + at}.000000"


if __name__ == "__main__":
    main()
