import random

import pytest

from curation.korean import analyses
from curation.quality.fluency import Reading, read

PROSE = [
    "연차 휴가는 한 달을 일할 때마다 하루씩 생기고, 쓰지 않은 휴가는 다음 해로 넘어가지 않는다.",
    "어제는 비가 많이 와서 약속을 미루고 집에서 책을 읽었다.",
    "회의가 끝나면 회의록을 정리해서 게시판에 올려 주시기 바랍니다.",
    "이 식당은 국물이 진하고 반찬이 깔끔해서 자주 가게 됩니다.",
]


def reading_of(text: str) -> Reading:
    return read(text, next(iter(analyses([text]))))


def _shuffled_syllables(text: str) -> str:
    syllables = [char for char in text if char != " "]
    random.Random(3).shuffle(syllables)
    rest = iter(syllables)
    return "".join(char if char == " " else next(rest) for char in text)


def _shuffled_words(text: str) -> str:
    words = text.split()
    random.Random(3).shuffle(words)
    return " ".join(words)


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_more_fluent_than_its_words_and_its_syllables_in_disorder(text):
    prose, words, syllables = (
        reading_of(version).fluency for version in (text, _shuffled_words(text), _shuffled_syllables(text))
    )

    assert prose > words > syllables
    assert prose > -5
    assert syllables < -7


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("갉뷁꽯 쫢뿕슭", 1),
        ("말모이 한국어".encode().decode("latin-1"), 1),
        ("말모이 한국어 자료".encode("cp949").decode("latin-1"), 1),
        ("ㅇㅏㄴㄴㅕㅇㅎㅏㅅㅔㅇㅛ", 1),
        ("\ufffd\ufffd\ue001", 1),
        ("재미있어요 ㅋㅋㅋㅋ ㅠㅠ ㅎㅎ", 0),
        ("ㅋㅋㅠㅠ", 0),
        ("Beyoncé의 노래 café에서", 0),
        ("", 0),
    ],
)
def test_unknown_is_what_belongs_to_no_word(text, unknown):
    assert reading_of(text).unknown == pytest.approx(unknown, abs=0.2)


def test_a_text_without_hangul_has_no_fluency():
    reading = reading_of("Hello world 123 😀")

    assert reading.fluency is None
    assert reading.syllables == 0
    assert reading.foreign == pytest.approx(10 / 14)


def test_keywords_have_no_particles_and_sentences_about_a_third():
    assert reading_of("휴가 회사 식당 회의 게시판").function == 0
    assert 0.25 < reading_of(PROSE[1]).function < 0.6


def test_repeating_a_text_does_not_change_its_fluency():
    once, thrice = reading_of(PROSE[1]), reading_of("\n".join([PROSE[1]] * 3))

    assert thrice.fluency == pytest.approx(once.fluency, abs=0.05)
    assert thrice.syllables == 3 * once.syllables
