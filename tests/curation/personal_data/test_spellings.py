"""Readings: one spelling for what looks the same, with the way back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.personal_data.spellings import HYPHENS, INVISIBLE, holds_invisible, readings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("그대로 1-2", ["그대로 1-2"]),
        ("１２－３４＠（가）", ["12-34@(가)"]),
        ("1‐2–3—4−5", ["1-2-3-4-5"]),
        ("1·2・3．4", ["1.2.3.4"]),
        ("1\u30002\u00a03", ["1 2 3"]),
        ("1\u200b2", ["12", "1 2"]),
        ("1 2 3 4 5 6 - 7 8", ["1 2 3 4 5 6 - 7 8", "123456-78"]),
    ],
)
def test_readings(text: str, expected: list[str]) -> None:
    assert [reading.text for reading in readings(text)] == expected


EVERYTHING = "".join(chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000)
INVISIBLE_CHARACTERS = frozenset(filter(holds_invisible, EVERYTHING))


@given(st.text(st.sampled_from("0123456789 -가나\u200b\u00ad－１\n")))
def test_a_reading_knows_the_place_of_each_character(text: str) -> None:
    for reading in readings(text):
        for place, char in enumerate(reading.text):
            start, end = reading.span(place, place + 1)
            assert end == start + 1
            assert text[start] == char or text[start] in {*HYPHENS, *"－１", *INVISIBLE_CHARACTERS}


@pytest.mark.parametrize("char", [*"\u00ad\u180e\u200b\u200f\u202a\u2060\u206f\ufeff"])
def test_every_invisible_character_is_noticed(char: str) -> None:
    assert holds_invisible(f"가\n{char}나")


def test_line_breaks_and_wide_blanks_are_not_invisible() -> None:
    assert not holds_invisible("가\n나\u3000다\t라\u00a0마")


def test_no_invisible_character_is_printable() -> None:
    # The quick look relies on it.
    first_and_last = {"\u00ad", "\ufeff"}
    assert first_and_last < INVISIBLE_CHARACTERS
    assert not any(char.isprintable() for char in re.findall(f"[{INVISIBLE}]", EVERYTHING))
