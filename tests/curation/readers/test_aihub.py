"""AI Hub by its layouts: items, texts and labels at places in nested JSON."""

import json
from pathlib import Path

import pytest

from curation.errors import UserError
from curation.readers import READERS

FOLDER = Path(__file__).parent / "by_format"
DOCUMENT = {
    "id": "362852732",
    "title": "새 도서관",
    "media_name": "느티나무신문",
    "text": [
        [{"index": 0, "sentence": "새 도서관이 문을 열었다.", "highlight_indices": "0,2"}],
        [{"index": 1, "sentence": "책은 만 권이다.", "highlight_indices": ""}],
    ],
    "extractive": [0, 1, None],
    "abstractive": ["책이 만 권인 도서관이 문을 열었다."],
}
PAIR = {
    "sn": "K1",
    "domain": "여행",
    "ko": "어디로 갈까요?",
    "en": "Where shall we go?",
    "mt": "Where to go?",
}
MRC = {
    "data": [
        {
            "title": "느티나무 마을",
            "paragraphs": [
                {
                    "context": "마을에는 300년 된 나무가 있다.",
                    "qas": [
                        {
                            "id": "q1",
                            "question": "나무는 몇 살인가?",
                            "answers": [{"text": "300년", "answer_start": 5}],
                            "classtype": "work_how",
                        },
                        {"id": "q2", "question": "누가 심었나?", "answers": [], "is_impossible": True},
                    ],
                }
            ],
        }
    ]
}


def encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def test_dialogues(read):
    outcome = read("aihub", FOLDER / "aihub_dialogue.json", layout="dialogue")
    (row,) = outcome.rows
    assert [message.content for message in row.record.messages] == [
        "P01: 이번 주말에 뭐 해? 바다 보러 가자\nP02: 좋아, 토요일에 가자",
        "주말에 바다를 보러 가기로 하였다.",
    ]
    assert row.record.attributes == {"dialogueID": "a-1", "topic": "여행"}
    assert outcome.notes == {"aihub_dialogue.json: items without a response": "1"}


def test_documents(read_bytes):
    advertisement = DOCUMENT | {"abstractive": [""]}
    outcome = read_bytes("aihub", encoded({"documents": [DOCUMENT, advertisement]}), layout="document")
    (row,) = outcome.rows
    assert [message.content for message in row.record.messages] == [
        "새 도서관이 문을 열었다.\n책은 만 권이다.",
        "책이 만 권인 도서관이 문을 열었다.",
    ]
    assert row.record.attributes == {
        "id": "362852732",
        "title": "새 도서관",
        "media_name": "느티나무신문",
        "extractive": "[0,1,null]",
    }
    assert outcome.notes == {"input: items without a response": "1"}


def test_translations_in_either_direction(read_bytes):
    content = encoded({"data": [PAIR]})
    (row,) = read_bytes("aihub", content, layout="translation").rows
    assert [message.content for message in row.record.messages] == ["어디로 갈까요?", "Where shall we go?"]
    assert row.record.attributes == {"sn": "K1", "domain": "여행", "mt": "Where to go?"}
    (row,) = read_bytes("aihub", content, layout="translation", prompt="en", response="ko").rows
    assert [message.content for message in row.record.messages] == ["Where shall we go?", "어디로 갈까요?"]


def test_questions_stand_in_paragraphs(read_bytes):
    outcome = read_bytes("aihub", encoded(MRC), layout="mrc")
    (row,) = outcome.rows
    assert [message.content for message in row.record.messages] == [
        "마을에는 300년 된 나무가 있다.\n\n나무는 몇 살인가?",
        "300년",
    ]
    assert row.record.attributes == {"id": "q1", "title": "느티나무 마을", "classtype": "work_how"}
    assert row.record.split_group.startswith("aihub-")
    assert outcome.notes == {"input: items without a response": "1"}


def test_places_that_a_recipe_names(read_bytes):
    content = encoded(
        {"info": {"name": "민원"}, "rows": [{"q": {"본문": "불이 났어요"}, "분류": "화재", "n": 3}]}
    )
    options = {"items": "rows[]", "text": "q.본문", "label": "분류", "attributes": ["n", "info.name"]}
    (row,) = read_bytes("aihub", content, **options).rows
    assert (row.record.text, row.record.attributes) == (
        "불이 났어요",
        {"n": "3", "name": "민원", "label": "화재"},
    )


@pytest.mark.parametrize(
    ("value", "items"), [({"text": "글"}, ""), ([{"text": "글"}], "[]"), ({"data": [[{"text": "글"}]]}, None)]
)
def test_where_items_may_stand(read_bytes, value, items):
    outcome = read_bytes("aihub", encoded(value), **({} if items is None else {"items": items}))
    assert outcome.texts == ["글"]


@pytest.mark.parametrize(
    ("item", "options", "error"),
    [
        (7, {}, "the item is no object"),
        ({"x": 1}, {}, "the text is empty"),
        ({"text": {"a": 1}}, {}, "'text' leads to no text"),
        ({"text": "글"}, {"label": "분류"}, "no label at '분류'"),
        ({"en": "a"}, {"layout": "translation"}, "the ko is empty"),
    ],
)
def test_malformed_items(read_bytes, item, options, error):
    outcome = read_bytes("aihub", encoded({"data": [item]}), **options)
    assert (outcome.rows, [bad.error for bad in outcome.bad]) == ([], [error])
    assert json.loads(outcome.bad[0].raw) == item


@pytest.mark.parametrize("content", [b"[]", b"{}", b'{"data": 1}', b'{"data": []}', b"{"])
def test_a_file_without_items_is_refused(read_bytes, content):
    with pytest.raises(UserError) as refused:
        read_bytes("aihub", content, name="a.json")
    assert refused.value.where == "a.json"


def test_the_kind_follows_the_options():
    reader = READERS["aihub"]
    kinds = [
        reader.kind(reader.options(**one))
        for one in ({}, {"layout": "mrc"}, {"layout": "mrc", "text": "context"})
    ]
    assert kinds == ["text", "instruction", "text"]
    for wrong in ({"prompt": "a"}, {"text": "a", "prompt": "b", "response": "c"}):
        with pytest.raises(ValueError, match=r"go together|give either"):
            reader.options(**wrong)
