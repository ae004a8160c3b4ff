"""sae4K: sentences and their arguments."""

from collections import Counter

import pytest

from curation.errors import UserError
from tests.curation.readers.instructions import instruction, recoveries, split_lines, turns

DEFINITION = (
    "질문이나 명령에서 핵심 내용만 뽑아 짧은 구로 쓴다. "
    "질문은 묻는 내용을, 명령은 할 일을 '-기'로 끝나는 꼴로 적는다."
)


def argument(sentence: str, found: str, label: str):
    return instruction(
        "sae4k", DEFINITION, f"말: {sentence}", [found], group=" ".join(sentence.split()), label=label
    )


def test_the_columns_of_both_versions(read_bytes):
    content = "\ufeff불을 꺼 줘 \t불 끄기\t4\r\n2\t비 언제 와\t비 오는 때\r\n몇 시야\t시각\t2"
    outcome = read_bytes("sae4k", content.encode())
    assert [row.record for row in outcome.rows] == [
        argument("불을 꺼 줘 ", "불 끄기", "4"),
        argument("비 언제 와", "비 오는 때", "2"),
        argument("몇 시야", "시각", "2"),
    ]


def test_the_last_column_is_the_label_where_both_may_be(read_bytes):
    outcome = read_bytes("sae4k", "3\t숫자 3\t2\n".encode())
    assert outcome.rows[0].record == argument("3", "숫자 3", "2")


def test_malformed_lines(read_bytes):
    content = f"가\t나\t4\n가\t나\t6\n가\t\t4\n \t나\t4\n가\t나\n\n가\t{'나' * 99}\t다\n가\t나\t 5\n"
    outcome = read_bytes("sae4k", content.encode())
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [
        (2, "neither the last nor the first column is one of 0, 1, 2, 3, 4, 5"),
        (3, "the argument is empty"),
        (4, "the sentence is empty"),
        (5, "2 columns instead of 3"),
        (7, "neither the last nor the first column is one of 0, 1, 2, 3, 4, 5"),
    ]
    assert recoveries(outcome.rows) == {8: "blanks around the label"}
    assert outcome.notes == {"input: blank lines": "1"}


def test_another_table_is_refused(read_bytes):
    with pytest.raises(UserError, match="does not hold a sentence, its argument and a label"):
        read_bytes("sae4k", "0\t만화\n".encode())


def test_for_real(read, corpora):
    path = corpora / "sae4k/sae4k_v1.txt"
    outcome = read("sae4k", path)
    assert (len(outcome.rows), outcome.bad, outcome.notes, recoveries(outcome.rows)) == (30837, [], {}, {})
    assert Counter(row.record.attributes["label"] for row in outcome.rows) == {
        **{"0": 5718, "1": 227, "2": 11924, "3": 477, "4": 12369, "5": 122},
    }
    assert turns(outcome.rows) == [(f"말: {sentence}", found) for sentence, found, _ in split_lines(path)]
    assert len({row.record.split_group for row in outcome.rows}) == 28915
    assert outcome.rows[0].record == argument(
        "최근 한 달 동안 학교에서 메일이 온 적이 있는지 확인해줘", "한달동안 학교에서 메일 온 적 있는지", "0"
    )
    assert outcome.rows[-1].record == argument("비 얼마나 온거니", "강수량", "2")
