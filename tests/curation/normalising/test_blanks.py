"""Blanks and line breaks."""

import pytest

from curation.normalising.blanks import fold_blanks


@pytest.mark.parametrize(
    ("text", "expected", "count"),
    [
        ("그대로\n\n둠", "그대로\n\n둠", 0),
        (" 앞뒤 ", "앞뒤", 1),
        ("가  나\n다\t라\n마", "가 나\n다 라\n마", 2),
        ("가\r\n나\r다\u2028라", "가\n나\n다\n라", 1),
        ("가\n\n\n\n나", "가\n\n나", 2),
        ("가\u3164나\uffa0다\u2800라", "가 나 다 라", 1),
        ("\u115f\u1160가\u1160", "가", 1),
        ("ᄀ\u1160 \u115fᅡ", "ᄀ\u1160 \u115fᅡ", 0),  # fillers that fill a syllable
        ("⠓⠀⠁", "⠓⠀⠁", 0),  # Braille
        ("\u3164", "", 1),
    ],
)
def test_fold_blanks(text: str, expected: str, count: int) -> None:
    assert fold_blanks(text) == (expected, count)
