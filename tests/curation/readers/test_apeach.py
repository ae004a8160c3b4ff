"""APEACH, by its format: a table of sentences with topic, class and the writer's age and gender."""

from pathlib import Path

import pytest

from curation.errors import UserError
from tests.curation.readers.instructions import recoveries, turns

FILE = Path(__file__).parent / "by_format/apeach_test.csv"

HEADER = "text,user_age,user_gender,text_topic,class,age,text_topic_eng\n"


def test_both_classes(read_bytes):
    content = (
        HEADER
        + '"사투리를 쓰면, 못 배운 티가 난다",33,female,지역에 따른 차별 발언,Spoiled,30,'
        + "Origin and residence\n"
        + '"첫 줄\n""둘째"" 줄 ",25,male,나이에 따른 차별 발언,Default,25,Age and social status\n'
    )
    first, second = read_bytes("apeach", content.encode(), name="test.csv").rows
    assert [message.content for message in first.record.messages] == [
        "문장: 사투리를 쓰면, 못 배운 티가 난다",
        "혐오 표현",
    ]
    assert first.record.attributes == {
        "label": "Spoiled",
        "user_age": "33",
        "user_gender": "female",
        "text_topic": "지역에 따른 차별 발언",
        "age": "30",
        "text_topic_eng": "Origin and residence",
    }
    assert second.record.messages[0].content == '문장: 첫 줄\n"둘째" 줄 '
    assert second.record.references == ("혐오 표현 아님",)
    assert second.record.label_space == ("혐오 표현", "혐오 표현 아님")
    assert (second.where.line, second.lines) == (3, 2)
    assert "" != first.record.split_group != second.record.split_group


def test_rows_that_are_none(read_bytes):
    rows = "좋다,1,male,x,Mixed,1,y\n,1,male,x,Default,1,y\n좋다,1\n좋다,1,male,x, Default,1,y\n"
    outcome = read_bytes("apeach", (HEADER + rows).encode())
    assert [bad.error for bad in outcome.bad] == [
        "the label 'Mixed' is none of Spoiled, Default",
        "the text is empty",
        "2 columns instead of 7",
    ]
    assert [row.recovery for row in outcome.rows] == ["blanks around the class"]


def test_another_header_is_refused(read_bytes):
    with pytest.raises(UserError, match="does not begin with the header text, user_age"):
        read_bytes("apeach", b"text,class\nx,Default\n")


def test_the_published_layout(read):
    outcome = read("apeach", FILE)
    assert (outcome.bad, outcome.notes, recoveries(outcome.rows)) == ([], {}, {})
    assert turns(outcome.rows) == [
        ("문장: 사투리를 쓰면, 못 배운 티가 난다", "혐오 표현"),
        ('문장: 첫 줄입니다.\n"둘째" 줄입니다. ', "혐오 표현 아님"),
        ("문장: 저는 채식을 하지만 무엇을 드셔도 괜찮아요.", "혐오 표현 아님"),
        ("문장: 그 학교를 나왔으면 조용히 있어라", "혐오 표현"),
    ]
    assert outcome.covered == [2, 3, 4, 5, 6]
    assert outcome.rows[-1].record.attributes == {
        "label": "Spoiled",
        "user_age": "28",
        "user_gender": "male",
        "text_topic": "학력이나 전공에 따라 차별하는 발언",
        "age": "25",
        "text_topic_eng": "Education",
    }
