"""KorQuAD by its format: SQuAD over paragraphs (1.0), HTML pages with long answers in archives (2.x)."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from curation.errors import UserError
from curation.readers import archives
from curation.readers.korquad import LEFT_OUT, MOVED

FOLDER = Path(__file__).parent / "by_format"
CONTEXT = "봄에는 잔치가 열리고, 가을에도 잔치가 열린다."


def squad(*answers: object, context: object = CONTEXT, **changes: object) -> bytes:
    question = {"id": "1-0-0", "question": "무엇이 열리나?", "answers": list(answers)} | changes
    articles = [{"title": "마을", "paragraphs": [{"context": context, "qas": [question]}]}]
    return json.dumps({"version": "1.0", "data": articles}, ensure_ascii=False).encode()


def archive(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(f"{name}.json", content)
    return buffer.getvalue()


def test_paragraphs(read):
    outcome = read("korquad", FOLDER / "KorQuAD_v1.0_dev.json")
    assert (len(outcome.rows), outcome.bad, outcome.notes) == (3, [], {})
    first, second, last = (row.record for row in outcome.rows)
    assert first.messages[0].content == (
        "본문: 말모이는 1911년 무렵 조선광문회에서 엮기 시작한 사전의 원고이다. 주시경과 제자들이 "
        "원고를 썼고, 주시경이 세상을 떠난 뒤에는 제자들이 이어 썼다.\n질문: 말모이를 엮기 시작한 곳은?"
    )
    assert (first.task, first.references) == ("korquad", ("조선광문회",))
    assert first.attributes == {"id": "1-0-0", "title": "말모이", "answer_start": "14"}
    assert second.references == ("제자들",), "the same answer at two places is one"
    assert first.split_group == second.split_group != last.split_group
    assert last.attributes == {"id": "2-0-0", "title": "어느_도서관", "answer_start": "7"}


def test_pages_with_long_answers(read):
    outcome = read("korquad", FOLDER / "korquad2.1_dev_00.json")
    short, long = (row.record for row in outcome.rows)
    assert short.task == long.task == "korquad2"
    assert short.references == ("300년",)
    assert short.attributes == {
        "id": "8089",
        "title": "느티나무 마을",
        "url": "https://ko.wikipedia.org/wiki/느티나무_마을",
        "answer_start": "94",
    }
    assert long.references == ("<ul><li>봄 잔치</li><li>가을 장터</li></ul>",)
    assert long.attributes["html_answer_text"] == '<ul class="list"><li>봄 잔치</li><li>가을 장터</li></ul>'
    assert long.messages[0].content.startswith("문서: <!DOCTYPE html>\n<html>\n<head>\n<title>")
    assert "firstHeading" not in long.messages[0].content, "the page without attributes is asked about"
    assert short.split_group == long.split_group


@pytest.mark.parametrize(
    ("stated", "place"),
    [(0, "4"), (4, "4"), (17, "18"), (18, "18"), (999, "18"), (-1, "4"), (None, "4"), ("4", "4")],
)
def test_the_nearest_place_is_taken_when_the_stated_one_is_wrong(read_bytes, stated, place):
    outcome = read_bytes("korquad", squad({"text": "잔치", "answer_start": stated}))
    (row,) = outcome.rows
    assert row.record.attributes["answer_start"] == place
    assert CONTEXT.startswith("잔치", int(place))
    assert row.recovery == ("" if stated in (4, 18) else MOVED)


def test_an_answer_that_stands_nowhere_is_left_out(read_bytes):
    wrong, right = {"text": "장터", "answer_start": 4}, {"text": "잔치", "answer_start": 4}
    (row,) = read_bytes("korquad", squad(wrong, right)).rows
    assert (row.record.references, row.recovery) == (("잔치",), LEFT_OUT)
    (bad,) = read_bytes("korquad", squad(wrong)).bad
    assert bad.error == "no answer stands in the text"
    assert json.loads(bad.raw)["answers"] == [wrong]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (squad({"text": "", "answer_start": 0}), "the answer is empty"),
        (squad({"text": "잔치", "answer_start": 4}, question=" "), "the question is empty"),
        (squad("잔치"), "an answer is no object"),
        (squad(answers="잔치"), "no list 'answers'"),
        (squad(answer=None), "an answer is no object"),
        (squad(context=None), "'context' is null, not text"),
        (b'{"data": [7]}', "the article or paragraph is no object"),
        (b'{"data": [{"context": "x"}]}', "no list 'qas'"),
        (b'{"data": [{"context": "x", "qas": [[]]}]}', "the question is no object"),
    ],
)
def test_malformed_parts(read_bytes, content, error):
    outcome = read_bytes("korquad", content)
    assert (outcome.rows, [bad.error for bad in outcome.bad]) == ([], [error])


@pytest.mark.parametrize("content", [b"", b"[]", b'{"version": "1.0"}', b'{"data": {}}'])
def test_other_json_is_refused(read_bytes, content):
    with pytest.raises(UserError) as refused:
        read_bytes("korquad", content, name="a.json")
    assert refused.value.where == "a.json"


def test_archives_are_read_member_by_member(read_bytes):
    pages = (FOLDER / "korquad2.1_dev_00.json").read_bytes()
    outcome = read_bytes("korquad", archive(b=pages, a=pages), name="dev_00.zip")
    assert [str(row.where) for row in outcome.rows] == [
        "dev_00.zip/a.json:1",
        "dev_00.zip/a.json:2",
        "dev_00.zip/b.json:1",
        "dev_00.zip/b.json:2",
    ]


def test_archives_that_cannot_be_read(read_bytes, monkeypatch):
    whole = archive(a=squad({"text": "잔치", "answer_start": 4}))
    monkeypatch.setattr(archives, "MOST_UNPACKED", 1000)
    for content, reason in [
        (whole[:-30], "File is not a zip file"),
        (archive(a=b"{"), "a.json is no JSON"),
        (archive(a=b" " * 1001), "a.json unpacks to more than"),
        (archive(a=b"x").replace(b"a.json", b"a.text"), "it holds no JSON file"),
    ]:
        with pytest.raises(UserError, match=reason) as refused:
            read_bytes("korquad", content, name="a.zip")
        assert refused.value.where == "a.zip"
