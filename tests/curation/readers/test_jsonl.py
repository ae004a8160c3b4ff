import pytest

from curation.errors import UserError
from curation.readers import READERS


def test_objects_become_records(read_bytes):
    content = '{"text": "하나", "n": 3, "ok": true, "none": null, "list": [1], "x": 0.5}\n'.encode()
    record = read_bytes("jsonl", content).rows[0].record
    assert record.text == "하나"
    assert record.attributes == {"n": "3", "ok": "true", "x": "0.5"}


def test_chosen_attributes_may_be_nested(read_bytes):
    content = '{"text": "하나", "n": 3, "list": ["가"], "gone": null}\n'.encode()
    outcome = read_bytes("jsonl", content, attributes=["list", "gone"])
    assert outcome.rows[0].record.attributes == {"list": '["가"]'}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ('{"text": "끊긴', "no JSON"),
        ("그냥 글", "no JSON"),
        ("[1, 2]", "no JSON object"),
        ('"글"', "no JSON object"),
        ("null", "no JSON object"),
        ('{"body": "다른 이름"}', "no 'text'"),
        ('{"text": null}', "'text' is null, not text"),
        ('{"text": 7}', "'text' is a number, not text"),
        ('{"text": true}', "'text' is true or false, not text"),
        ('{"text": {"a": 1}}', "'text' is an object, not text"),
        ('{"text": "\\ud83d"}', "no JSON"),
        ('{"text": "\\ud83d", "x": NaN}', "no JSON"),
        ("[" * 100_000 + "NaN", "no JSON"),
        ('{"text": "a\0b"}', "NUL"),
    ],
)
def test_broken_line_goes_to_quarantine_with_its_bytes(read_bytes, line, error):
    content = f'{{"text": "앞"}}\n{line}\n{{"text": "뒤"}}\n'.encode()
    outcome = read_bytes("jsonl", content)
    assert outcome.texts == ["앞", "뒤"]
    (bad,) = outcome.bad
    assert (bad.raw, bad.where.line) == (line.encode(), 2)
    assert error in bad.error


def test_nan_is_no_value(read_bytes):
    outcome = read_bytes("jsonl", '{"text": "하나", "score": NaN}\n'.encode())
    assert outcome.rows[0].record.attributes == {}


def test_blank_lines_are_counted(read_bytes):
    outcome = read_bytes("jsonl", '\n{"text": "하나"}\n\n \n'.encode())
    assert outcome.rows[0].where.line == 2
    assert outcome.notes == {"input: blank lines": "3"}


def test_unicode_line_separators_do_not_end_a_line(read_bytes):
    assert read_bytes("jsonl", '{"text": "하나\u2028둘\x85셋"}\n'.encode()).texts == ["하나\u2028둘\x85셋"]


@pytest.mark.parametrize("codec", ["utf-8-sig", "cp949", "utf-16"])
def test_encodings(read_bytes, codec):
    outcome = read_bytes("jsonl", '{"text": "안녕하세요"}\n{"text": "반갑습니다"}\n'.encode(codec))
    assert outcome.texts == ["안녕하세요", "반갑습니다"]
    assert ("input: encoding" in outcome.notes) == (codec != "utf-8-sig")


def test_cp949_line_in_a_utf8_file(read_bytes):
    content = '{"text": "새 방식"}\n'.encode() + '{"text": "옛 방식입니다"}\n'.encode("cp949")
    outcome = read_bytes("jsonl", content)
    assert outcome.texts == ["새 방식", "옛 방식입니다"]
    assert outcome.rows[1].recovery == "CP949 line in a UTF-8 file"


@pytest.mark.parametrize("content", [b'[{"text": "a"}]\n', b'[\n  {"text": "a"}\n]\n'])
def test_one_array_is_refused(read_bytes, content):
    with pytest.raises(UserError, match="one JSON array"):
        read_bytes("jsonl", content)


def test_unknown_column_lists_those_that_exist(read_bytes):
    with pytest.raises(UserError, match="no column 'content'; the columns are: body, id"):
        read_bytes("jsonl", b'{"body": "a", "id": 1}\n' * 3, text="content")


def test_title_prompt_and_response(read_bytes):
    content = '{"t": "제목", "b": "글"}\n{"b": "제목 없는 글"}\n'.encode()
    outcome = read_bytes("jsonl", content, text="b", title="t")
    assert [row.record.title for row in outcome.rows] == ["제목", ""]
    content = b'{"q": "a", "r": "b", "s": 1}\n'
    record = read_bytes("jsonl", content, prompt="q", response="r").rows[0].record
    assert (record.messages[1].content, record.attributes) == ("b", {"s": "1"})
    options = READERS["jsonl"].options(prompt="q", response="r")
    assert READERS["jsonl"].kind(options) == "instruction"
