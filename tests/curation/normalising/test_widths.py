"""Full-width forms: ASCII in Korean, proper marks in Chinese and Japanese."""

import pytest

from curation.normalising.widths import narrow, narrow_letters


@pytest.mark.parametrize(
    ("text", "expected", "letters_only"),
    [
        ("ＫＢＳ（１ＴＶ）！", "KBS(1TV)!", "KBS（1TV）！"),
        ("값은 ￦１，０００～￥５０", "값은 ₩1,000~¥50", "값은 ￦1，0００～￥50".replace("０", "0")),
        ("！！？？", "!!??", "！！？？"),
        ("「글」、『책』。〈노래〉《집》【속보】〔주〕〜・", None, None),
        ("㈜ ① ㎡ ½ ｶﾀｶﾅ ﾞ 　", None, None),
        ("今日はＫ！（本当）", "今日はK！（本当）", "今日はK！（本当）"),
        ("大學（대학）입니다", "大學(대학)입니다", "大學（대학）입니다"),
    ],
)
def test_narrow(text: str, expected: str | None, letters_only: str | None) -> None:
    narrowed, count = narrow(text)
    assert narrowed == (text if expected is None else expected)
    assert count == sum(a != b for a, b in zip(text, narrowed, strict=True))
    letters, count = narrow_letters(text)
    assert letters == (text if letters_only is None else letters_only)
    assert count == sum(a != b for a, b in zip(text, letters, strict=True))
