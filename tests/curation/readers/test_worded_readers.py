"""Readers that were there before tasks had files: by default their records stay, with their ids."""

import hashlib
from collections import Counter

import pytest

from curation.readers import READERS
from curation.records import record_id
from tests.curation.readers.instructions import instruction, turns


@pytest.mark.parametrize(
    ("reader", "path", "ids"),
    [
        ("chatbot_data", "chatbot_data/ChatbotData.csv", "d6aec50899875cf0e84543bd1e9a0879"),
        ("kobest_boolq", "kobest/BoolQ_dev.tsv", "d3687eaa6c8b1b80991785ea7d5ea1ff"),
        ("nsmc", "nsmc/nsmc_from_raw_train_24k.txt", "5b5f9fb5111ee10cb20bece6cb2eb5e4"),
    ],
)
def test_the_ids_of_real_records_stay(read, corpora, reader, path, ids):
    """A digest of all ids, taken with the readers that worded their records themselves."""
    found = "".join(record_id("source", row.record) for row in read(reader, corpora / path).rows)
    assert hashlib.sha256(found.encode()).hexdigest().startswith(ids)


def test_a_chat_turn_says_what_is_asked_on_request(read_bytes):
    content = "Q,A,label\r\n졸려,일찍 주무세요.,0\r\n".encode()
    (plain,) = read_bytes("chatbot_data", content).rows
    (worded,) = read_bytes("chatbot_data", content, definition=True, template=1).rows
    assert plain.record == instruction(
        "chatbot_data", "", "졸려", ["일찍 주무세요."], group="졸려", label="0"
    )
    assert worded.record == instruction(
        "chatbot_data",
        "일상이나 사랑, 이별에 관한 이야기를 건네받았을 때 상대를 위로하거나 응원하는 짧은 대답을 쓴다.",
        "사용자: 졸려\n챗봇:",
        ["일찍 주무세요."],
        group="졸려",
        label="0",
    )


def test_boolq_is_worded_otherwise_on_request(read_bytes):
    content = "ID\tText\tQuestion\tAnswer\n1\t달은  밝다.\t달은 밝은가?\tTrue\n".encode()
    (row,) = read_bytes("kobest_boolq", content, template=1).rows
    assert row.record == instruction(
        "kobest_boolq",
        "주어진 글에 비추어 질문에 대한 답이 '그렇다'이면 True, '아니다'이면 False를 쓴다. "
        "다른 말은 덧붙이지 않는다.",
        "달은  밝다.\n\n위 글을 읽고 답하세요: 달은 밝은가?",
        ["True"],
        group="달은 밝다.",
        labels=("False", "True"),
        id="1",
    )


def test_a_review_is_an_instruction_on_request(read_bytes):
    content = "id\tdocument\tlabel\n7\t또 보고  싶다\t1\n8\t졸다\r\n나왔다\t0\n9\t \t0\n9\t끊긴\n".encode()
    outcome = read_bytes("nsmc", content, record="instruction")
    first, second = outcome.rows
    assert first.record == instruction(
        "nsmc",
        "영화 평의 감정이 좋은 쪽이면 '긍정', 나쁜 쪽이면 '부정'이라고 답한다.",
        "영화 평: 또 보고  싶다",
        ["긍정"],
        group="또 보고 싶다",
        labels=("부정", "긍정"),
        id="7",
        label="1",
    )
    assert turns([second]) == [("영화 평: 졸다\r\n나왔다", "부정")]
    assert (second.where.line, second.lines, second.recovery) == (3, 2, "line breaks inside the text")
    assert [(bad.raw, bad.error) for bad in outcome.bad] == [
        (b"9\t \t0", "the review is empty"),
        ("9\t끊긴".encode(), "the file ends inside the review"),
    ]


def test_reviews_are_texts_unless_asked_otherwise():
    nsmc = READERS["nsmc"]
    assert nsmc.kind(nsmc.options()) == "text"
    assert nsmc.kind(nsmc.options(record="instruction")) == "instruction"


def test_real_reviews_as_instructions(read, corpora):
    path = corpora / "nsmc/nsmc_from_raw_train_24k.txt"
    texts, tasks = read("nsmc", path), read("nsmc", path, record="instruction")
    held = [row for row in texts.rows if row.record.text.strip()]
    assert (len(texts.rows), len(tasks.rows), len(tasks.bad)) == (24323, 24304, len(texts.bad) + 19)
    assert tasks.covered == texts.covered
    assert [(row.where, row.recovery) for row in tasks.rows] == [(row.where, row.recovery) for row in held]
    words = {"0": "부정", "1": "긍정"}
    assert turns(tasks.rows) == [
        (f"영화 평: {row.record.text}", words[row.record.attributes["label"]]) for row in held
    ]
    assert Counter(row.record.attributes["label"] for row in texts.rows) == {"0": 12080, "1": 12243}
