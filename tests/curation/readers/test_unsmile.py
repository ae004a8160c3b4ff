"""Korean UnSmile, by its format: a table of sentences with ten columns of labels."""

from pathlib import Path

import pytest

from curation.errors import UserError
from curation.tasks.spec import task
from tests.curation.readers.instructions import turns

FILE = Path(__file__).parent / "by_format/unsmile_valid_v1.0.tsv"

LABELS = "여성/가족\t남성\t성소수자\t인종/국적\t연령\t지역\t종교\t기타 혐오\t악플/욕설\tclean"
HEADER = f"문장\t{LABELS}\t개인지칭\n"


def row(sentence: str, *flags: str) -> str:
    return "\t".join((sentence, *flags)) + "\n"


CLEAN = ("0",) * 9 + ("1", "0")


def test_labels_are_named_in_order(read_bytes):
    both = ("0", "0", "0", "1", "1", "0", "0", "0", "0", "0", "1")
    content = HEADER + row('"그 나라" 노인들은 다 그렇다', *both) + row("날씨가 좋다", *CLEAN)
    first, second = (one.record for one in read_bytes("unsmile", content.encode()).rows)
    assert [message.content for message in first.messages] == [
        '문장: "그 나라" 노인들은 다 그렇다',
        "인종/국적, 연령",
    ]
    assert first.attributes == {"label": "인종/국적,연령", "개인지칭": "1"}
    assert second.references == ("해당 없음",)
    assert second.attributes == {"label": "clean", "개인지칭": "0"}
    assert "" != first.split_group != second.split_group


def test_rows_that_are_none(read_bytes):
    content = (
        HEADER
        + row("라벨이 없다", *("0",) * 11)
        + row("둘 다 옳을 수 없다", "1", *CLEAN[1:])
        + row("글자 라벨", "x", *CLEAN[1:])
        + row("", *CLEAN)
        + row("짧은 줄", "0", "1")
        + row('열린 "따옴표', *CLEAN)
    )
    outcome = read_bytes("unsmile", content.encode())
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [
        (2, "the row has no label"),
        (3, "the label 'clean' stands beside another"),
        (4, "a label is neither 0 nor 1"),
        (5, "the sentence is empty"),
        (6, "3 columns instead of 12"),
    ]
    assert outcome.rows[0].record.messages[0].content == '문장: 열린 "따옴표'


def test_another_header_is_refused(read_bytes):
    with pytest.raises(UserError, match="does not begin with the header 문장, 여성/가족"):
        read_bytes("unsmile", HEADER.replace("연령", "나이").encode())


def test_every_wording_names_every_label_in_order():
    named = ", ".join(LABELS.split("\t")[:8])
    for definition in task("unsmile").definition:
        assert named in definition
        assert "악플/욕설" in definition
        assert "해당 없음" in definition


def test_the_published_layout(read):
    outcome = read("unsmile", FILE)
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [(7, "the row has no label")]
    assert (len(outcome.rows), outcome.notes, outcome.covered) == (6, {}, [2, 3, 4, 5, 6, 7, 8])
    assert turns([outcome.rows[0], outcome.rows[3], outcome.rows[-1]]) == [
        ('문장: "그 나라" 노인들은 다 그렇다', "인종/국적, 연령"),
        ("문장: 너 같은 사람은 처음 본다, 한심하다", "악플/욕설"),
        ("문장: 좋은 영상 감사합니다", "해당 없음"),
    ]
    assert [row.record.attributes["개인지칭"] for row in outcome.rows] == ["0", "0", "0", "1", "0", "0"]
