"""Hanja in Hangul: readings, the initial sound law, words of their own, glosses."""

import pytest

from curation.normalising.hanja import to_hangul
from curation.normalising.hanja_readings import readings
from curation.normalising.hanja_words import WORDS
from curation.normalising.initial_sound import after, at_start


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("大韓民國은 民主共和國이다", "대한민국은 민주공화국이다"),
        # the initial sound law
        ("女子 男女 少女 年末 來年", "여자 남녀 소녀 연말 내년"),
        ("李氏와 羅氏, 盧武鉉", "이씨와 나씨, 노무현"),
        ("樂園 勞動 料理 良心 禮節 龍", "낙원 노동 요리 양심 예절 용"),
        ("20年 1990年代 100里", "20년 1990년대 100리"),
        (
            "新女性 男尊女卑 男女老少 國際聯合 社會理論 家族旅行",
            "신여성 남존여비 남녀노소 국제연합 사회이론 가족여행",
        ),
        ("靑少年期 合格率 失敗率 百分率 序列 行列 規律", "청소년기 합격률 실패율 백분율 서열 행렬 규율"),
        # 不, and readings that a word decides
        ("不可 不動産 不正 不足 不實", "불가 부동산 부정 부족 부실"),
        ("音樂 娛樂 喜怒哀樂", "음악 오락 희로애락"),
        ("承諾과 許諾, 困難, 議論, 六月 十月 十六", "승낙과 허락, 곤란, 의논, 유월 시월 십육"),
        ("金利 金浦 金大中 敗北 北韓 復活 回復", "금리 김포 김대중 패배 북한 부활 회복"),
        # a compatibility ideograph says its own reading
        ("\uf981子 \uf914 \uf95c", "여자 낙 낙"),
        # headlines
        ("朴대통령, 故 홍길동, 韓·美·日, 동안美", "박대통령, 고 홍길동, 한·미·일, 동안미"),
        # glosses
        ("대한민국(大韓民國)과 漢字(한자)", "대한민국과 한자"),
        ("김구(金九), 플로리다주(州)로", "김구, 플로리다주로"),
        ("서울(首爾)", "서울(수이)"),
        # other languages
        ("今日は大学に行く", None),
        ("你好，大家", None),
        ("한국어 你们 사이", None),
        ("한글뿐", None),
    ],
)
def test_to_hangul(text: str, expected: str | None) -> None:
    spoken, count = to_hangul(text)
    assert spoken == (text if expected is None else expected)
    assert (count == 0) == (spoken == text)


def test_all_hanja_of_the_standard_have_a_reading() -> None:
    hanja = [bytes([row, cell]).decode("euc_kr") for row in range(0xCA, 0xFE) for cell in range(0xA1, 0xFF)]
    table = readings()
    assert len(set(hanja)) == 4888
    assert all("가" <= table[letter] <= "힣" for letter in hanja)
    # First, last, and both sides of boundaries all over the table, read off the standard.
    known = dict(zip("伽殼各乾國金吉羅樂馬朴李車天韓詰", "가각각건국금길라악마박리차천한힐", strict=True))
    assert {letter: table[letter] for letter in known} == known


def test_words_are_of_hanja_that_are_read_as_many_syllables() -> None:
    table = readings()
    for word, spoken in WORDS.items():
        assert len(word) == len(spoken)
        assert all(letter in table for letter in word), word


@pytest.mark.parametrize(
    ("syllable", "expected"),
    [("녀", "여"), ("뇨", "요"), ("락", "낙"), ("류", "유"), ("리", "이"), ("내", "내"), ("하", "하")],
)
def test_at_the_start_of_a_word(syllable: str, expected: str) -> None:
    assert at_start(syllable) == expected


@pytest.mark.parametrize(
    ("previous", "syllable", "expected"),
    [
        ("비", "률", "율"),
        ("선", "률", "율"),
        ("합", "률", "률"),
        ("나", "렬", "열"),
        ("행", "렬", "렬"),
        ("도", "로", "로"),
    ],
)
def test_after_a_vowel_or_n(previous: str, syllable: str, expected: str) -> None:
    assert after(syllable, previous) == expected
