"""Repeated letters: feeling is cut, numbers, words and lines are not."""

import pytest

from curation.normalising.repeats import cutter


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("ㅋㅋㅋㅋㅋㅋ", 3, "ㅋㅋㅋ"),
        ("ㅋㅋㅋ", 3, "ㅋㅋㅋ"),
        ("ㅋㅋㅋㅋ ㅠㅠㅠㅠ", 2, "ㅋㅋ ㅠㅠ"),
        ("ㅋㅎㅋㅎㅋㅎㅋㅎ", 2, "ㅋㅎㅋㅎ"),
        ("ㅠㅜㅠㅜㅠㅜ", 2, "ㅠㅜㅠㅜ"),
        ("하하하하하하 아아아아아", 3, "하하하 아아아"),
        ("뭐!!!!!! 왜?????? 헐~~~~~;;;;;", 3, "뭐!!! 왜??? 헐~~~;;;"),
        ("뭐?!?!?!?!", 2, "뭐?!?!"),
        ("그래서......", 2, "그래서..."),  # three stops are one mark
        ("그래요…………", 2, "그래요……"),
        ("♥♥♥♥♥ ❤️❤️❤️❤️ 😂😂😂😂 🇰🇷🇰🇷🇰🇷🇰🇷", 2, "♥♥ ❤️❤️ 😂😂 🇰🇷🇰🇷"),
        ("sooooooo good", 2, "sooo good"),
        ("오오오오오! 대박", 3, "오오오! 대박"),
        ("이이이이이 놈", 3, "이이이 놈"),
        # nothing to cut
        ("1000000원 010-0000-0000", 2, "1000000원 010-0000-0000"),
        ("공일공 삼삼삼삼 오오오오", 2, "공일공 삼삼삼삼 오오오오"),
        ("공일공-오오오오-이이이이", 2, "공일공-오오오오-이이이이"),
        ("----- ===== ***** ##### _____ |||| ++++ ////", 2, "----- ===== ***** ##### _____ |||| ++++ ////"),
        ("https://www.example.com/aaaa id_aaaa aaaa@example.com", 2, None),
        ("0xffffff #ffffff a1aaaa", 2, None),
        ("각각 점점 곳곳 바나나", 2, None),
        ("    들여쓰기", 2, None),
    ],
)
def test_cutter(text: str, longest: int, expected: str | None) -> None:
    cut, count = cutter(longest)(text)
    assert cut == (text if expected is None else expected)
    assert (count == 0) == (cut == text)
