import pytest

from curation.korean import analyses
from rag.answering.quantities import missing, quantities


def read(text):
    (morphemes,) = analyses([text])
    return quantities(text, morphemes)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("연차는 십육 일입니다.", [("16", "일", "")]),
        ("1억 2천만 원 이상", [("120000000", "원", "lower")]),
        ("3만 5천원까지", [("35000", "원", "until")]),
        ("최대 11만 원", [("110000", "원", "upper")]),
        ("5영업일 전까지", [("5", "영업일", "before until")]),
        ("하루에 한 번만", [("1", "일", ""), ("1", "번", "")]),
        ("매달 열닷새까지", [("15", "일", "until")]),
        ("서른 살 미만", [("30", "세", "below")]),
        ("5퍼센트", [("5", "%", "")]),
        ("제12조 제3항", [("12", "조", ""), ("3", "항", "")]),
        ("A4 용지 2장", [("2", "장", "")]),
        ("₩30,000", [("30000", "원", "")]),
    ],
)
def test_numbers_have_values_units_and_bounds(text, numbers):
    found = [(str(one.value), one.unit, " ".join(sorted(one.bounds))) for one in read(text).numbers]

    assert found == numbers


@pytest.mark.parametrize(
    ("text", "days", "times"),
    [
        ("2026년 3월 1일부터 5일까지", [(2026, 3, 1), (2026, 3, 5)], []),
        ("2026. 3. 1.과 '26-03-02", [(2026, 3, 1), (2026, 3, 2)], []),
        ("3/1까지", [(0, 3, 1)], []),
        ("오후 3시부터 15:30까지", [], [(15, 0), (15, 30)]),
        ("오전 12시, 정오, 세 시 반", [], [(0, 0), (12, 0), (3, 30)]),
        ("12시간 동안 3시험", [], []),
    ],
)
def test_days_and_times_of_day(text, days, times):
    found = read(text)

    assert [(one.year, one.month, one.day) for one in found.dates] == days
    assert [(one.hour, one.minute) for one in found.times] == times


@pytest.mark.parametrize(
    ("said", "held", "lacks"),
    [
        ("30,000원", "3만 원", False),
        ("15시", "오후 3시", False),
        ("3시", "오후 3시", False),
        ("오후 3시", "3시", True),
        ("3월 1일", "2026-03-01", False),
        ("2026년 3월 1일", "3월 1일", True),
        ("2026년 3월 1일", "2026년 규정: 3월 1일", False),
        ("3월", "2026-03-01", False),
        ("최대 11만 원", "11만 원까지", False),
        ("11만 원", "11만 원까지", False),
        ("11만 원 이상", "11만 원까지", True),
        ("5일", "5일 전까지", True),
        ("14자", "14자 이상", True),
        ("16일", "16개월", True),
        ("16", "16개월", False),
    ],
)
def test_what_another_text_lacks(said, held, lacks):
    assert (missing(read(said), [read(held)]) is not None) is lacks
