import pytest

from curation.quality.shielded import shielded


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("주소는 https://a.kr/할수있다?x=1 이다", ["https://a.kr/할수있다?x=1"]),
        ("누리집은 www.malmoi.kr/소개 다", ["www.malmoi.kr/소개"]),
        ("말모이.한국 에 있다", ["말모이.한국"]),
        ("문의: help@malmoi.co.kr", ["help@malmoi.co.kr"]),
        ("#오늘의날씨 와 @말모이", ["#오늘의날씨", "@말모이"]),
        ("`할수있다` 와\n```\n나는학교에\n``` 끝", ["`할수있다`", "```\n나는학교에\n```"]),
        (
            "《나는학교에》 「갈수있다」 [할수있다] <공지사항>",
            ["《나는학교에》", "「갈수있다」", "[할수있다]", "<공지사항>"],
        ),
        ("하하하 푸하하하 크크 아아아", ["하하하", "푸하하하", "크크", "아아아"]),
        ("보통 문장이다. 3 < 5 이고 a > b", []),
        ("", []),
    ],
)
def test_what_no_correction_may_touch(text, spans):
    assert [text[start:end] for start, end in shielded(text)] == spans


@pytest.mark.parametrize("piece", ["《", "[", "<", "`", "가", "a.", "@", "하", "www."])
def test_long_runs_take_no_long_time(piece):
    # Anything quadratic would take minutes here.
    assert isinstance(shielded(piece * 50_000), list)
