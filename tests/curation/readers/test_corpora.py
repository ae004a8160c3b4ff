"""Readers of known corpora other than NSMC's table and SuperNI."""

import json
import unicodedata

import pytest

from curation.errors import UserError
from curation.records import TextRecord
from tests.curation.readers.instructions import instruction, turns

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
    assert not any(outcome.bad or outcome.notes for outcome in outcomes)
    first, last = outcomes[0].rows[0], outcomes[-1].rows[-1]
    assert first.record == TextRecord(
        "솔직히 전혀무섭지는않았다 명성에 비해 상당히 떨어지는느낌 "
        "근데 73년도 영화라곤 믿기힘든 퀄리티랄까 결말은 정말맘에안든다",
        attributes={"review_id": "10270017", "movie_id": "10065", "rating": "1", "date": "15.08.24"},
    )
    assert last.record == TextRecord(
        "인신매매를 잘 표현한 영화같고 반담의 특유의 액션은 없었지만 괜찮았다.",
        attributes={"review_id": "8055634", "movie_id": "99705", "rating": "10", "date": "13.10.12"},
    )
    assert (first.where.line, last.where.line) == (1, 29)


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
    first, last = outcome.rows[0], outcome.rows[-1]
    assert first.record == instruction(
        "chatbot_data", "", "12시 땡!", ["하루가 또 가네요."], group="12시 땡!", label="0"
    )
    assert turns([last]) == [("힘들어서 결혼할까봐", "도피성 결혼은 하지 않길 바라요.")]
    assert (last.record.attributes, last.where.line) == ({"label": "2"}, 11824)


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
    first, last = outcome.rows[0], outcome.rows[-1]
    assert [answer for _, answer in turns([first, last])] == ["False", "False"]
    asked = [question for question, _ in turns([first, last])]
    assert asked[0].startswith("본문: 구한말, 통영 안뒤산 기슭 간창골에 김봉제 형제가 살았다. ")
    assert asked[0].endswith(" 비상을 먹고 자살한다.\n질문: 봉룡은 숙정을 죽였는가?")
    assert asked[1].startswith("본문: 로빈 후드(영어: Robin Hood)는 여러 잉글랜드 민담에 등장하는 ")
    assert asked[1].endswith("\n질문: 로빈후드는 가난한 이들을 약탈하는 의적이다.")
    assert [one.record.attributes for one in (first, last)] == [{"id": "1"}, {"id": "700"}]
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
    path = corpora / "petitions/petitions_2017-08"
    outcome = read("petitions", path)
    assert (len(outcome.rows), outcome.bad) == (662, [])
    assert all(len(row.record.attributes) == 6 for row in outcome.rows)
    lines = path.read_bytes().splitlines()
    for row, line, title, number in (
        (outcome.rows[0], lines[0], "학교는 인력센터, 취업센터가 아닙니다. 정말 간곡히 부탁드립니다.", "510"),
        (outcome.rows[-1], lines[-1], "고3이 마주한 사교육비,수시 원서전형료,대학 입학금", "1199"),
    ):
        petition = json.loads(line)
        assert (row.record.title, row.record.attributes["petition_idx"]) == (title, number)
        assert row.record.text == petition["content"]
        assert row.record.attributes == {
            key: str(value) for key, value in petition.items() if key not in ("title", "content")
        }
