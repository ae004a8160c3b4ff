"""KorNLI and KorSTS."""

from collections import Counter

import pytest

from curation.errors import UserError
from tests.curation.readers.instructions import instruction, recoveries, split_lines, turns

NLI = "sentence1\tsentence2\tgold_label\n"
STS = "genre\tfilename\tyear\tid\tscore\tsentence1\tsentence2\n"
RELATIONS = ("함의", "모순", "중립")
NLI_DEFINITION = (
    "전제가 참일 때 가설이 어떤지 판단한다. 가설도 반드시 참이면 '함의', 반드시 거짓이면 '모순', "
    "어느 쪽인지 알 수 없으면 '중립'이라고 답한다."
)
STS_DEFINITION = (
    "두 문장의 뜻이 얼마나 비슷한지 0에서 5 사이의 수로 답한다. "
    "5는 뜻이 똑같고, 0은 뜻이 전혀 다르다. 소수도 쓸 수 있으며, 수만 쓴다."
)


def inference(premise: str, hypothesis: str, answer: str, label: str):
    return instruction(
        "kornli",
        NLI_DEFINITION,
        f"전제: {premise}\n가설: {hypothesis}",
        [answer],
        group=premise,
        labels=RELATIONS,
        label=label,
    )


def similarity(first: str, second: str, score: str, **attributes: str):
    return instruction(
        "korsts",
        STS_DEFINITION,
        f"문장 1: {first}\n문장 2: {second}",
        [score],
        group=first,
        label=score,
        **attributes,
    )


def test_quotes_in_premises_are_text(read_bytes):
    """The columns of the files for training, which are not at hand."""
    content = NLI + (
        '"예," 그가 말했다.\t그는 "아니요"라고 했다.\tcontradiction\n'
        '"예," 그가 말했다.\t그가 대답했다.\tentailment\n'
        "개가 잔다\t개가 집에서 잔다\tneutral"
    )
    outcome = read_bytes("kornli", content.encode(), name="multinli.train.ko.tsv")
    assert [row.record for row in outcome.rows] == [
        inference('"예," 그가 말했다.', '그는 "아니요"라고 했다.', "모순", "contradiction"),
        inference('"예," 그가 말했다.', "그가 대답했다.", "함의", "entailment"),
        inference("개가 잔다", "개가 집에서 잔다", "중립", "neutral"),
    ]


def test_malformed_inferences(read_bytes):
    content = (
        NLI
        + "가\t나\t-\n\t나\tneutral\n가\t\tneutral\n가\tneutral\n가\t나\tneutral\t다\n\n가\t나\tneutral \n"
    )
    outcome = read_bytes("kornli", content.encode())
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [
        (2, "the label '-' is none of entailment, contradiction, neutral"),
        (3, "the premise is empty"),
        (4, "the hypothesis is empty"),
        (5, "2 columns instead of 3"),
        (6, "4 columns instead of 3"),
    ]
    assert recoveries(outcome.rows) == {8: "blanks around the label"}
    assert outcome.notes == {"input: blank lines": "1"}


def test_scores_keep_their_spelling(read_bytes):
    row = "main-captions\tMSRvid\t2012test\t0001\t{}\t새가 난다.\t새가 날고 있다.\n"
    scores = ["5.000", "2.75", "0", "1.53333333333333", " 3 "]
    outcome = read_bytes("korsts", (STS + "".join(map(row.format, scores))).encode())
    assert [row.record.references[0] for row in outcome.rows] == [score.strip() for score in scores]
    assert outcome.rows[0].record == similarity(
        "새가 난다.",
        "새가 날고 있다.",
        "5.000",
        genre="main-captions",
        filename="MSRvid",
        year="2012test",
        id="0001",
    )
    assert recoveries(outcome.rows) == {6: "blanks around the score"}


@pytest.mark.parametrize("score", ["5.01", "-1", "nan", "inf", "1_0", "1e0", "", "٣", "높음"])
def test_what_is_no_score(read_bytes, score):
    content = STS + f"a\tb\tc\td\t{score}\t새가 난다.\t새가 날고 있다.\n"
    (bad,) = read_bytes("korsts", content.encode()).bad
    assert bad.error == f"the score {score!r} is no number from 0 to 5"


@pytest.mark.parametrize(("reader", "header"), [("kornli", STS), ("korsts", NLI)])
def test_another_header_is_refused(read_bytes, reader, header):
    with pytest.raises(UserError, match="does not begin with the header"):
        read_bytes(reader, header.encode())


def test_real_inferences(read, corpora):
    path = corpora / "kornlu/xnli.dev.ko.tsv"
    outcome = read("kornli", path)
    assert (len(outcome.rows), outcome.bad, outcome.notes, recoveries(outcome.rows)) == (2490, [], {}, {})
    words = dict(zip(("entailment", "contradiction", "neutral"), RELATIONS, strict=True))
    truth = split_lines(path)[1:]
    assert turns(outcome.rows) == [(f"전제: {one}\n가설: {two}", words[label]) for one, two, label in truth]
    assert set(Counter(row.record.split_group for row in outcome.rows).values()) == {3}
    assert outcome.rows[0].record == inference(
        '그리고 그가 말했다, "엄마, 저 왔어요."',
        "그는 학교 버스가 그를 내려주자마자 엄마에게 전화를 걸었다.",
        "중립",
        "neutral",
    )
    assert outcome.rows[-1].record == inference(
        "진술이 더 나은 반면, 대답은 완성의 정신적 그림을 준다.", "진술이 더 좋다.", "함의", "entailment"
    )


@pytest.mark.parametrize(
    ("name", "count", "groups"), [("sts-train.tsv", 5749, 5384), ("sts-dev.tsv", 1500, 1468)]
)
def test_real_scores(read, corpora, name, count, groups):
    path = corpora / "kornlu" / name
    outcome = read("korsts", path)
    assert (len(outcome.rows), outcome.bad, outcome.notes, recoveries(outcome.rows)) == (count, [], {}, {})
    assert turns(outcome.rows) == [
        (f"문장 1: {one}\n문장 2: {two}", score) for *_, score, one, two in split_lines(path)[1:]
    ]
    assert len({row.record.split_group for row in outcome.rows}) == groups


def test_first_and_last_of_real_scores(read, corpora):
    rows = read("korsts", corpora / "kornlu/sts-train.tsv").rows
    captions = {"genre": "main-captions", "filename": "MSRvid", "year": "2012test"}
    news = {"genre": "main-news", "filename": "headlines", "year": "2016"}
    assert rows[0].record == similarity(*["비행기가 이륙하고 있다."] * 2, "5.000", **captions, id="0001")
    assert rows[-1].record == similarity(
        "푸틴 대변인 : 도핑 혐의는 근거 없는 것으로 보인다.",
        "가장 최근의 심한 날씨 : 토네이도 후 텍사스에서 1명 사망",
        "0",
        **news,
        id="1492",
    )
    rows = read("korsts", corpora / "kornlu/sts-dev.tsv").rows
    assert rows[0].record == similarity(
        "안전모를 가진 한 남자가 춤을 추고 있다.",
        "안전모를 쓴 한 남자가 춤을 추고 있다.",
        "5.000",
        **captions,
        id="0000",
    )
    assert rows[-1].record == similarity(
        "새로운 비디오는 우리에게 경찰관들이 정신적으로 아픈 사람을 때리는 것을 보여준다",
        "도끼 공격으로 중상을 입은 뉴욕 경찰관",
        "0",
        **news,
        id="1495",
    )
