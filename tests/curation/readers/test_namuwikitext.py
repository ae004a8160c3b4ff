"""namuwikitext by its format: articles under lines ` = title = `."""

from pathlib import Path

import pytest

from curation.errors import UserError
from curation.readers.namuwikitext import LINE_LEFT_OUT

FILE = Path(__file__).parent / "by_format" / "namuwikitext_dev"


def test_articles(read):
    outcome = read("namuwikitext", FILE)
    first, last = outcome.rows
    assert (first.record.title, first.record.attributes) == ("느티나무 마을", {})
    assert first.record.text == (
        "개요\n\n마을 어귀에 300년 된 나무가 있다.\n1 + 1 = 2 라고 적힌 팻말도 있다.\n\n"
        "행사\n\n봄\n\n봄에는 잔치를 연다."
    )
    assert (last.record.text, last.record.title) == ("사전의 원고이다.", "말모이")
    assert [(row.where.line, row.lines) for row in outcome.rows] == [(1, 12), (18, 3)]
    assert (outcome.bad, outcome.notes) == ([], {"namuwikitext_dev: articles without text": "1"})


@pytest.mark.parametrize(
    ("line", "title"),
    [
        (" = E = mc² =", "E = mc²"),
        (" = = 2 = =", None),
        (" = 제목 = \r", "제목"),
        ("= 제목 =", None),
        (" = 제목", None),
        (" =  =", None),
    ],
)
def test_what_is_a_title(read_bytes, line, title):
    outcome = read_bytes("namuwikitext", f" = 앞 =\n\n글\n\n{line}\n\n글\n".encode())
    assert [row.record.title for row in outcome.rows] == (["앞"] if title is None else ["앞", title])


def test_lines_that_cannot_be_read_or_stand_before_a_title(read_bytes):
    content = "머리말\n = 가 =\n\n하나\n".encode() + b"\xff\xfe\x80\xff\n" + "둘\n".encode()
    outcome = read_bytes("namuwikitext", content, encoding="utf-8")
    (row,) = outcome.rows
    assert (row.record.text, row.recovery) == ("하나\n둘", LINE_LEFT_OUT)
    assert [bad.where.line for bad in outcome.bad] == [1, 5]
    assert outcome.bad[0].error == "a line before the first title"


def test_a_file_without_titles_is_refused(read_bytes):
    with pytest.raises(UserError, match="no line ` = title = `") as refused:
        read_bytes("namuwikitext", "그냥 글\n".encode(), name="a.txt")
    assert refused.value.where == "a.txt"
    assert read_bytes("namuwikitext", b"").rows == []
