"""KLUE's sentence pairs."""

import json

import pytest

from curation.errors import UserError
from tests.curation.readers.instructions import instruction, turns

NLI = {
    "guid": "klue-nli-v1_dev_00007",
    "source": "wikinews",
    "premise": "비가 오는 동안  문을 닫았다.",
    "hypothesis": "날이 맑았다.",
    "gold_label": "contradiction",
    "author": "contradiction",
    "label2": "contradiction",
    "label3": "neutral",
    "label4": "contradiction",
    "label5": "contradiction",
}
STS = {
    "guid": "klue-sts-v1_dev_00007",
    "source": "policy-rtt",
    "sentence1": "문을 닫아 주세요.",
    "sentence2": "문 좀 닫아 줘요.",
    "labels": {"label": 4.3, "real-label": 4.333333333333333, "binary-label": 1},
    "annotations": {"agreement": "0:0:0:0:2:1", "annotators": ["03", "11", "02"], "annotations": [4, 4, 5]},
}
NLI_DEFINITION = (
    "전제가 참일 때 가설이 어떤지 판단한다. 가설도 반드시 참이면 '함의', 반드시 거짓이면 '모순', "
    "어느 쪽인지 알 수 없으면 '중립'이라고 답한다."
)
STS_DEFINITION = (
    "두 문장의 뜻이 얼마나 비슷한지 0.0에서 5.0 사이의 수로, 소수 첫째 자리까지 답한다. "
    "5.0은 뜻이 똑같고, 0.0은 뜻이 전혀 다르다. 수만 쓴다."
)
WORDS = {"entailment": "함의", "contradiction": "모순", "neutral": "중립"}


def encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=4).encode()


def test_nli(read_bytes):
    outcome = read_bytes("klue_nli", encoded([NLI, {**NLI, "premise": "비가 오는 동안 문을 닫았다. "}]))
    first, second = (row.record for row in outcome.rows)
    assert first == instruction(
        "klue_nli",
        NLI_DEFINITION,
        "전제: 비가 오는 동안  문을 닫았다.\n가설: 날이 맑았다.",
        ["모순"],
        group="비가 오는 동안 문을 닫았다.",
        labels=("함의", "모순", "중립"),
        label="contradiction",
        guid="klue-nli-v1_dev_00007",
        source="wikinews",
        author="contradiction",
        label2="contradiction",
        label3="neutral",
        label4="contradiction",
        label5="contradiction",
    )
    assert first.split_group == second.split_group


def test_sts_keeps_the_number_as_it_is_written(read_bytes):
    record = read_bytes("klue_sts", encoded([STS])).rows[0].record
    assert record.references == ("4.3",)
    assert record.label_space == ()
    assert record.attributes == {
        "label": "4.3",
        "real-label": "4.333333333333333",
        "binary-label": "1",
        "guid": "klue-sts-v1_dev_00007",
        "source": "policy-rtt",
        "agreement": "0:0:0:0:2:1",
        "annotators": '["03","11","02"]',
        "annotations": "[4,4,5]",
    }


def test_the_wording_follows_the_option(read_bytes):
    record = read_bytes("klue_sts", encoded([STS]), template=2).rows[0].record
    assert record.messages[0].content == (
        "다음 두 문장의 유사도를 점수로 매기세요.\n- 문을 닫아 주세요.\n- 문 좀 닫아 줘요."
    )
    assert record.definition.startswith("두 문장이 전하는 내용이 같으면 5")


def test_malformed_pairs(read_bytes):
    pairs = [
        7,
        {key: value for key, value in NLI.items() if key != "hypothesis"},
        {**NLI, "premise": " "},
        {**NLI, "gold_label": "-"},
        {**NLI, "gold_label": None},
        NLI,
    ]
    outcome = read_bytes("klue_nli", encoded(pairs))
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [
        (1, "a pair is no object"),
        (2, "no 'hypothesis'"),
        (3, "the premise is empty"),
        (4, "the label '-' is none of entailment, contradiction, neutral"),
        (5, "'gold_label' is null, not text"),
    ]
    assert [row.where.line for row in outcome.rows] == [6]
    assert json.loads(outcome.bad[2].raw) == pairs[2]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"labels": 4}, "no object 'labels'"),
        ({"labels": {"binary-label": 1}}, "no 'label' among the labels"),
        ({"labels": {"label": 5.5}}, "the score '5.5' is no number from 0 to 5"),
        ({"labels": {"label": -1}}, "the score '-1' is no number from 0 to 5"),
        ({"labels": {"label": True}}, "the score 'true' is no number from 0 to 5"),
        ({"labels": {"label": "높음"}}, "the score '높음' is no number from 0 to 5"),
        ({"sentence2": ""}, "the second sentence is empty"),
    ],
)
def test_malformed_scores(read_bytes, changes, error):
    assert [bad.error for bad in read_bytes("klue_sts", encoded([{**STS, **changes}])).bad] == [error]


