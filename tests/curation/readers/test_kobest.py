"""KoBEST beyond BoolQ, whose rows are in `test_corpora`."""

import pytest

from curation.errors import UserError
from tests.curation.readers.instructions import instruction, recoveries, split_lines, turns

COPA = "ID\tsentence\tquestion\t1\t2\tAnswer\r\n"
WIC = "ID\tTarget\tSENTENCE1\tDictionary 1\tLink 1\tSENTENCE2\tDictionary 2\tLink2\tANSWER\r\n"
HELLASWAG = "context\tchoice1\tchoice2\tchoice3\tchoice4\tlabel\n"
DEFINITIONS = {
    "kobest_copa": "상황을 읽고, 물음이 '원인'이면 그 원인으로, '결과'이면 그 결과로 "
    "더 알맞은 문장의 번호를 고른다. 1번 또는 2번이라고만 답한다.",
    "kobest_wic": "두 문장에서 대괄호로 묶은 낱말이 같은 뜻으로 쓰였는지 판단하여 "
    "'같은 뜻' 또는 '다른 뜻'이라고 답한다.",
    "kobest_hellaswag": "글을 읽고 바로 뒤에 이어질 문장으로 가장 알맞은 것을 고른다. "
    "1번, 2번, 3번, 4번 가운데 하나로만 답한다.",
    "kobest_sentineg": "상품 후기의 감정이 좋은 쪽이면 '긍정', 나쁜 쪽이면 '부정'이라고만 답한다.",
}
LABELS = {
    "kobest_copa": ("1번", "2번"),
    "kobest_wic": ("같은 뜻", "다른 뜻"),
    "kobest_hellaswag": ("1번", "2번", "3번", "4번"),
    "kobest_sentineg": ("부정", "긍정"),
}
DICTIONARY = "https://stdict.korean.go.kr/search/searchView.do?word_no={}&searchKeywordTo=3"


def expected(task: str, asked: str, answer: str, *, group: str, **attributes: str):
    return instruction(
        task, DEFINITIONS[task], asked, [answer], group=group, labels=LABELS[task], **attributes
    )


def test_copa(read_bytes):
    rows = [
        "7\t비가 왔다.\t결과 \t길이 젖었다.\t해가 떴다.\t1",
        "8\t비가 왔다.\t까닭\t가\t나\t1",
        "9\t가\t원인\t나\t다\t3",
    ]
    outcome = read_bytes("kobest_copa", (COPA + "\r\n".join(rows)).encode())
    (row,) = outcome.rows
    assert row.record == expected(
        "kobest_copa",
        "상황: 비가 왔다.\n물음: 결과\n1번: 길이 젖었다.\n2번: 해가 떴다.",
        "1번",
        group="비가 왔다.",
        id="7",
        label="1",
    )
    assert row.recovery == "blanks around the question"
    assert [bad.error for bad in outcome.bad] == [
        "the question '까닭' is neither 원인 nor 결과",
        "the label '3' is none of 1, 2",
    ]


def test_wic(read_bytes):
    rows = [
        "1\t배\t[배]를 탔다.\t3\tlink/3\t[배]를 깎았다.\t5\tlink/5\tFALSE",
        "2\t배\t[배]를 탔다.\t3\tlink/3\t[배]가 떴다.\t3\tlink/3\tTrue",
        "3\t배\t[배]를 탔다.\t3\tlink/3\t[배]가 떴다.\t3\tlink/3\tFalse",
        "4\t배\t[배]를 탔다.\t3\tlink/3\t[배]가 떴다.\t3\tlink/3\tYes",
    ]
    outcome = read_bytes("kobest_wic", (WIC + "\r\n".join(rows)).encode())
    assert outcome.rows[0].record == expected(
        "kobest_wic",
        "낱말: 배\n문장 1: [배]를 탔다.\n문장 2: [배]를 깎았다.",
        "다른 뜻",
        group="배",
        id="1",
        label="FALSE",
        dictionary_1="3",
        link_1="link/3",
        dictionary_2="5",
        link_2="link/5",
    )
    assert [answer for _, answer in turns(outcome.rows)] == ["다른 뜻", "같은 뜻", "다른 뜻"]
    assert outcome.notes == {"input: answers that contradict the dictionary entries": "1"}
    assert [bad.error for bad in outcome.bad] == ["the label 'Yes' is none of True, False, TRUE, FALSE"]


