"""Mojibake: three ways of misreading are undone, and nothing that was read well is touched."""

import re
from pathlib import Path

import orjson
import pytest

from curation.normalising.mojibake import repair

PETITIONS = Path(__file__).parents[3].parent / "shared/corpora/petitions/petitions_2017-08"


def read_as_windows_1252(text: str) -> str:
    """Read CP949 as Windows-1252 does, passing the five bytes through that it does not know."""
    return "".join(
        chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([byte]).decode("cp1252")
        for byte in text.encode("cp949")
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # CP949 read as Latin-1 or Windows-1252
        ("¾È³çÇÏ¼¼¿ä", "안녕하세요"),
        ("¹Ý°©½À´Ï´Ù. 3¿ù 2ÀÏ, ÇÐ±³¿¡¼\xad!", "반갑습니다. 3월 2일, 학교에서!"),
        ("Á¤¸» Àç¹Õ¾ú¾î¿ä ¤»¤»¤»", "정말 재밌었어요 ㅋㅋㅋ"),
        ("제목: °ø\xadÁö»çÇ×", "제목: °ø\xadÁö»çÇ×"),  # a byte too many: nothing is certain
        ("제목: °øÁö»çÇ× (중요)", "제목: 공지사항 (중요)"),
        # UTF-8 read as a Western code page
        ("ì•ˆë…•í•˜ì„¸ìš”", "안녕하세요"),
        ("안녕하세요".encode().decode("latin-1"), "안녕하세요"),
        ("3Â·1 운동, â€œ인용â€\x9d, itâ€™s cafÃ©", "3·1 운동, “인용”, it’s café"),
        # UTF-8 read as CP949
        ("�븞�뀞 여러분", "안녕 여러분"),
        ("�븞�뀞�븯�꽭�슂", "안녕하세요"),
        ("�쁺�솕媛� 醫뗫떎", "영화가 좋다"),
        ("�뀑�뀑�뀑 �꼫臾� �옱諛뚯뼱�슂", "ㅋㅋㅋ 너무 재밌어요"),
        # what cannot be told stays
        ("?덈뀞?섏꽭??", "?덈뀞?섏꽭??"),
        ("占쏙옙占쏙옙", "占쏙옙占쏙옙"),
        ("�븳湲�", "�븳湲�"),  # 한글 or 한기
        ("�슦由� �굹�씪", "�슦由� �굹�씪"),  # one word is clear, and the line is not
        ("�븞�뀞" * 10_000, "�븞�뀞" * 10_000),
    ],
)
def test_repair(text: str, expected: str) -> None:
    repaired, count = repair(text)
    assert repaired == expected
    assert (count == 0) == (repaired == text)


@pytest.mark.parametrize(
    "text",
    [
        "café naïve Ångström Müller façade São Paulo Łódź Việt Nam",
        "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
        "ÄÖÜ äöüß ÉÈÊË ÇĞİÖŞÜ ÁÉÍÓÚ ÂÊÎÔÛ ØÅÆ",
        "······ °°°° ´´´´ ½½½½ ¿¿¿¿ ¡¡¡¡ «»«» ¬¬ §§ ¶¶",
        "¯\\_(ツ)_/¯ º¤°`°¤º ¸.·´¯`·.¸¸.·´¯`·.¸ (´д`)",
        "±5°C, 3×4÷2, x²+y³, 가격 £20·¥300·€5, 5′ 3″ ㈜ ① ㎡ ½",
        "“따옴표” ‘작은’ … – — ～ ․ ‥ ′ ″",
        "깨진 글자 � 하나, 그리고 좋�아요, �각",
        "醫師와 移民, 湖南의 源泉 諛辭 媛",
        "뷁 됬 햏 쀍 믜",
        "\x80\x81 한글 \x9f",
        "Привет, Γειά, שלום",
    ],
)
def test_text_that_was_read_well_stays(text: str) -> None:
    assert repair(text) == (text, 0)


def _lines() -> list[str]:
    if not PETITIONS.is_file():
        pytest.skip("the corpus of petitions is not here")
    petitions = map(orjson.loads, PETITIONS.read_bytes().splitlines()[:300])
    lines = [line.strip() for petition in petitions for line in petition["content"].split("\n")]
    return [line for line in lines if len(re.findall("[가-힣]", line)) > 1]


def test_no_line_of_real_petitions_is_touched() -> None:
    assert [line for line in _lines() if repair(line)[1]] == []


def test_misread_lines_of_real_petitions_come_back() -> None:
    lines = [line for line in _lines() if line.encode("cp949", "replace").decode("cp949") == line]
    back = sum(repair(read_as_windows_1252(line))[0] == line for line in lines)
    assert back >= 0.99 * len(lines) > 100


def test_words_told_from_lost_bytes_are_right_and_the_rest_stays() -> None:
    words = [word for line in _lines() for word in line.split() if re.fullmatch("[가-힣]+[.,]?", word)][:3000]
    misread = [word.encode().decode("cp949", "replace") for word in words]
    told = [(repair(wrong)[0], word) for wrong, word in zip(misread, words, strict=True) if repair(wrong)[1]]
    assert len(told) > 0.5 * len(words)
    assert sum(got == word for got, word in told) >= 0.99 * len(told)