def test_pairs_without_annotations_are_read(read_bytes):
    row = {key: value for key, value in STS.items() if key != "annotations"}
    record = read_bytes("klue_sts", encoded([row, {**STS, "annotations": None}])).rows[0].record
    assert set(record.attributes) == {"guid", "source", "label", "real-label", "binary-label"}


@pytest.mark.parametrize("reader", ["klue_nli", "klue_sts"])
@pytest.mark.parametrize("content", [b"{}", b"", b"[{"])
def test_other_files_are_refused(read_bytes, reader, content):
    with pytest.raises(UserError) as refused:
        read_bytes(reader, content, name="pairs.json")
    assert refused.value.where == "pairs.json"


def test_real_nli(read, corpora):
    path = corpora / "klue/klue-nli-v1.1_dev.json"
    outcome = read("klue_nli", path)
    assert (len(outcome.rows), outcome.bad, outcome.notes) == (3000, [], {})
    truth = json.loads(path.read_bytes())
    assert turns(outcome.rows) == [
        (f"전제: {pair['premise']}\n가설: {pair['hypothesis']}", WORDS[pair["gold_label"]]) for pair in truth
    ]
    assert len({row.record.split_group for row in outcome.rows}) == 1000
    unanimous = {"author": "entailment", **{f"label{number}": "entailment" for number in range(2, 6)}}
    assert outcome.rows[-1].record == instruction(
        "klue_nli",
        NLI_DEFINITION,
        "전제: 흡연자분들은 발코니가 있는 방이면 발코니에서 흡연이 가능합니다.\n"
        "가설: 흡연하려면 발코니 있는 방을 선택하면 됩니다.",
        ["함의"],
        group="흡연자분들은 발코니가 있는 방이면 발코니에서 흡연이 가능합니다.",
        labels=("함의", "모순", "중립"),
        label="entailment",
        guid="klue-nli-v1_dev_02999",
        source="airbnb",
        **unanimous,
    )
    first = outcome.rows[0].record
    assert turns(outcome.rows[:1]) == [
        (
            "전제: 흡연자분들은 발코니가 있는 방이면 발코니에서 흡연이 가능합니다.\n"
            "가설: 어떤 방에서도 흡연은 금지됩니다.",
            "모순",
        )
    ]
    assert first.attributes == {
        **dict.fromkeys(("label", *unanimous), "contradiction"),
        "guid": "klue-nli-v1_dev_00000",
        "source": "airbnb",
    }


def test_real_sts(read, corpora):
    path = corpora / "klue/klue-sts-v1.1_dev.json"
    outcome = read("klue_sts", path)
    assert (len(outcome.rows), outcome.bad, outcome.notes) == (519, [], {})
    truth = json.loads(path.read_bytes())
    assert [row.record.attributes["binary-label"] for row in outcome.rows].count("1") == 220
    assert turns(outcome.rows) == [
        (f"문장 1: {pair['sentence1']}\n문장 2: {pair['sentence2']}", str(pair["labels"]["label"]))
        for pair in truth
    ]
    assert outcome.rows[0].record == instruction(
        "klue_sts",
        STS_DEFINITION,
        "문장 1: 무엇보다도 호스트분들이 너무 친절하셨습니다.\n"
        "문장 2: 무엇보다도, 호스트들은 매우 친절했습니다.",
        ["4.9"],
        group="무엇보다도 호스트분들이 너무 친절하셨습니다.",
        guid="klue-sts-v1_dev_00000",
        source="airbnb-rtt",
        label="4.9",
        agreement="0:0:0:0:1:6",
        annotators='["17","07","10","12","19","14","15"]',
        annotations="[5,5,5,5,4,5,5]",
        **{"real-label": "4.857142857142857", "binary-label": "1"},
    )
    assert outcome.rows[-1].record == instruction(
        "klue_sts",
        STS_DEFINITION,
        "문장 1: 여느 포르투갈의 비앤비와 같이 엘리베이터는 없습니다.\n"
        "문장 2: 포르투의 거의 모든 숙박 시설은 엘리베이터는 없습니다.",
        ["2.9"],
        group="여느 포르투갈의 비앤비와 같이 엘리베이터는 없습니다.",
        guid="klue-sts-v1_dev_00518",
        source="airbnb-sampled",
        label="2.9",
        agreement="0:0:2:4:1:0",
        annotators='["02","05","06","19","07","04","14"]',
        annotations="[3,3,2,3,3,4,2]",
        **{"real-label": "2.857142857142857", "binary-label": "0"},
    )
