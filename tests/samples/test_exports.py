"""The SuperNI task follows the schema, and the Slack export is consistent in itself."""

import json
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
EXPORT = SAMPLES / "slack_export"
TASK = json.loads(
    (SAMPLES / "superni/task9001_todamgureum_inquiry_classification.json").read_text(encoding="utf-8")
)
SEOUL = timezone(timedelta(hours=9))
LISTS = (
    *("Contributors", "Source", "URL", "Categories", "Reasoning", "Definition", "Input_language"),
    *("Output_language", "Instruction_language", "Domains", "Positive Examples", "Negative Examples"),
    *("Instances", "Instance License"),
)


def test_task_has_the_schema() -> None:
    assert set(TASK) == set(LISTS)
    for key in LISTS:
        assert isinstance(TASK[key], list), key
        assert TASK[key], key
    assert TASK["Contributors"] == ["malmoi"]
    for key in ("Input_language", "Output_language", "Instruction_language"):
        assert TASK[key] == ["Korean"]
    for example in TASK["Positive Examples"] + TASK["Negative Examples"]:
        assert set(example) == {"input", "output", "explanation"}


def test_task_instances() -> None:
    identifiers = [instance["id"] for instance in TASK["Instances"]]
    assert len(set(identifiers)) == len(identifiers) == 31
    # Planted rows have numbers above a hundred.
    own = [instance for instance in TASK["Instances"] if int(instance["id"][-4:]) < 100]
    assert len(own) == 24
    teams = Counter(instance["output"][0] for instance in own)
    assert teams == dict.fromkeys(("사람팀", "살림팀", "지킴팀", "바탕팀"), 6)
    assert sum(len(instance["output"]) > 1 for instance in own) == 1
    asked = {instance["input"] for instance in own}
    assert not asked & {e["input"] for e in TASK["Positive Examples"] + TASK["Negative Examples"]}


def items() -> list[tuple[Path, Any]]:
    return [
        (path, item)
        for path in sorted(EXPORT.glob("*/*.json"))
        for item in json.loads(path.read_text(encoding="utf-8"))
    ]


def messages() -> dict[tuple[str, str], dict[str, Any]]:
    """Readable messages by channel and ts, the twice exported one once."""
    return {
        (path.parent.name, item["ts"]): item
        for path, item in items()
        if isinstance(item, dict) and "ts" in item
    }


def test_channels_and_users() -> None:
    channels = json.loads((EXPORT / "channels.json").read_text(encoding="utf-8"))
    users = json.loads((EXPORT / "users.json").read_text(encoding="utf-8"))
    assert {channel["name"] for channel in channels} == {p.name for p in EXPORT.iterdir() if p.is_dir()}
    known = {user["id"] for user in users}
    for channel in channels:
        assert set(channel["members"]) | {channel["creator"]} <= known
    for message in messages().values():
        assert message.get("user", "U0TODAMBOT") in known


def test_messages_lie_in_the_file_of_their_day_in_order() -> None:
    for path in EXPORT.glob("*/*.json"):
        found = json.loads(path.read_text(encoding="utf-8"))
        times = [float(item["ts"]) for item in found if isinstance(item, dict) and "ts" in item]
        assert times == sorted(times)
        assert {datetime.fromtimestamp(time, SEOUL).date().isoformat() for time in times} == {path.stem}


def test_threads_are_consistent() -> None:
    found = messages()
    replies: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for (channel, ts), message in found.items():
        if message.get("thread_ts", ts) != ts:
            replies.setdefault((channel, message["thread_ts"]), []).append(message)
    parents = {key: message for key, message in found.items() if "reply_count" in message}
    assert set(replies) == set(parents)
    assert len(parents) >= 10
    for key, parent in parents.items():
        answers = sorted(replies[key], key=lambda message: float(message["ts"]))
        assert parent["thread_ts"] == parent["ts"]
        assert parent["reply_count"] == len(answers)
        assert parent["replies"] == [{"user": a["user"], "ts": a["ts"]} for a in answers]
        assert parent["latest_reply"] == answers[-1]["ts"]
        assert set(parent["reply_users"]) == {a["user"] for a in answers}
        assert parent["reply_users_count"] == len(parent["reply_users"])
        assert all(a["parent_user_id"] == parent["user"] for a in answers)


def test_one_thread_crosses_midnight() -> None:
    days = {
        (channel, message["thread_ts"]): set[str]()
        for (channel, _), message in messages().items()
        if "thread_ts" in message
    }
    for path, item in items():
        if isinstance(item, dict) and "thread_ts" in item:
            days[path.parent.name, item["thread_ts"]].add(path.stem)
    assert [sorted(seen) for seen in days.values() if len(seen) > 1] == [["2026-03-11", "2026-03-12"]]


@pytest.mark.parametrize(
    ("subtype", "least", "keys"),
    [
        ("bot_message", 4, {"bot_id", "username", "text"}),
        ("channel_join", 3, {"user", "text"}),
        ("thread_broadcast", 1, {"user", "text", "thread_ts", "root"}),
    ],
)
def test_subtypes(subtype: str, least: int, keys: set[str]) -> None:
    found = [message for message in messages().values() if message.get("subtype") == subtype]
    assert len(found) >= least
    for message in found:
        assert keys <= set(message)
        if "root" in keys:
            assert message["root"]["ts"] == message["thread_ts"]


def test_an_edited_message_and_mentions() -> None:
    edited = [message for message in messages().values() if "edited" in message]
    assert len(edited) == 1
    assert float(edited[0]["edited"]["ts"]) > float(edited[0]["ts"])
    assert sum("<@U" in m["text"] and "subtype" not in m for m in messages().values()) >= 4
