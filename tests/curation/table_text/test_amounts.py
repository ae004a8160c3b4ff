import time
from decimal import Decimal

import pytest

from curation.korean import analyses
from curation.table_text.amounts import amounts, implied, korean_value, month, scales


def values(text: str) -> list[Decimal]:
    (morphemes,) = analyses([text])
    return [one.value for one in amounts(text, morphemes)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,234명과 1234명", [1234, 1234]),
        ("1만", [10_000]),
        ("1천2백 원", [1200]),
        ("3만5천 명, 1만 2천 명", [35_000, 12_000]),
        ("1억 2,345만 6,789원", [123_456_789]),
        ("1.5억 원", [150_000_000]),
        ("5천만 명", [50_000_000]),
        ("8.93 million viewers", [8_930_000]),
        ("$5.2 billion", [5_200_000_000]),
        ("2 thousand and 2 thousands", [2000, 2000]),
        ("45%, 45 percent, 45퍼센트", [45, 45, 45]),
        ("3.5%p", [Decimal("3.5")]),
        ("-3.2", [Decimal("3.2")]),
        ("2012-10-09", [2012, 10, 9]),
        ("2012.10.9.", [2012, 10, 9]),
        ("2012년 10월 9일", [2012, 10, 9]),
        ("October 9, 2012", [10, 9, 2012]),
        ("9 October 2012", [9, 10, 2012]),
        ("Oct. 9 and 3rd May", [10, 9, 3, 5]),
        ("They may march", []),
        ("1st, 2nd, 3rd, 21st", [1, 2, 3, 21]),
        ("twenty-three players and two hundred and five goals", [23, 205]),
        ("five million people, the second time, one of them", [5_000_000, 2]),
        ("3-1로 이겼다", [3, 1]),
        ("F-16 두 대와 A4 용지", [2]),
        ("이천오백만 명", [25_000_000]),
        ("삼백이십오 가구", [325]),
        ("열두 번, 스물세 살", [12, 23]),
        ("두 배, 셋째 딸, 한 사람, 첫 앨범", [2, 3]),
        ("이 제품은 이천 시민이 샀다", []),
        ("100만큼, 피자 5조각", [100, 5]),
        ("2012,2013년과 1,2차", [2012, 2013, 1, 2]),
        ("10 metres per second, the 1990s, 09:30", [10, 1990, 9, 30]),
        ("３４위", [34]),
        ("인구 5천 2024년", [5000, 2024]),
        ("세대와 세계, 네가", []),
        ("1,234,567만, 1234,567만, 12,345,6만", [12_345_670_000, 1234, 5_670_000, 12_345, 60_000]),
        ("ſix of fıve mıllion", [6, 5_000_000]),
    ],
)
def test_numbers_are_found_however_they_are_written(text: str, expected: list[int]) -> None:
    assert values(text) == [Decimal(one) for one in expected]


def test_numbers_stand_where_they_are_written() -> None:
    text = "매출은 1,240만 원, 3위"
    assert [text[one.start : one.end] for one in amounts(text)] == ["1,240만", "3"]


def seconds(text: str) -> float:
    """The least of three."""
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        amounts(text)
        taken.append(time.perf_counter() - start)
    return min(taken)


@pytest.mark.timed
@pytest.mark.parametrize("part", ["3 개 ", "1,", "2012-10-10 ", ",234", "3만 12 ", "3만"])
def test_a_text_ten_times_as_long_takes_about_ten_times_as_long(part: str) -> None:
    assert seconds(part * 10_000) < 20 * seconds(part * 1_000)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("이천이십사", 2024),
        ("이공이사", 2024),
        ("십", 10),
        ("만", 10_000),
        ("백스물세", 123),
        ("일조 이천억", 1_200_000_000_000),
        ("여든아홉", 89),
        ("둘째", 2),
        ("수백", None),
        ("여러", None),
        ("", None),
    ],
)
def test_korean_numerals(word: str, value: int | None) -> None:
    assert korean_value(word) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1990–95", {1995}),
        ("1999-03", {2003}),
        ("2019/20 시즌", {2020}),
        ("1990–1995", set()),
        ("3-1", set()),
    ],
)
def test_the_end_of_a_span_of_years(text: str, expected: set[int]) -> None:
    assert implied(text) == {Decimal(one) for one in expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("U.S. viewers (million)", {10**6}),
        ("인구 (천 명)", {1000}),
        ("매출 (단위: 백만 원)", {10**6}),
        ("3월 (만 원)", {10**4}),
        ("만족도", set()),
        ("천안", set()),
        ("5 million", set()),
    ],
)
def test_the_scale_that_a_header_states(text: str, expected: set[int]) -> None:
    assert scales(text) == {Decimal(one) for one in expected}


def test_months() -> None:
    assert [month(name) for name in ("March", "sep", "Dec.", "Marching")] == [3, 9, 12, None]
