"""3i4K: utterances and what they want."""

from collections import Counter

import pytest

from curation.errors import UserError
from tests.curation.readers.instructions import instruction, recoveries, split_lines, turns

INTENTIONS = ("조각", "서술", "질문", "명령", "수사 의문", "수사 명령", "억양에 따라 다름")
DEFINITION = (
    "문장 부호 없이 받아 적은 말을 읽고 말하는 이의 의도를 조각, 서술, 질문, 명령, 수사 의문, 수사 명령, "
    "억양에 따라 다름 가운데 하나로 답한다."
)


def utterance(text: str, label: str):
    return instruction(
        "3i4k",
        DEFINITION,
        f"발화: {text}",
        [INTENTIONS[int(label)]],
        group=" ".join(text.split()),
        labels=INTENTIONS,
        label=label,
    )


def test_every_intention(read_bytes):
    content = "\r\n".join(f"{label}\t말 {label}" for label in range(7))
    outcome = read_bytes("3i4k", content.encode())
    assert [row.record for row in outcome.rows] == [
        utterance(f"말 {label}", str(label)) for label in range(7)
    ]


def test_copies_of_an_utterance_stay_together(read_bytes):
    outcome = read_bytes("3i4k", "0\t안녕 \n6\t안녕\n2\t몇 시야\n".encode())
    first, second, third = (row.record.split_group for row in outcome.rows)
    assert first == second != third
    assert outcome.rows[0].record.messages[0].content == "발화: 안녕 "


def test_malformed_lines(read_bytes):
    content = "7\t만화\n0\t약\n만화\n\n2\t\n3 \t가\n5\t1\t맞선 보는 날이야\n"
    outcome = read_bytes("3i4k", content.encode())
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [
        (1, "the label '7' is none of 0, 1, 2, 3, 4, 5, 6"),
        (3, "1 columns instead of 2"),
        (5, "the utterance is empty"),
        (7, "3 columns instead of 2"),
    ]
    assert recoveries(outcome.rows) == {6: "blanks around the label"}
    assert outcome.notes == {"input: blank lines": "1"}


@pytest.mark.parametrize("content", ["utterance\tlabel\n안녕\t0\n", "글뿐\n" * 11 + "0\t약\n"])
def test_another_table_is_refused(read_bytes, content):
    with pytest.raises(UserError, match="does not hold a label from 0 to 6 and an utterance") as refused:
        read_bytes("3i4k", content.encode(), name="fci.txt")
    assert refused.value.where == "fci.txt:1"


def test_an_empty_file_has_no_rows(read_bytes):
    assert read_bytes("3i4k", b"").rows == []


def test_for_real(read, corpora):
    path = corpora / "3i4k/fci_train_val.txt"
    outcome = read("3i4k", path)
    assert (len(outcome.rows), outcome.bad, outcome.notes, recoveries(outcome.rows)) == (55134, [], {}, {})
    assert Counter(row.record.attributes["label"] for row in outcome.rows) == {
        **{"0": 5409, "1": 16470, "2": 16083, "3": 11672, "4": 1571, "5": 979, "6": 2950},
    }
    assert turns(outcome.rows) == [
        (f"발화: {text}", INTENTIONS[int(label)]) for label, text in split_lines(path)
    ]
    assert len({row.record.split_group for row in outcome.rows}) == 51795
    assert outcome.rows[0].record == utterance("만화", "0")
    assert outcome.rows[-1].record == utterance("오늘 오후에 올라가는 기차 취소해", "6")
