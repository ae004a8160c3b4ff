"""KommonGen: words to be used in a sentence; JSON lines in a file named .json."""

import json

import pytest

from curation.errors import UserError


def encoded(*items: object) -> bytes:
    return b"".join(json.dumps(item, ensure_ascii=False).encode() + b"\n" for item in items)


def test_the_same_words_in_any_order_form_a_group(read_bytes):
    outcome = read_bytes(
        "kommongen",
        encoded(
            {"concept-set": "아이 우산 걷는다", "scene": "아이가 우산을 쓰고 걷는다."},
            {"concept-set": "걷는다  아이 우산", "scene": "우산을 든 아이가 걷는다."},
            {"concept-set": "아이 걷는다", "scene": "아이가 걷는다."},
        ),
    )
    first, second, third = (row.record for row in outcome.rows)
    assert [message.content for message in first.messages] == [
        "낱말: 아이, 우산, 걷는다",
        "아이가 우산을 쓰고 걷는다.",
    ]
    assert first.split_group == second.split_group != third.split_group
    assert (first.label_space, first.attributes) == ((), {})


def test_lines_that_are_none(read_bytes):
    content = encoded({"concept-set": " ", "scene": "x"}, {"scene": "x"}, {"concept-set": "아이", "scene": 7})
    outcome = read_bytes("kommongen", content + b"\nno json\n")
    assert [bad.error.split(":")[0] for bad in outcome.bad] == [
        "the concept-set is empty",
        "no 'concept-set'",
        "'scene' is a number, not text",
        "no JSON",
    ]
    assert outcome.notes == {"input: blank lines": "1"}


def test_an_array_is_refused(read_bytes):
    with pytest.raises(UserError, match="one JSON array"):
        read_bytes("kommongen", b'[{"concept-set": "x", "scene": "y"}]')


def test_for_real(read, corpora):
    path = corpora / "kommongen/kommongen_dev.json"
    outcome = read("kommongen", path)
    assert (len(outcome.rows), outcome.bad, outcome.notes) == (1000, [], {})
    first, last = outcome.rows[0].record, outcome.rows[-1].record
    assert [message.content for message in first.messages] == [
        "낱말: 대형, 시계, 빛난다",
        "대형 시계가 밤에 탑에서 빛난다.",
    ]
    assert [message.content for message in last.messages] == [
        "낱말: 남자, 있다, 잔디, 무언가, 던지고",
        "한 남자가 잔디 위에 무언가를 던지고 있다.",
    ]
    assert len({row.record.split_group for row in outcome.rows}) == 990
    items = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [row.record.references for row in outcome.rows] == [(one["scene"],) for one in items]