def test_hellaswag(read_bytes):
    rows = ["해가 뜬다.\t닭이 운다.\t별이 뜬다.\t달이 진다.\t눈이 온다.\t0", "해\t가\t나\t다\t\t1"]
    outcome = read_bytes("kobest_hellaswag", (HELLASWAG + "\n".join(rows)).encode())
    assert outcome.rows[0].record == expected(
        "kobest_hellaswag",
        "글: 해가 뜬다.\n1번: 닭이 운다.\n2번: 별이 뜬다.\n3번: 달이 진다.\n4번: 눈이 온다.",
        "1번",
        group="해가 뜬다.",
        label="0",
    )
    assert [bad.error for bad in outcome.bad] == ["the choice is empty"]


@pytest.mark.parametrize(
    ("content", "label", "group", "attributes"),
    [
        ("ID\tText\tLabel\n7\t좋아요\t1\n", "긍정", "좋아요", {"id": "7", "label": "1"}),
        ("ID\tLabel\tText\n7\t0 \t좋아요\n", "부정", "좋아요", {"id": "7", "label": "0"}),
        (
            "ID\tLabel_origin\tText_origin\tLabel\tText\tCategory_neg\n7\t0\t안 좋아요\t1\t좋아요\t2\n",
            "긍정",
            "안 좋아요",
            {"id": "7", "label": "1", "label_origin": "0", "text_origin": "안 좋아요", "category_neg": "2"},
        ),
    ],
)
def test_sentineg_of_three_headers(read_bytes, content, label, group, attributes):
    (row,) = read_bytes("kobest_sentineg", content.encode()).rows
    assert row.record == expected("kobest_sentineg", "상품 후기: 좋아요", label, group=group, **attributes)


@pytest.mark.parametrize("task", LABELS)
def test_another_header_is_refused(read_bytes, task):
    with pytest.raises(UserError, match="does not begin with the header"):
        read_bytes(task, b"ID\tText\tQuestion\tAnswer\n")


def real(read, corpora, name: str):
    path = corpora / f"kobest/{name}_dev.tsv"
    outcome = read(f"kobest_{name.lower()}", path)
    assert outcome.bad == []
    return outcome, split_lines(path)[1:]


def test_real_copa(read, corpora):
    outcome, truth = real(read, corpora, "COPA")
    assert (len(outcome.rows), outcome.notes, recoveries(outcome.rows)) == (500, {}, {})
    assert turns(outcome.rows) == [
        (f"상황: {premise}\n물음: {asked}\n1번: {one}\n2번: {two}", f"{answer}번")
        for _, premise, asked, one, two, answer in truth
    ]
    assert outcome.rows[0].record == expected(
        "kobest_copa",
        "상황: 전쟁이 시작되었다.\n물음: 결과\n"
        "1번: 병사들이 집으로 돌아왔다.\n2번: 병사들이 전투에 파견되었다.",
        "2번",
        group="전쟁이 시작되었다.",
        id="1",
        label="2",
    )
    assert outcome.rows[-1].record == expected(
        "kobest_copa",
        "상황: 블루투스 이어폰을 너무 장시간 사용했다.\n물음: 결과\n"
        "1번: 이어폰을 새로 구입했다.\n2번: 이어폰이 방전되었다.",
        "2번",
        group="블루투스 이어폰을 너무 장시간 사용했다.",
        id="500",
        label="2",
    )


