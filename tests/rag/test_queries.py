import pytest

from rag.lexical import bigrams
from rag.queries import corrected, sounding_alike, with_spaces

TEXTS = ["비밀번호는 14자 이상이어야 합니다.", "가리비는 껍데기를 닫는다.", "배를 탄다.", "베개를 벤다."]
HELD = {token for text in TEXTS for token in bigrams(text)}


def frequencies(tokens):
    return {token: sum(token in bigrams(text) for text in TEXTS) for token in tokens}


@pytest.mark.parametrize(
    ("syllable", "others"),
    [
        ("배", ["빼", "패", "베"]),
        ("돼", ["뙈", "퇘", "되", "뒈"]),
        ("안", ["완", "앉", "않"]),
        ("것", ["겄", "껏"]),
    ],
)
def test_syllables_that_sound_alike(syllable, others):
    alike = sounding_alike(syllable)

    assert set(others) <= set(alike)
    assert syllable not in alike
    assert len(set(alike)) == len(alike)
    assert all("가" <= one <= "힣" for one in alike)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("비밀번호", "비밀번호"),
        ("비밀뻔호", "비밀번호"),
        ("가리삐는", "가리비는"),  # a name that a dictionary need not know
        ("껍대기를 닫는다", "껍데기를 닫는다"),
        ("베게를", "베개를"),
        ("우주선은", "우주선은"),  # nothing in the index sounds like it
        ("베를", "배를"),
        ("", ""),
        ("VPN 3층 ㅋㅋ", "VPN 3층 ㅋㅋ"),
    ],
)
def test_syllables_that_are_nowhere_become_what_sounds_alike_and_stands_there(written, meant):
    assert corrected(written, frequencies) == meant


def test_what_the_index_holds_is_never_changed():
    for text in TEXTS:
        assert corrected(text, frequencies) == text


@pytest.mark.parametrize(
    ("text", "spaced"),
    [
        ("출장숙박비는하루에얼마까지나오나요?", "출장 숙박비는 하루에 얼마까지 나오나요?"),
        ("연차 휴가는 며칠 전까지 신청하나요?", "연차 휴가는 며칠 전까지 신청하나요?"),
        ("비밀번호규정은 어디에 있나요?", "비밀번호규정은 어디에 있나요?"),
        ("VPN", "VPN"),
    ],
)
def test_spaces_come_between_words_that_were_run_together(text, spaced):
    assert with_spaces(text) == spaced
