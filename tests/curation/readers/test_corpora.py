"""Readers of known corpora other than NSMC's table and SuperNI."""

import json
import unicodedata

import pytest

from curation.errors import UserError

REVIEW = {
    "review": "다시 보고 싶다",
    "date": "15.08.24",
    "rating": "10",
    "author": "rlad****",
    "review_id": "10270017",
    "movie_id": "10065",
}


def encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def test_nsmc_raw_leaves_the_author_out(read_bytes):
    outcome = read_bytes("nsmc_raw", encoded([REVIEW]))
    record = outcome.rows[0].record
    assert record.text == "다시 보고 싶다"
    assert set(record.attributes) == {"review_id", "movie_id", "rating", "date"}
    assert "rlad" not in str(outcome.rows[0])


def test_nsmc_raw_malformed_reviews(read_bytes):
    outcome = read_bytes("nsmc_raw", encoded([7, {"rating": "1"}, REVIEW, {"review": None}]))
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [
        (1, "a review is no object"),
        (2, "no 'review'"),
        (4, "'review' is null, not text"),
    ]
    assert outcome.rows[0].where.line == 3
    assert json.loads(outcome.bad[1].raw) == {"rating": "1"}


@pytest.mark.parametrize("content", [b"", b"[{", b'{"review": "x"}', b"\xff\xff"])
def test_nsmc_raw_refuses_what_is_no_array(read_bytes, content):
    with pytest.raises(UserError) as refused:
        read_bytes("nsmc_raw", content, name="7.json")
    assert refused.value.where == "7.json"
    assert refused.value.fix


def test_nsmc_raw_reads_every_real_review(read, corpora):
    outcomes = [read("nsmc_raw", path) for path in sorted((corpora / "nsmc/raw").glob("*.json"))]
    assert len(outcomes) == 150
    assert sum(len(outcome.rows) for outcome in outcomes) == 7631
    assert not any(outcome.bad for outcome in outcomes)


def test_chatbot_data(read_bytes):
    content = 'Q,A,label\r\n안녕,반가워요,0\r\n안녕,어서 와요,2   \r\n아,"네, 네",7\r\n둘,뿐\r\n'
    outcome = read_bytes("chatbot_data", content.encode())
    first, second = outcome.rows
    assert [message.content for message in first.record.messages] == ["안녕", "반가워요"]
    assert (second.record.attributes, second.recovery) == ({"label": "2"}, "blanks around the label")
    assert first.record.split_group == second.record.split_group
    assert [bad.error for bad in outcome.bad] == [
        "the label '7' is none of 0, 1, 2",
        "2 columns instead of 3",
    ]


def test_chatbot_data_for_real(read, corpora):
    outcome = read("chatbot_data", corpora / "chatbot_data/ChatbotData.csv")
    assert (len(outcome.rows), outcome.bad) == (11823, [])
    assert [row.record.attributes["label"] for row in outcome.rows if row.recovery] == ["2"]
    assert {row.record.attributes["label"] for row in outcome.rows} == {"0", "1", "2"}


def test_kobest_boolq(read_bytes):
    content = (
        "ID\tText\tQuestion\tAnswer\r\n"
        '1\t"달"은 밝다.\t달은 밝은가?\tTrue\r\n'
        '2\t"달"은  밝다. \t달은 어두운가?\tFalse\r\n'
        "3\t해는 뜨겁다.\t해는 찬가?\tMaybe\r\n"
    )
    outcome = read_bytes("kobest_boolq", content.encode())
    first, second = (row.record for row in outcome.rows)
    assert first.messages[0].content == '본문: "달"은 밝다.\n질문: 달은 밝은가?'
    assert (first.messages[1].content, first.references) == ("True", ("True",))
    assert first.label_space == ("False", "True")
    assert first.split_group == second.split_group
    assert unicodedata.is_normalized("NFC", first.definition)
    assert outcome.bad[0].error == "the answer 'Maybe' is neither True nor False"


def test_kobest_boolq_for_real(read, corpora):
    outcome = read("kobest_boolq", corpora / "kobest/BoolQ_dev.tsv")
    assert (len(outcome.rows), outcome.bad) == (700, [])
    groups: dict[str, set[str]] = {}
    for row in outcome.rows:
        text = row.record.messages[0].content.removeprefix("본문: ").rpartition("\n질문: ")[0]
        groups.setdefault(" ".join(text.split()), set()).add(row.record.split_group)
    assert all(len(group) == 1 for group in groups.values())


@pytest.mark.parametrize("reader", ["chatbot_data", "kobest_boolq"])
def test_other_header_is_refused(read_bytes, reader):
    with pytest.raises(UserError, match="does not begin with the header"):
        read_bytes(reader, b"a,b\n1,2\n")


PETITION = {
    "category": "육아/교육",
    "begin": "2017-08-25",
    "end": "2017-09-24",
    "content": "청원 내용입니다.",
    "num_agree": 88,
    "petition_idx": "513",
    "status": "청원종료",
    "title": "청원 제목",
}


def test_petitions(read_bytes):
    content = encoded(PETITION) + b"\n" + encoded({**PETITION, "title": None}) + b"\nbroken\n"
    outcome = read_bytes("petitions", content)
    record = outcome.rows[0].record
    assert (record.title, record.text) == ("청원 제목", "청원 내용입니다.")
    assert record.attributes == {
        key: str(value) for key, value in PETITION.items() if key not in ("title", "content")
    }
    assert [bad.where.line for bad in outcome.bad] == [2, 3]


def test_petitions_for_real(read, corpora):
    outcome = read("petitions", corpora / "petitions/petitions_2017-08")
    assert (len(outcome.rows), outcome.bad) == (662, [])
    assert all(len(row.record.attributes) == 6 for row in outcome.rows)