def test_real_wic(read, corpora):
    outcome, truth = real(read, corpora, "WiC")
    assert (len(outcome.rows), recoveries(outcome.rows)) == (610, {})
    assert outcome.notes == {"WiC_dev.tsv: answers that contradict the dictionary entries": "1"}
    assert turns(outcome.rows) == [
        (
            f"낱말: {row[1]}\n문장 1: {row[2]}\n문장 2: {row[5]}",
            "같은 뜻" if row[8].lower() == "true" else "다른 뜻",
        )
        for row in truth
    ]
    assert [row.record.attributes["label"] for row in outcome.rows].count("TRUE") == 4
    assert [row.record.attributes["label"] for row in outcome.rows].count("FALSE") == 6
    assert outcome.rows[0].record == expected(
        "kobest_wic",
        "낱말: 실정\n문장 1: 백제는 의자왕의 방탕과 [실정]으로 패망했다고 보는 견해가 있다.\n"
        "문장 2: 지금 회사는 자금난으로 공장을 운영할 수 없는 [실정]이다.",
        "다른 뜻",
        group="실정",
        link_1=DICTIONARY.format(449289),
        link_2=DICTIONARY.format(206687),
        id="1",
        label="False",
        dictionary_1="1",
        dictionary_2="4",
    )
    assert outcome.rows[-1].record == expected(
        "kobest_wic",
        "낱말: 사립\n문장 1: [사립]을 쓴 노인이 빗속을 지나간다.\n"
        "문장 2: [사립] 대학 교원의 임용권을 총장에게 부여하다.",
        "다른 뜻",
        group="사립",
        link_1=DICTIONARY.format(442454),
        link_2=DICTIONARY.format(163972),
        id="610",
        label="False",
        dictionary_1="7",
        dictionary_2="4",
    )


def test_real_hellaswag(read, corpora):
    outcome, truth = real(read, corpora, "HellaSwag")
    assert (len(outcome.rows), outcome.notes, recoveries(outcome.rows)) == (500, {}, {})
    assert turns(outcome.rows) == [
        ("글: {}\n1번: {}\n2번: {}\n3번: {}\n4번: {}".format(*row), f"{int(row[5]) + 1}번") for row in truth
    ]
    context = (
        "모자를 쓴 투수가 타자에게 온 힘을 다해 공을 던진다. 공이 타자에게 빠른 속도로 다가온다. "
        "타자가 공을 배트로 친다. 배트에서 깡 소리가 난다. 공이 하늘 위로 날아간다."
    )
    assert outcome.rows[0].record == expected(
        "kobest_hellaswag",
        f"글: {context}\n1번: 외야수가 떨어지는 공을 글러브로 잡는다.\n"
        "2번: 외야수가 공이 떨어질 위치에 자리를 잡는다.\n3번: 심판이 아웃을 외친다.\n"
        "4번: 외야수가 공을 따라 뛰기 시작한다.",
        "4번",
        group=context,
        label="3",
    )
    context = (
        "여자는 미국 횡단 열차에 탑승한다. 여자가 예약한 객실로 이동한다. 여자가 짐을 내려놓자, "
        "열차 승무원이 객실 문을 두드린다. 승무원은 여자에게 저녁 식사가 제공된다며 스테이크와 오무라이스 중 "
        "하나를 고르라고 한다."
    )
    assert outcome.rows[-1].record == expected(
        "kobest_hellaswag",
        f"글: {context}\n1번: 여자는 스테이크를 먹는다고 대답한다.\n"
        "2번: 여자가 승무원을 따라 식당으로 이동하자 승무원이 자리를 안내한다.\n"
        "3번: 여자가 자리에 앉자 스테이크가 나온다.\n"
        "4번: 승무원이 메뉴를 확인한 뒤 곧바로 식당으로 오라고 한다.",
        "1번",
        group=context,
        label="0",
    )


def test_real_sentineg(read, corpora):
    outcome, truth = real(read, corpora, "SentiNeg")
    assert (len(outcome.rows), outcome.notes, recoveries(outcome.rows)) == (400, {}, {})
    assert turns(outcome.rows) == [
        (f"상품 후기: {text}", LABELS["kobest_sentineg"][int(label)]) for _, label, text in truth
    ]
    for row, text, number in (
        (outcome.rows[0], "만족입니다", "1"),
        (outcome.rows[-1], "매우 만족해요", "400"),
    ):
        assert row.record == expected(
            "kobest_sentineg", f"상품 후기: {text}", "긍정", group=text, id=number, label="1"
        )
