"""LBox Open by its format: JSON lines, columns by task."""

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "by_format"
FACTS = "피고인은 말다툼을 하다가 피해자의 어깨를 밀쳤다."
STATUTE = {
    "id": 1,
    "casetype": "criminal",
    "casename": "폭행",
    "statutes": ["형법 제260조 제1항"],
    "facts": FACTS,
}
CRIMINAL = {
    "id": 2,
    "casetype": "criminal",
    "casename": "폭행",
    "facts": FACTS,
    "label": {
        "text": "벌금 50만 원",
        "fine_lv": 1,
        "imprisonment_with_labor_lv": 0,
        "imprisonment_without_labor_lv": 0,
    },
    "reason": "양형의 이유",
    "ruling": {
        "text": "피고인을 벌금 50만 원에 처한다.",
        "parse": {"imprisonment": {"type": "", "unit": "", "value": -1}},
    },
}
MONEY = {"provider": "피고", "taker": "원고", "unit": "won", "value": 5000000}
CIVIL = {
    "id": 3,
    "casetype": "civil",
    "casename": "대여금",
    "claim_acceptance_lv": 1,
    "facts": "원고는 피고에게 500만 원을 빌려 주었다.",
    "gist_of_claim": {"money": MONEY, "text": "피고는 원고에게 5,000,000원을 지급하라."},
    "ruling": {
        "litigation_cost": 0.5,
        "money": MONEY | {"value": 3000000},
        "text": "피고는 3,000,000원을 지급하라.",
    },
}
SUMMARY = {"id": 4, "summary": "[1] 요지", "precedent": "주문\n상고를 기각한다.\n\n이유\n원심은 옳다."}


def encoded(*values: object) -> bytes:
    return b"".join(json.dumps(value, ensure_ascii=False).encode() + b"\n" for value in values)


def test_names_of_cases(read):
    outcome = read("lbox", FOLDER / "lbox_casename_valid.jsonl")
    first, second = (row.record for row in outcome.rows)
    assert [message.content for message in first.messages] == [
        "사실관계: 피고인은 밤늦게 편의점 계산대 위의 지갑을 몰래 가지고 나갔다.",
        "절도",
    ]
    assert (first.task, first.label_space) == ("lbox_casename", ())
    assert first.attributes == {"id": "80", "casetype": "criminal"}
    assert (second.references, second.attributes["id"]) == (("대여금",), "81")
    assert [(bad.where.line, bad.error) for bad in outcome.bad] == [(3, "the text of 'facts' is empty")]


@pytest.mark.parametrize(
    ("task", "values", "asked", "output", "attributes"),
    [
        (
            "statute",
            STATUTE | {"statutes": ["형법 제231조", "형법 제234조"]},
            f"사실관계: {FACTS}",
            "형법 제231조, 형법 제234조",
            {"id": "1", "casetype": "criminal", "casename": "폭행"},
        ),
        (
            "ljp_criminal",
            CRIMINAL,
            f"사건명: 폭행\n사실관계: {FACTS}",
            "벌금 1, 징역 0, 금고 0",
            {"id": "2", "casetype": "criminal", "casename": "폭행", "reason": "양형의 이유"},
        ),
        (
            "ljp_civil",
            CIVIL,
            f"사건명: 대여금\n사실관계: {CIVIL['facts']}\n청구취지: 피고는 원고에게 5,000,000원을 지급하라.",
            "일부 인용",
            {"id": "3", "casetype": "civil", "casename": "대여금", "label": "1"},
        ),
        ("summarization", SUMMARY, f"판결문: {SUMMARY['precedent']}", "[1] 요지", {"id": "4"}),
    ],
)
def test_tasks(read_bytes, task, values, asked, output, attributes):
    (row,) = read_bytes("lbox", encoded(values), task=task).rows
    assert [message.content for message in row.record.messages] == [asked, output]
    assert row.record.task == f"lbox_{task}"
    assert row.record.split_group
    known = dict(row.record.attributes)
    nested = {key: json.loads(known.pop(key)) for key in list(known) if known[key].startswith("{")}
    assert known == attributes
    assert all(value in (values.get(key), MONEY) for key, value in nested.items())
    assert set(nested) == {"ljp_criminal": {"label", "ruling"}, "ljp_civil": {"ruling", "claimed"}}.get(
        task, set()
    )


@pytest.mark.parametrize(
    ("task", "values", "error"),
    [
        ("statute", STATUTE | {"statutes": []}, "'statutes' is no list of texts"),
        ("statute", STATUTE | {"statutes": "형법"}, "'statutes' is no list of texts"),
        ("ljp_criminal", CRIMINAL | {"label": None}, "no object 'label'"),
        ("ljp_criminal", CRIMINAL | {"label": {"fine_lv": -1}}, "'fine_lv' is no level"),
        ("ljp_civil", CIVIL | {"claim_acceptance_lv": 3}, "the label '3' is none of 0, 1, 2"),
        ("ljp_civil", CIVIL | {"gist_of_claim": {"text": ""}}, "the text of 'text' is empty"),
        ("summarization", SUMMARY | {"summary": None}, "'summary' is null, not text"),
        ("casename", SUMMARY, "no 'facts'"),
    ],
)
def test_malformed_rows(read_bytes, task, values, error):
    outcome = read_bytes("lbox", encoded(values), task=task)
    assert (outcome.rows, [bad.error for bad in outcome.bad]) == ([], [error])


def test_precedents_are_texts(read):
    (row,) = read("lbox_precedents", FOLDER / "lbox_precedents.jsonl").rows
    assert row.record.text == "주문\n상고를 기각한다.\n\n이유\n원심의 판단은 옳다."
    assert row.record.attributes == {"id": "99990"}
