"""The id of a record: the same for ever, and another one for whatever differs."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.records import (
    InstructionRecord,
    Message,
    Record,
    TextRecord,
    attributes_json,
    record_id,
)

TEXT = TextRecord("봄이 온다.", "절기", {"나": "2", "가": "1"})
INSTRUCTION = InstructionRecord(
    (Message("user", "수도는?"), Message("assistant", "서울")),
    task="수도",
    definition="답하라.",
    references=("서울", "서울시"),
    label_space=("서울",),
    split_group="대한민국",
    attributes={"나": "2", "가": "1"},
)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (TEXT, "40ed0db9baa4c527275c83e3a1e9b8c5"),
        (INSTRUCTION, "461abc8899ba5b8e0dffc4b7aa11cc1b"),
    ],
)
def test_ids_are_those_of_earlier_releases(record: Record, expected: str) -> None:
    assert record_id("source", record) == expected
    assert record_id("source", record, attributes_json(record.attributes)) == expected
    assert record_id("other", record) != expected


def test_the_order_of_attributes_does_not_matter() -> None:
    assert record_id("source", TextRecord("봄이 온다.", "절기", {"가": "1", "나": "2"})) == record_id(
        "source", TEXT
    )


@given(st.text(), st.text(), st.dictionaries(st.text(), st.text(), max_size=3))
def test_texts_that_differ_have_ids_that_differ(text: str, title: str, attributes: dict[str, str]) -> None:
    try:
        own = record_id("source", TextRecord(text, title, attributes))
    except orjson.JSONEncodeError:
        return  # half of a surrogate pair: no id, and the row goes to quarantine
    others = [
        TextRecord(text + "가", title, attributes),
        TextRecord(text, title + "가", attributes),
        TextRecord(text, title, {**attributes, "가나": "다"}),
        TextRecord(title, text, attributes),
    ]
    for other in others:
        if other.attributes != attributes or (other.text, other.title) != (text, title):
            assert record_id("source", other) != own


def test_half_a_surrogate_pair_has_no_id() -> None:
    for record in (TextRecord("\ud800"), TextRecord("가", attributes={"가": "\ud800"})):
        with pytest.raises(orjson.JSONEncodeError):
            record_id("source", record)
