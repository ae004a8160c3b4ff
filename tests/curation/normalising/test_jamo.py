"""Jamo: spelt syllables are composed, laughter and initials stay."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.normalising.jamo import join_jamo


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ㅎㅏㄴㄱㅡㄹ", "한글"),
        ("ㄱㅗㅁㅏㅂㅅㅡㅂㄴㅣㄷㅏ", "고맙습니다"),
        ("ㅇㅓㅂㅅㄷㅏ", "없다"),  # two finals are a cluster when an initial follows
        ("ㅇㅣㅆㅇㅓㅇㅛ", "있어요"),
        ("ㅇㅣㄹㄱㅓ", "일거"),
        ("ㅎㅡㄺ", "ㅎㅡㄺ"),  # one syllable with a drawn vowel may be a face
        ("랑ㅇㅑ방", "랑야방"),
        ("드라ㅁㅏ", "드라마"),
        ("ㅇㅘ 진짜", "와 진짜"),
        ("ㅎㅏㅋㅋㅋ", "하ㅋㅋㅋ"),
        ("ㅋㅋㅎㅏㄴㅏ", "ㅋㅋ하나"),
        # what people draw and abbreviate
        ("ㅋㅋㅋㅠㅠㅠ", "ㅋㅋㅋㅠㅠㅠ"),
        ("ㅋㅠ ㅎㅜ ㅠㅡㅠ ㅇㅡㅇ ㅇㅗㅇ ㅋㅡㅋ ㅜㅡㅜ", "ㅋㅠ ㅎㅜ ㅠㅡㅠ ㅇㅡㅇ ㅇㅗㅇ ㅋㅡㅋ ㅜㅡㅜ"),
        ("ㄱㅅ ㅇㅇ ㄴㄴ ㅇㅈ ㅇㅅㅇ ㄹㅇ", "ㄱㅅ ㅇㅇ ㄴㄴ ㅇㅈ ㅇㅅㅇ ㄹㅇ"),
        ("ㅏㅏㅏ ㅓㅏ ㅗ ㅡㅡ", "ㅏㅏㅏ ㅓㅏ ㅗ ㅡㅡ"),
        ("ㅎㅏㄴㄱㄹㅁ", "ㅎㅏㄴㄱㄹㅁ"),  # not syllables throughout
        ("안녕하ㅅ", "안녕하ㅅ"),
        # other scripts of the same letters
        ("ﾾￂﾤﾡￚﾩ", "한글"),
        ("ﾻﾻﾻ", "ㅋㅋㅋ"),
        ("ᄏᄏᄏ ᅲᅲ ᆨ", "ㅋㅋㅋ ㅠㅠ ㄱ"),
        ("정치ᆞ경제", "정치ㆍ경제"),
        ("ᄒᆞᆫ ᄂᆞ라 ᄊᆞ미 가ᇰ", "ᄒᆞᆫ ᄂᆞ라 ᄊᆞ미 가ᇰ"),
        ("말줄임ᆢ", "말줄임ᆢ"),  # has no compatibility form
        (unicodedata.normalize("NFD", "한글"), unicodedata.normalize("NFD", "한글")),
    ],
)
def test_join_jamo(text: str, expected: str) -> None:
    joined, count = join_jamo(text)
    assert joined == expected
    assert (count == 0) == (joined == text)


@given(
    st.text(
        alphabet="ㄱㄲㄳㄹㅁㅂㅅㅇㅋㅏㅗㅘㅠㅡㅣ한가\u1100\u1112\u1161\u119e\u11a8\u11f0\uffa1\uffbf\uffc2 "
    )
)
def test_the_count_says_whether_the_text_changed(text: str) -> None:
    joined, count = join_jamo(text)
    assert (count == 0) == (joined == text)


def test_every_syllable_with_an_undrawn_vowel_is_composed_from_its_letters() -> None:
    initials = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
    vowels = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
    finals = ["", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]
    code = 0xAC00
    for initial in initials:
        for vowel in vowels:
            for final in finals:
                if vowel not in "ㅗㅛㅜㅠㅡ":
                    assert join_jamo(initial + vowel + final)[0] == chr(code)
                code += 1
