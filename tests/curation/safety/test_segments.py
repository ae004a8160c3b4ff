"""Long texts in pieces: nothing is lost, nothing is too long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.safety.segments import LONGEST, all_segments, segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [""]),
        ("짧다.\n그래도 하나다.", ["짧다.\n그래도 하나다."]),
        ("가" * 200, ["가" * LONGEST, "가" * (200 - LONGEST)]),
        ("나" * 100 + ". " + "다" * 100 + ".", ["나" * 100 + ".", "다" * 100 + "."]),
        ("하나.\n둘. " + "라" * 158, ["하나. 둘.", "라" * 158]),
        ("마 " * 100, [("마 " * 80).strip(), ("마 " * 20).strip()]),
        ("\n" * 200, ["\n" * LONGEST]),
    ],
)
def test_segments(text: str, expected: list[str]) -> None:
    assert segments(text) == expected


@given(st.text(alphabet="가나 .\n!?다", max_size=900))
def test_no_letter_is_lost(text: str) -> None:
    pieces = segments(text)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(len(piece) <= LONGEST for piece in pieces)


def test_pieces_know_their_text() -> None:
    assert all_segments(["짧다", "가" * 161])[1] == [0, 1, 1]
