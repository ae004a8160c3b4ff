import pytest

from rag.dates import date_of, iso_date


@pytest.mark.parametrize(
    ("attributes", "date"),
    [
        ({}, ""),
        ({"date": "2026-11-22"}, "2026-11-22"),
        ({"date": "2026-11-22 09:05+09:00"}, "2026-11-22T09:05"),
        ({"date": "2026-11-22 20:05+00:00"}, "2026-11-23T05:05"),
        ({"date": "2026-11-22 20:05"}, "2026-11-22T20:05"),
        ({"begin": "2017-08-25"}, "2017-08-25"),
        # 2023-11-14 22:13:20 UTC is the next day in Korea.
        ({"ts": "1700000000.000100"}, "2023-11-15T07:13"),
        ({"date": "어제", "ts": "1700000000.000100"}, "2023-11-15T07:13"),
        ({"ts": "nan"}, ""),
        ({"ts": "9" * 30}, ""),
        ({"date": "9999-12-31T23:59-12:00"}, ""),
    ],
)
def test_dates_of_attributes(attributes, date):
    assert date_of(attributes) == date


@pytest.mark.parametrize("value", ["", "22 Nov 2026", "2026-13-01", "20:05"])
def test_what_is_no_date(value):
    assert iso_date(value) == ""


def test_dates_sort_as_text():
    told = [
        iso_date(value) for value in ("2026-11-21T23:59+09:00", "2026-11-21T15:30Z", "2026-11-22T01:00+09:00")
    ]
    assert told == sorted(told)
