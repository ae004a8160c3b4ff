"""What comes from Slack names no file but the bot's own."""

import unicodedata
from pathlib import Path

import pytest

from slackbot.knowledge.files import Files, Key
from slackbot.listeners.command_line import parsed

HOSTILE = [
    "../../outside",
    "..",
    ".",
    "/etc/passwd",
    "T1/../../x",
    "T1\\..\\..\\x",
    "T1\0",
    "T1%2f..%2fx",
    "T1\n",
    "T" * 33,
    "T" * 100_000,
    "",
    "t1",
    "\uff34\uff11",  # full-width letters, which NFKC makes T1
    "T\u2024\u2024\u2215x",  # dots and a slash of other blocks
    "T1\u202e",
    "Т1",  # a Cyrillic letter
    "T\u0661",  # an Arabic digit, which \d would take
    "~",
    "CON",
]


@pytest.mark.parametrize("part", range(3))
@pytest.mark.parametrize("value", [value for value in HOSTILE if value != "CON"])
def test_an_id_that_slack_does_not_give_is_none(part: int, value: str) -> None:
    sound = ["T1", "C1", "1700000000.000100"]
    assert Key(*sound).is_sound
    sound[part] = value
    assert not Key(*sound).is_sound


def test_what_is_in_the_folder_under_another_name_is_no_thread(tmp_path: Path) -> None:
    (tmp_path / "T1").mkdir()
    for name in ("C1-1.2.jsonl", "..-1.2.jsonl", "C1-1.2.jsonl.jsonl", "c1-1.2.jsonl"):
        (tmp_path / "T1" / name).write_text("{}")
    assert [key.name for key in Files(tmp_path).threads()] == ["T1/C1-1.2.jsonl"]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_command_line_of_anything_is_a_verb_and_words(value: str) -> None:
    for verb in ("", "ask ", "mode ", "forget me "):
        found, rest = parsed(verb + value)
        assert found in {"help", "ask", "mode", "coaching", "status", "forget"}
        assert rest in unicodedata.normalize("NFC", " ".join(value.split()))
