"""K-MHaS, by its format: a table of comments with the numbers of all kinds of hate speech."""

from pathlib import Path

import pytest

from curation.errors import UserError
from curation.tasks.spec import task
from tests.curation.readers.instructions import turns

FILE = Path(__file__).parent / "by_format/kmhas_valid.txt"

KINDS = tuple(task("kmhas").labels.values())

HEADER = "document\tlabel\n"


def test_kinds_are_named_in_order(read_bytes):
    content = HEADER + '"늙은 남자들은 ""다"" 그렇다"\t4,5\n오늘 날씨가 좋다\t8\n'
    outcome = read_bytes("kmhas", content.encode(), name="kmhas_valid.txt")
    first, second = (row.record for row in outcome.rows)
    assert [message.content for message in first.messages] == [
        '댓글: 늙은 남자들은 "다" 그렇다',
        "연령차별, 성차별",
    ]
    assert first.attributes == {"label": "4,5"}
    assert (second.references, second.label_space) == (("해당 없음",), ())


def test_equal_comments_with_other_labels_form_a_group(read_bytes):
    content = HEADER + "그만해라\t3\n그만하자\t8\n그만해라\t8\n"
    first, other, again = (row.record.split_group for row in read_bytes("kmhas", content.encode()).rows)
    assert first == again != other
    assert other


@pytest.mark.parametrize("numbers", ["9", "-1", "", "0,,1", "정치", "1.0"])
def test_numbers_of_no_kind(read_bytes, numbers):
    outcome = read_bytes("kmhas", (HEADER + f"좋다\t{numbers}\n").encode())
    wrong = "" if numbers == "0,,1" else numbers
    assert [bad.error for bad in outcome.bad] == [f"the label {wrong!r} is none of 0, 1, 2, 3, 4, 5, 6, 7, 8"]


def test_hate_and_none_contradict_each_other(read_bytes):
    outcome = read_bytes("kmhas", (HEADER + "좋다\t3,8\n좋다\t8 \n").encode())
    assert [bad.error for bad in outcome.bad] == ["the label '8' stands beside another"]
    assert [row.recovery for row in outcome.rows] == ["blanks around the label"]


def test_another_header_is_refused(read_bytes):
    with pytest.raises(UserError, match="does not begin with the header document, label"):
        read_bytes("kmhas", b"text\tlabel\nx\t8\n")


def test_every_wording_names_every_kind_in_order():
    assert list(task("kmhas").labels) == [str(number) for number in range(9)]
    for definition in task("kmhas").definition:
        assert ", ".join(KINDS[:-1]) in definition
        assert KINDS[-1] in definition


def test_the_published_layout(read):
    outcome = read("kmhas", FILE)
    assert (len(outcome.rows), outcome.bad, outcome.notes) == (7, [], {})
    assert turns([outcome.rows[0], outcome.rows[-1]]) == [
        ('댓글: 늙은 남자들은 "다" 그렇다', "연령차별, 성차별"),
        ("댓글: 저 종교 믿는 사람은 상종하기 싫다", "종교차별"),
    ]
    assert [row.record.attributes["label"] for row in outcome.rows] == ["4,5", "8", "0", "8", "2", "1", "7"]
    assert outcome.covered == [2, 3, 4, 5, 6, 7, 8]
